"""Verifies Signature Version 4, in the Authorization header or in the query string of a presigned URL.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
import posixpath
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import parse_qsl, quote

from slipway.sandbox.gateway.errors import RefusalError
from slipway.sandbox.gateway.http import Request

ALGORITHM = "AWS4-HMAC-SHA256"
TOLERANCE = timedelta(minutes=15)
LONGEST_EXPIRY = 7 * 24 * 3600
# what may stand in x-amz-content-sha256 for a digest: the body is then protected by its chunks or by TLS
UNSIGNED_FORMS = frozenset(
    {
        "UNSIGNED-PAYLOAD",
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    }
)


@dataclass(frozen=True)
class Claim:
    """What a request says about itself: who signed what, when, for which service."""

    access_key: str
    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str
    timestamp: str
    presigned: bool
    expires: timedelta = TOLERANCE

    @property
    def scope(self) -> str:
        """`DATE/REGION/SERVICE/aws4_request`."""
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


def claim_of(request: Request) -> Claim | None:
    """Return the signature a request carries, or None when it carries none of version 4."""
    authorization = request.header("authorization")
    if authorization.startswith(ALGORITHM):
        fields = dict(
            part.strip().partition("=")[::2] for part in authorization.removeprefix(ALGORITHM).strip().split(",")
        )
        timestamp = request.header("x-amz-date") or _from_http_date(request.header("date"))
        return _claim(fields, timestamp, presigned=False)
    values = request.query_values()
    if values.get("X-Amz-Algorithm") == ALGORITHM:
        fields = {name: values.get(f"X-Amz-{name}", "") for name in ("Credential", "SignedHeaders", "Signature")}
        expires = values.get("X-Amz-Expires", "")
        if not expires.isdecimal() or int(expires) > LONGEST_EXPIRY:
            message = f"X-Amz-Expires must be a number of seconds up to {LONGEST_EXPIRY}, got {expires!r}"
            raise RefusalError("AuthorizationQueryParametersError", message, 400)
        expiry = timedelta(seconds=int(expires))
        return _claim(fields, values.get("X-Amz-Date", ""), presigned=True, expires=expiry)
    return None


def _claim(fields: dict[str, str], timestamp: str, *, presigned: bool, expires: timedelta = TOLERANCE) -> Claim:
    # an access key id never holds a slash, so the scope is what stands behind the first one
    match fields.get("Credential", "").split("/"):
        case [access_key, date, region, service, "aws4_request"]:
            return Claim(
                access_key=access_key,
                date=date,
                region=region,
                service=service.lower(),
                signed_headers=tuple(fields.get("SignedHeaders", "").lower().split(";")),
                signature=fields.get("Signature", ""),
                timestamp=timestamp,
                presigned=presigned,
                expires=expires,
            )
        case _:
            raise RefusalError("IncompleteSignature", f"not a credential scope: {fields.get('Credential', '')!r}")


def verify(request: Request, claim: Claim, secret: str, clock: Callable[[], datetime]) -> None:
    """Raise a RefusalError unless the request was signed with this secret, lately, and arrived as it was sent."""
    _check_time(claim, clock())
    if "host" not in claim.signed_headers:
        raise RefusalError("SignatureDoesNotMatch", "the host header must be signed")
    missing = [name for name in claim.signed_headers if name not in request.headers]
    if missing:
        raise RefusalError("SignatureDoesNotMatch", f"signed but not sent: {', '.join(missing)}")
    payload = _payload_hash(request, claim)
    canonical = _canonical_request(request, claim, payload)
    text = f"{ALGORITHM}\n{claim.timestamp}\n{claim.scope}\n{hashlib.sha256(canonical).hexdigest()}"
    key = _signing_key(secret, claim.date, claim.region, claim.service)
    expected = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), claim.signature.encode()):
        raise RefusalError(
            "SignatureDoesNotMatch",
            "the signature does not match: sign with the sandbox's own secret (`slipway sandbox env` prints it)",
        )


def _check_time(claim: Claim, now: datetime) -> None:
    try:
        signed = datetime.strptime(claim.timestamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise RefusalError("IncompleteSignature", f"not a signing time: {claim.timestamp!r}") from error
    if signed - now > TOLERANCE or now - signed > claim.expires or not claim.timestamp.startswith(claim.date):
        code = "AccessDenied" if claim.presigned else "RequestExpired"
        raise RefusalError(code, f"the request has expired: signed {claim.timestamp}, now {now:%Y%m%dT%H%M%SZ}")


def _payload_hash(request: Request, claim: Claim) -> str:
    if claim.presigned:
        if claim.service == "s3":
            return "UNSIGNED-PAYLOAD"
        return hashlib.sha256(request.body).hexdigest()
    declared = request.header("x-amz-content-sha256")
    if declared in UNSIGNED_FORMS:
        return declared
    actual = hashlib.sha256(request.body).hexdigest()
    if declared and declared != actual:
        raise RefusalError(
            "XAmzContentSHA256Mismatch", "the body is not the one that x-amz-content-sha256 was made of", 400
        )
    return actual


def _canonical_request(request: Request, claim: Claim, payload: str) -> bytes:
    path = request.path or "/"
    if claim.service != "s3":  # S3 keys may hold `//` and `..`; every other service signs the normalised path
        path = quote(_normalised(path), safe="/~")
    pairs = parse_qsl(request.query.replace("+", "%2B"), keep_blank_values=True)
    query = "&".join(
        f"{key}={value}"
        for key, value in sorted((quote(k, safe="-_.~"), quote(v, safe="-_.~")) for k, v in pairs)
        if key != "X-Amz-Signature"
    )
    headers = "".join(f"{name}:{' '.join(request.headers[name].split())}\n" for name in claim.signed_headers)
    lines = (request.method, path, query, headers, ";".join(claim.signed_headers), payload)
    return "\n".join(lines).encode("latin-1")


def _normalised(path: str) -> str:
    clean = posixpath.normpath(path).replace("//", "/")
    return clean + "/" if path.endswith("/") and clean != "/" else clean


@lru_cache(maxsize=64)
def _signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def _from_http_date(value: str) -> str:
    try:
        return datetime.strptime(value, "%a, %d %b %Y %H:%M:%S GMT").strftime("%Y%m%dT%H%M%SZ")  # noqa: DTZ007
    except ValueError:
        return ""
