"""What goes wrong, as gRPC status codes that the engine shows as they are written."""

from collections.abc import Mapping
from typing import Any, Final

import grpc

GONE: Final = frozenset(
    {
        "404",
        "NoSuchEntity",
        "NoSuchBucket",
        "NoSuchKey",
        "NotFound",
        "NotFoundException",
        "ResourceNotFound",
        "ResourceNotFoundException",
        "RepositoryNotFoundException",
        "LifecyclePolicyNotFoundException",
        "RepositoryPolicyNotFoundException",
        "NoSuchBucketPolicy",
        "NoSuchLifecycleConfiguration",
        "NoSuchPublicAccessBlockConfiguration",
        "NoSuchTagSet",
        "ServerSideEncryptionConfigurationNotFoundError",
        "OwnershipControlsNotFoundError",
        "ReplicationConfigurationNotFoundError",
        "ObjectLockConfigurationNotFoundError",
        "DashboardNotFoundError",
    }
)

_BY_CODE: Final[Mapping[str, grpc.StatusCode]] = {
    "AccessDenied": grpc.StatusCode.PERMISSION_DENIED,
    "AccessDeniedException": grpc.StatusCode.PERMISSION_DENIED,
    "UnauthorizedOperation": grpc.StatusCode.PERMISSION_DENIED,
    "InvalidClientTokenId": grpc.StatusCode.UNAUTHENTICATED,
    "UnrecognizedClientException": grpc.StatusCode.UNAUTHENTICATED,
    "ExpiredToken": grpc.StatusCode.UNAUTHENTICATED,
    "ExpiredTokenException": grpc.StatusCode.UNAUTHENTICATED,
    "SignatureDoesNotMatch": grpc.StatusCode.UNAUTHENTICATED,
    "ValidationException": grpc.StatusCode.INVALID_ARGUMENT,
    "ValidationError": grpc.StatusCode.INVALID_ARGUMENT,
    "MalformedPolicyDocument": grpc.StatusCode.INVALID_ARGUMENT,
    "MalformedPolicy": grpc.StatusCode.INVALID_ARGUMENT,
    "BucketAlreadyExists": grpc.StatusCode.ALREADY_EXISTS,
    "BucketAlreadyOwnedByYou": grpc.StatusCode.ALREADY_EXISTS,
    "EntityAlreadyExists": grpc.StatusCode.ALREADY_EXISTS,
    "ResourceInUse": grpc.StatusCode.FAILED_PRECONDITION,
    "ResourceInUseException": grpc.StatusCode.FAILED_PRECONDITION,
    "DeleteConflict": grpc.StatusCode.FAILED_PRECONDITION,
    "DependencyViolation": grpc.StatusCode.FAILED_PRECONDITION,
    "InvalidStateException": grpc.StatusCode.FAILED_PRECONDITION,
    "OperationAborted": grpc.StatusCode.ABORTED,
    "BucketNotEmpty": grpc.StatusCode.FAILED_PRECONDITION,
    "RepositoryNotEmptyException": grpc.StatusCode.FAILED_PRECONDITION,
    "NotImplementedInSandbox": grpc.StatusCode.UNIMPLEMENTED,
}

_THROTTLED: Final = (
    "Throttl",
    "TooManyRequests",
    "SlowDown",
    "RequestLimitExceeded",
    "RequestThrottled",
    "ProvisionedThroughput",
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
)
_QUOTA: Final = ("LimitExceeded", "QuotaExceeded")
_MISUSE: Final = ("Invalid", "Malformed", "Missing", "Unknown", "Validation")
_TAKEN: Final = ("AlreadyExists", "Duplicate", "AlreadyOwned")

_HTTP_SERVER_ERROR: Final = 500
_HTTP_NOT_IMPLEMENTED: Final = 501


class Problem(Exception):  # noqa: N818  it carries a status, not a fault of the program
    """A failure with the status that the engine is to see."""

    def __init__(self, code: grpc.StatusCode, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class HalfMade(Exception):  # noqa: N818
    """A resource that exists and is not what was asked for: it goes into the state together with the reasons."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class Gone(Exception):  # noqa: N818
    """What was to be read is not there."""


def code_of(error: Any) -> str:
    """AWS's error code of a botocore ClientError."""
    return str(error.response.get("Error", {}).get("Code", ""))


def is_throttling(code: str) -> bool:
    """Whether a code of AWS's says that too much was asked at once; what goes beyond a quota does not pass."""
    return code.startswith(_THROTTLED)


def status_of(error: Any) -> grpc.StatusCode:  # noqa: PLR0911  one line a rule
    """Give the gRPC code for a botocore ClientError: by AWS's code, else by the HTTP status."""
    code = code_of(error)
    if code in _BY_CODE:
        return _BY_CODE[code]
    if is_throttling(code) or any(word in code for word in _QUOTA):
        return grpc.StatusCode.RESOURCE_EXHAUSTED
    if code in GONE or "NotFound" in code:
        return grpc.StatusCode.NOT_FOUND
    if any(word in code for word in _TAKEN):
        return grpc.StatusCode.ALREADY_EXISTS
    if code.startswith("Concurrent"):
        return grpc.StatusCode.ABORTED
    if code.startswith(_MISUSE):
        return grpc.StatusCode.INVALID_ARGUMENT
    http = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if http == _HTTP_NOT_IMPLEMENTED:
        return grpc.StatusCode.UNIMPLEMENTED
    if http >= _HTTP_SERVER_ERROR:
        return grpc.StatusCode.UNAVAILABLE
    return grpc.StatusCode.FAILED_PRECONDITION


def from_client_error(error: Any, token: str) -> Problem:
    """Give a ClientError as a Problem that names the operation, the code and AWS's own words."""
    code, operation = code_of(error), getattr(error, "operation_name", "?")
    said = str(error.response.get("Error", {}).get("Message", "")) or "no message"
    return Problem(status_of(error), f"{token}: {operation} was refused with {code}: {said}")
