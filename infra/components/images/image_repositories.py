"""Where the stack's container images are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from infra.components.images.lifecycle import lifecycle_policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.retention import Retention


@dataclass(frozen=True, kw_only=True)
class ImageRepositoriesArgs:
    """What ImageRepositories are made from."""

    repository_names: Mapping[str, str]
    """Image to name of its repository; people and CI push to it by name."""
    key_arn: pulumi.Input[str]
    """KMS key that images are encrypted with."""
    untagged_image_days: int
    """Days until an image without a tag is deleted. Tagged ones stay: a release may pin any of them."""
    retention: Retention
    """Whether the repositories outlive the stack."""

    def __post_init__(self) -> None:
        """Refuse an empty set of repositories."""
        if not self.repository_names:
            raise ValueError("repository_names is empty; give one name for each image, for instance {'training': ...}")


class ImageRepositories(pulumi.ComponentResource):
    """One ECR repository an image: tags never move, every push is scanned."""

    arns: Mapping[str, pulumi.Output[str]]
    """Image to ARN of its repository."""

    def __init__(self, name: str, args: ImageRepositoriesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:images:ImageRepositories", name, None, opts)

        arns: dict[str, pulumi.Output[str]] = {}
        for image, repository_name in sorted(args.repository_names.items()):
            repository = aws.ecr.Repository(
                f"{name}-{image}",
                name=repository_name,
                image_tag_mutability="IMMUTABLE",
                image_scanning_configuration=aws.ecr.RepositoryImageScanningConfigurationArgs(scan_on_push=True),
                encryption_configurations=[
                    aws.ecr.RepositoryEncryptionConfigurationArgs(encryption_type="KMS", kms_key=args.key_arn)
                ],
                force_delete=args.retention.force_destroy,
                opts=pulumi.ResourceOptions(
                    parent=self, protect=args.retention.protect, retain_on_delete=args.retention.retain_on_delete
                ),
            )
            aws.ecr.LifecyclePolicy(
                f"{name}-{image}",
                repository=repository.name,
                policy=lifecycle_policy(args.untagged_image_days),
                # A protected repository keeps its rules when the rest of the stack is destroyed.
                opts=pulumi.ResourceOptions(parent=self, deleted_with=repository),
            )
            arns[image] = repository.arn

        self.arns = arns
        self.register_outputs({"arns": arns})
