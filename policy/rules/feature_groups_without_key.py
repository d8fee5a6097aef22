"""Feature groups that no key of ours encrypts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.rule import Asked, Rule, security_hub
from policy.seen import at, is_given

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(asked: Asked) -> Iterator[str]:
    """Each store has a key of its own; without one AWS uses its own key."""
    it = asked.it.properties
    if is_given(it, "offlineStoreConfig") and not is_given(it, "offlineStoreConfig.s3StorageConfig.kmsKeyId"):
        yield "offlineStoreConfig.s3StorageConfig.kmsKeyId is not given: name the stack's key"
    online = at(it, "onlineStoreConfig.enableOnlineStore") is True
    if online and not is_given(it, "onlineStoreConfig.securityConfig.kmsKeyId"):
        yield "onlineStoreConfig.securityConfig.kmsKeyId is not given: name the stack's key"


RULE = Rule(
    name="feature-groups-without-key",
    description="The stores of a feature group are encrypted under a key of ours.",
    severity="medium",
    controls=("SageMaker.17", "SageMaker.18"),
    link=security_hub("SageMaker.17"),
    looks_at=("aws:sagemaker/featureGroup:FeatureGroup",),
    check=check,
)
