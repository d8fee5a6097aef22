"""AWS clients of the engine, made from a URL; boto3 is loaded when the first one is made."""

import os
from typing import Any

from slipway.engine.aws.address import Address
from slipway.engine.aws.refusals import refused
from slipway.engine.errors import EngineError

ATTEMPTS = 3
"""Of a first contact: a wrong address is told within a few seconds."""
PATIENT_ATTEMPTS = 10
"""Of a write whose loss would cost: about a minute and a half of waiting in all, as long as the real engine tries."""


def make_client(service: str, address: Address, *, attempts: int = ATTEMPTS) -> Any:
    """Return a boto3 client of a service for a URL; EngineError when region or profile are missing or make no sense."""
    # Loaded late: half a second that a file:// backend must not pay.
    import boto3  # noqa: PLC0415
    from botocore import UNSIGNED  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415

    with refused(f"open {address.url}", address):
        session = boto3.Session(profile_name=address.get("profile"))
        # The real engine reads AWS_REGION first, boto3 knows AWS_DEFAULT_REGION and the profile only.
        region = address.get("region") or os.environ.get("AWS_REGION") or session.region_name
        if not region:
            raise EngineError(
                f"unable to open {address.url}: no AWS region is named; append region=REGION to the URL's query, or "
                "set AWS_REGION, or give the profile a region"
            )
        settings: dict[str, Any] = {
            "connect_timeout": 10,
            "retries": {"mode": "standard", "total_max_attempts": attempts},
            "use_dualstack_endpoint": address.switched("dualstack") or None,
            "use_fips_endpoint": address.switched("fips") or None,
            "response_checksum_validation": address.get("response_checksum_validation"),
            "request_checksum_calculation": _request_checksums(address),
            "signature_version": UNSIGNED if address.switched("anonymous") else None,
            "s3": _s3_settings(address),
        }
        config = Config(**{name: value for name, value in settings.items() if value is not None})
        return session.client(
            service,  # type: ignore[call-overload]
            region_name=region,
            endpoint_url=address.endpoint,
            use_ssl=not address.switched("disable_https", "disableSSL"),
            config=config,
        )


def _request_checksums(address: Address) -> str | None:
    """Return when requests carry checksums: as the real engine has it, with an endpoint only where they must."""
    given = address.get("request_checksum_calculation")
    if given is None and address.endpoint and "AWS_REQUEST_CHECKSUM_CALCULATION" not in os.environ:
        return "when_required"
    return given


def _s3_settings(address: Address) -> dict[str, Any] | None:
    settings: dict[str, Any] = {}
    # An immutable host name leaves no place for the bucket but the path.
    if address.switched("use_path_style", "s3ForcePathStyle", "hostname_immutable"):
        settings["addressing_style"] = "path"
    if address.switched("accelerate"):
        settings["use_accelerate_endpoint"] = True
    return settings or None
