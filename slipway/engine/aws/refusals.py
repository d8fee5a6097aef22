"""What AWS, or the way to it, refuses: in words that name the URL, what is allowed, and the way out."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from slipway.engine.aws.address import Address
from slipway.engine.errors import EngineError

_LOG_IN = "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in (`aws sso login`)"
_EXPIRED = f"the AWS credentials have expired; {_LOG_IN} anew"
_UNKNOWN = f"AWS does not know these credentials, or their secret is another; {_LOG_IN}"
_CLOCK = "this machine's clock differs too much from AWS's; set it right"
_SAME_FOR_ALL = {
    "ExpiredToken": _EXPIRED,
    "ExpiredTokenException": _EXPIRED,
    "RequestExpired": _EXPIRED,
    "InvalidAccessKeyId": _UNKNOWN,
    "InvalidClientTokenId": _UNKNOWN,
    "UnrecognizedClientException": _UNKNOWN,
    "SignatureDoesNotMatch": _UNKNOWN,
    "InvalidSignatureException": _UNKNOWN,
    "InvalidToken": _UNKNOWN,
    "MissingAuthenticationToken": _UNKNOWN,
    "RequestTimeTooSkewed": _CLOCK,
}


@contextlib.contextmanager
def refused(what: str, address: Address, reasons: Mapping[str, str] | None = None) -> Iterator[None]:
    """Turn what botocore raises inside into an EngineError `could not WHAT: REASON`; `reasons` by AWS's error code."""
    # Loaded with boto3, late.
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
    from botocore.parsers import ResponseParserError  # noqa: PLC0415

    try:
        yield
    except ClientError as error:
        raise EngineError(f"could not {what}: {_answered(error, address, reasons or {})}") from error
    except ResponseParserError as error:
        where = _where(address)
        raise EngineError(f"could not {what}: what answers there is not AWS; check {where}") from error
    except (BotoCoreError, ValueError) as error:
        raise EngineError(f"could not {what}: {_unanswered(error, address)}") from error


def code_of(error: Any) -> str:
    """Return AWS's code of a ClientError; a refused HEAD or redirect has its HTTP status only."""
    return str(error.response.get("Error", {}).get("Code", ""))


def _answered(error: Any, address: Address, reasons: Mapping[str, str]) -> str:
    code = code_of(error)
    known = reasons.get(code) or _SAME_FOR_ALL.get(code)
    headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    region = headers.get("x-amz-bucket-region")
    if known is None and region and error.response["ResponseMetadata"].get("HTTPStatusCode") in (301, 307, 400):
        return f"the bucket lies in another region; say region={region} in the URL"
    message = str(error.response.get("Error", {}).get("Message", "")).rstrip(".")
    if known is None:
        return f"{error.operation_name} is refused: {code}: {message}; check {_where(address)}"
    return f"{known} ({code})"


def _unanswered(error: Exception, address: Address) -> str:
    """Say why nothing was asked, or nothing answered."""
    from botocore import exceptions  # noqa: PLC0415

    text = " ".join(str(error).split()).rstrip(".")
    if isinstance(error, exceptions.ProfileNotFound):
        return f"{text}; `aws configure list-profiles` lists those that there are"
    credentials = (
        exceptions.NoCredentialsError,
        exceptions.PartialCredentialsError,
        exceptions.CredentialRetrievalError,
        exceptions.NoAuthTokenError,
        exceptions.SSOError,
        exceptions.TokenRetrievalError,
    )
    if isinstance(error, credentials):
        return f"no usable AWS credentials ({text}); {_LOG_IN}"
    if isinstance(error, exceptions.HTTPClientError | exceptions.ConnectionError):
        return f"no answer ({text}); check {_where(address)}, and the network"
    return f"{text}; check the URL and {_where(address)}"


def _where(address: Address) -> str:
    given = address.get("endpoint")
    return f"the URL's endpoint={given}" if given else "the region, and AWS_ENDPOINT_URL if it is set"
