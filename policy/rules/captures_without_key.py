"""Captured requests and answers that no key of ours encrypts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.rule import Asked, Rule
from policy.seen import at, is_given

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(asked: Asked) -> Iterator[str]:
    """Captures hold what clients sent: whoever reads the bucket reads that."""
    capture = at(asked.it.properties, "dataCaptureConfig")
    if at(capture, "enableCapture") is True and not is_given(capture, "kmsKeyId"):
        yield "dataCaptureConfig.kmsKeyId is not given: name the stack's key"


RULE = Rule(
    name="captures-without-key",
    description="Captured requests and answers are encrypted under a key of ours.",
    severity="medium",
    controls=("CKV_AWS_98",),
    link="https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataCaptureConfig.html",
    looks_at=("aws:sagemaker/endpointConfiguration:EndpointConfiguration",),
    check=check,
    met_by=("slipway:serving:Endpoint",),
)
