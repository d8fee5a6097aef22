"""AWS clients of the engine, made from a URL; boto3 is loaded when the first one is made."""

import os
import threading
from functools import cached_property
from typing import Any

from slipway.engine.aws.address import Address
from slipway.engine.aws.refusals import refused
from slipway.engine.errors import EngineError

ATTEMPTS = 3
"""Of a first contact: a wrong address is told within a few seconds."""
PATIENT_ATTEMPTS = 10
"""Of a write, which is of something that was done: about a minute of waiting in all."""


class Connection:
    """The way to AWS that a URL describes: credentials and region are looked up once, clients share them."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._making = threading.Lock()  # a session of boto3 makes one client at a time

    @cached_property
    def _session(self) -> Any:
        # Loaded late: half a second that a file:// backend must not pay.
        import boto3  # noqa: PLC0415

        return boto3.Session(profile_name=self.address.get("profile"))

    @cached_property
    def region(self) -> str:
        """The region: the URL's, the environment's or the profile's; EngineError when nobody names one."""
        # The real engine reads AWS_REGION first, boto3 knows AWS_DEFAULT_REGION and the profile only.
        found = self.address.get("region") or os.environ.get("AWS_REGION") or self._session.region_name
        if not found:
            raise EngineError(
                f"unable to open {self.address.url}: no AWS region is named; append region=REGION to the URL's query, "
                "or set AWS_REGION, or give the profile a region"
            )
        return str(found)

    def client(self, service: str, *, attempts: int = ATTEMPTS) -> Any:
        """Return a boto3 client of a service; EngineError when region or profile are missing or make no sense."""
        address = self.address
        with self._making, refused(f"open {address.url}", address):
            from botocore import UNSIGNED  # noqa: PLC0415
            from botocore.config import Config  # noqa: PLC0415

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
            return self._session.client(
                service,
                region_name=self.region,
                endpoint_url=address.endpoint,
                use_ssl=not address.switched("disable_https", "disableSSL"),
                config=Config(**{name: value for name, value in settings.items() if value is not None}),
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
