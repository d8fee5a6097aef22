"""What holds data and can be deleted by mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.rule import KEPT_ONLY, Asked, Rule, security_hub

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(asked: Asked) -> Iterator[str]:
    """A changed property that forces a replacement deletes as surely as a destroy does."""
    if not asked.it.protect:
        yield "it is not protected: give it protect, so that no operation deletes or replaces it"


RULE = Rule(
    name="unprotected-data",
    description="What holds data is protected from deletion.",
    severity="high",
    controls=("KMS.3",),
    link=security_hub("KMS.3"),
    looks_at=(
        "aws:s3/bucket:Bucket",
        "aws:kms/key:Key",
        "aws:ecr/repository:Repository",
        "aws:sagemaker/modelPackageGroup:ModelPackageGroup",
        "aws:sagemaker/featureGroup:FeatureGroup",
        "aws:sagemaker/mlflowApp:MlflowApp",
    ),
    check=check,
    levels=KEPT_ONLY,
    met_by=(
        "slipway:storage:Lake",
        "slipway:security:EncryptionKey",
        "slipway:images:ImageRepositories",
        "slipway:registry:ModelRegistry",
    ),
)
