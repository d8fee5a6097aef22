"""Where model packages are registered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from infra.components.registry.readers import approval_pattern, reading_policy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.retention import Retention


@dataclass(frozen=True, kw_only=True)
class ModelRegistryArgs:
    """What a ModelRegistry is made from."""

    account_id: str
    """Account of the group."""
    region: str
    """Region of the group."""
    model_package_group_name: str
    """Name of the group; releases and people address it."""
    reader_accounts: Sequence[str] = ()
    """Other accounts that may look at the group and its versions. Left out: none."""
    approvals_topic_arn: pulumi.Input[str] | None = None
    """Topic that hears of versions that wait, are approved or rejected. Left out: nobody is told."""
    retention: Retention
    """Whether the group outlives the stack. SageMaker deletes only an empty one."""

    def __post_init__(self) -> None:
        """Refuse the account itself among the readers: IAM decides there."""
        if self.account_id in self.reader_accounts:
            raise ValueError(f"reader_accounts names {self.account_id}, whose group it is; name other accounts only")


class ModelRegistry(pulumi.ComponentResource):
    """One model package group, who else may read it, and a rule that tells of approvals."""

    model_package_group_name: pulumi.Output[str]
    """Name of the group."""

    def __init__(self, name: str, args: ModelRegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:registry:ModelRegistry", name, None, opts)

        # No description: SageMaker cannot change one, so a changed word would replace the group and lose every version.
        group = aws.sagemaker.ModelPackageGroup(
            name,
            model_package_group_name=args.model_package_group_name,
            opts=pulumi.ResourceOptions(
                parent=self, protect=args.retention.protect, retain_on_delete=args.retention.retain_on_delete
            ),
        )

        child = pulumi.ResourceOptions(parent=self)
        if args.reader_accounts:
            aws.sagemaker.ModelPackageGroupPolicy(
                name,
                model_package_group_name=group.model_package_group_name,
                resource_policy=reading_policy(
                    args.account_id, args.region, args.model_package_group_name, args.reader_accounts
                ),
                opts=pulumi.ResourceOptions(parent=self, deleted_with=group),
            )
        if args.approvals_topic_arn is not None:
            rule = aws.cloudwatch.EventRule(
                name,
                description=f"Approvals of model package group {args.model_package_group_name}",
                event_pattern=approval_pattern(args.model_package_group_name),
                opts=child,
            )
            aws.cloudwatch.EventTarget(name, rule=rule.name, arn=args.approvals_topic_arn, opts=child)

        self.model_package_group_name = group.model_package_group_name
        self.register_outputs({"model_package_group_name": self.model_package_group_name})
