"""Verifies the query-string signature of version 2 that boto3 still presigns S3 URLs with by default.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html
"""

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime
from urllib.parse import unquote

from slipway.sandbox.gateway.errors import RefusalError
from slipway.sandbox.gateway.http import Request
from slipway.sandbox.gateway.sigv4 import Claim

# the sub-resources and response overrides that take part in the signature
SIGNED_QUERY = frozenset(
    [
        "accelerate",
        "acl",
        "analytics",
        "cors",
        "delete",
        "inventory",
        "lifecycle",
        "location",
        "logging",
        "metrics",
        "notification",
        "object-lock",
        "partNumber",
        "policy",
        "replication",
        "requestPayment",
        "response-cache-control",
        "response-content-disposition",
        "response-content-encoding",
        "response-content-language",
        "response-content-type",
        "response-expires",
        "restore",
        "select",
        "select-type",
        "storageClass",
        "tagging",
        "torrent",
        "uploadId",
        "uploads",
        "versionId",
        "versioning",
        "versions",
        "website",
    ]
)


def claim_of_v2(request: Request, region: str) -> Claim | None:
    """Return the claim of a URL presigned with version 2, or None; it names no region, so the caller's is taken."""
    values = request.query_values()
    if not {"AWSAccessKeyId", "Signature", "Expires"} <= values.keys():
        return None
    return Claim(
        access_key=values["AWSAccessKeyId"],
        date="20060301",  # version 2 has no scope; S3's API version stands in it where moto looks for one
        region=region,
        service="s3",
        signed_headers=(),
        signature=values["Signature"],
        timestamp=values["Expires"],
        presigned=True,
    )


def verify_v2(request: Request, claim: Claim, secret: str, clock: Callable[[], datetime]) -> None:
    """Raise a RefusalError unless the URL was presigned with this secret and has not expired."""
    if not claim.timestamp.isdecimal() or int(claim.timestamp) < clock().timestamp():
        raise RefusalError("AccessDenied", f"the request has expired: Expires={claim.timestamp}")
    amazon = sorted((name, value) for name, value in request.headers.items() if name.startswith("x-amz-"))
    resource = request.path
    pairs = sorted(pair.partition("=") for pair in request.query.split("&"))
    signed = [name + mark + unquote(value) for name, mark, value in pairs if name in SIGNED_QUERY]
    lines = [request.method, request.header("content-md5"), request.header("content-type"), claim.timestamp]
    lines += [f"{name}:{value.strip()}" for name, value in amazon]
    lines += [resource + ("?" + "&".join(signed) if signed else "")]
    text = "\n".join(lines).encode("latin-1")
    expected = base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha1).digest()).decode()
    if not hmac.compare_digest(expected.encode(), claim.signature.encode()):
        raise RefusalError("SignatureDoesNotMatch", "the signature of the presigned URL does not match")
