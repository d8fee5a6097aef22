"""boto3's clients, one per service and region, for the addresses that the provider was configured with and no other."""

import ipaddress
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import grpc

from slipway.sandbox.provider.problems import Problem
from slipway.sandbox.provider.retrying import Patience

ALIASES: Mapping[str, str] = {
    # names of pulumi_aws's `endpoints` input for services that boto3 calls otherwise
    "cloudwatchlogs": "logs",
    "cloudwatchlog": "logs",
    "eventbridge": "events",
    "cloudwatchevents": "events",
    "sfn": "stepfunctions",
    "applicationautoscaling": "application-autoscaling",
    "appautoscaling": "application-autoscaling",
    "configservice": "config",
    "s3api": "s3",
}


def is_loopback(url: str) -> bool:
    """Whether an address can only be this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def partition_of(region: str) -> str:
    """Give the AWS partition that a region lies in."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


@dataclass(kw_only=True)
class Clients:
    """Makes each client once; safe for many threads."""

    region: str
    access_key: str
    secret_key: str
    token: str | None = None
    endpoint: str | None = None
    endpoints: Mapping[str, str] = field(default_factory=dict)
    patience: Patience = field(default_factory=Patience)
    _made: dict[tuple[str, str], Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _session: Any = None
    _account: str = ""

    def address_of(self, service: str) -> str:
        """Give the endpoint of a service; a service without one is refused, since botocore would go to the real AWS."""
        names = {service, *(alias for alias, real in ALIASES.items() if real == service)}
        found = next((self.endpoints[name] for name in sorted(names) if name in self.endpoints), self.endpoint)
        if found is None:
            raise Problem(
                grpc.StatusCode.FAILED_PRECONDITION,
                f"no endpoint for the service {service}: set AWS_ENDPOINT_URL (`slipway sandbox env` prints it) "
                f"or add {service} to the provider's `endpoints`",
            )
        return found

    def client(self, service: str, region: str | None = None) -> Any:
        """Give the client of a service in a region (the provider's own when left out)."""
        key = (service, region or self.region)
        made = self._made.get(key)
        if made is None:
            with self._lock:
                made = self._made.get(key)
                if made is None:
                    made = self._made[key] = self._make(*key)
        return made

    def _make(self, service: str, region: str) -> Any:
        from botocore.config import Config  # noqa: PLC0415  a preview without changes never needs it
        from botocore.session import get_session  # noqa: PLC0415

        if self._session is None:
            self._session = get_session()
        client = self._session.create_client(
            service,
            region_name=region,
            endpoint_url=self.address_of(service),
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            aws_session_token=self.token,
            config=Config(
                retries={"mode": "standard", "total_max_attempts": 1},
                connect_timeout=3,
                read_timeout=120,
                max_pool_connections=32,
                proxies={},  # a proxy of the environment would carry loopback requests away
                inject_host_prefix=False,
                parameter_validation=True,
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                s3={"addressing_style": "path", "us_east_1_regional_endpoint": "regional"},
            ),
        )
        self.patience.register(client)
        return client

    @property
    def account(self) -> str:
        """The account that the credentials belong to."""
        if not self._account:
            self._account = str(self.client("sts").get_caller_identity()["Account"])
        return self._account


def warm_up() -> None:
    """Import what the first call needs, beside the engine's own preparations."""
    import botocore.session  # noqa: PLC0415

    botocore.session.get_session().get_component("data_loader")
