"""Where model packages are registered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

if TYPE_CHECKING:
    from infra.retention import Retention


@dataclass(frozen=True, kw_only=True)
class ModelRegistryArgs:
    """What a ModelRegistry is made from."""

    model_package_group_name: str
    """Name of the group; releases and people address it."""
    retention: Retention
    """Whether the group outlives the stack. SageMaker deletes only an empty one."""


class ModelRegistry(pulumi.ComponentResource):
    """One model package group."""

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

        self.model_package_group_name = group.model_package_group_name
        self.register_outputs({"model_package_group_name": self.model_package_group_name})
