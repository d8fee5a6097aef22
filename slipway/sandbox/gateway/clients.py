"""boto3 clients for the sandbox's own services: they reach the gateway inside the process, without a socket.

A thread that answers a request may so call other services without needing a second thread of the server's pool.
"""

from __future__ import annotations

import io
import threading
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from slipway.sandbox.gateway.http import Answer, LostAnswerError, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from botocore.awsrequest import AWSPreparedRequest, AWSResponse
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client

CREATION = threading.Lock()
"""boto3's sessions are not thread-safe while they create a client; the clients are."""


class AwsClients:
    """The clients of one account and region, each created at first use."""

    def __init__(
        self, endpoint: str, account: str, region: str, secret: str, handle: Callable[[Request], Answer]
    ) -> None:
        self._endpoint = endpoint
        self._account = account
        self._region = region
        self._secret = secret
        self._handle = handle
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """Return the boto3 client of a service by boto3's name of it."""
        if service not in self._clients:
            with CREATION:
                if service not in self._clients:
                    self._clients[service] = self._create(service)
        return self._clients[service]

    def _create(self, service: str) -> Any:
        import boto3  # noqa: PLC0415  (0.3 s that a start without work need not pay)
        from botocore.config import Config  # noqa: PLC0415

        client = boto3.Session().client(
            cast("Any", service),
            region_name=self._region,
            endpoint_url=self._endpoint,
            aws_access_key_id=self._account,
            aws_secret_access_key=self._secret,
            config=Config(
                inject_host_prefix=False,
                retries={"max_attempts": 2, "mode": "standard"},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                s3={"addressing_style": "path"},
                parameter_validation=True,
            ),
        )
        client.meta.events.register_last("before-send.*", self._send)
        return client

    def _send(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        from botocore.awsrequest import AWSResponse  # noqa: PLC0415
        from botocore.exceptions import ConnectionClosedError  # noqa: PLC0415

        url = urlsplit(request.url)
        headers = {name.lower(): _text(value) for name, value in request.headers.items()}
        headers.setdefault("host", url.netloc)
        body: Any = request.body
        content = body.read() if hasattr(body, "read") else body or b""
        try:
            answer = self._handle(
                Request(
                    method=request.method or "GET",
                    path=url.path or "/",
                    query=url.query,
                    headers=headers,
                    body=content.encode() if isinstance(content, str) else bytes(content),
                )
            )
        except LostAnswerError as error:
            raise ConnectionClosedError(endpoint_url=request.url, request=request, error=error) from error
        return AWSResponse(request.url, answer.status, cast("Any", dict(answer.headers)), _Raw(answer.body))

    @property
    def s3(self) -> S3Client:
        """Amazon S3."""
        return cast("S3Client", self.client("s3"))

    @property
    def logs(self) -> CloudWatchLogsClient:
        """Amazon CloudWatch Logs."""
        return cast("CloudWatchLogsClient", self.client("logs"))

    @property
    def cloudwatch(self) -> CloudWatchClient:
        """Amazon CloudWatch."""
        return cast("CloudWatchClient", self.client("cloudwatch"))

    @property
    def events(self) -> EventBridgeClient:
        """Amazon EventBridge."""
        return cast("EventBridgeClient", self.client("events"))

    @property
    def ecr(self) -> ECRClient:
        """Amazon ECR."""
        return cast("ECRClient", self.client("ecr"))

    @property
    def kms(self) -> KMSClient:
        """AWS KMS."""
        return cast("KMSClient", self.client("kms"))


class _Raw(io.BytesIO):
    """A body in the form that botocore reads one: urllib3's raw response."""

    def stream(self, amount: int = 65536, **_: Any) -> Iterator[bytes]:
        while chunk := self.read(amount):
            yield chunk

    def release_conn(self) -> None:
        """Nothing to give back."""


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
