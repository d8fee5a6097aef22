"""What S3 refuses before it looks at anything that it keeps: a key, a number, a document that cannot be.

https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
"""

import json
from urllib.parse import unquote_to_bytes
from xml.parsers import expat

from slipway.sandbox.gateway.errors import RefusalError
from slipway.sandbox.gateway.http import Request

METHODS = frozenset({"GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"})
LONGEST_KEY = 1024
"""Bytes of UTF-8."""
NUMBERS = {"max-keys": 2**31 - 1, "max-parts": 2**31 - 1, "max-uploads": 2**31 - 1, "partNumber": 10_000}
"""Parameters that are numbers from 0, a part's from 1, with the highest that is taken."""
DOCUMENTS = frozenset(
    {
        "accelerate", "acl", "analytics", "cors", "delete", "encryption", "intelligent-tiering", "inventory",
        "legal-hold",
        "lifecycle", "logging", "metrics", "notification", "object-lock", "ownershipControls", "publicAccessBlock",
        "replication", "requestPayment", "restore", "retention", "tagging", "versioning", "website",
    }
)  # fmt: skip
"""Sub-resources that are put as XML."""


def path_with_bucket(request: Request) -> str:
    """Return the path with the bucket in it, also where the host name carries the bucket."""
    host = request.header("host").rpartition(":")[0] or request.header("host")
    name = host.removesuffix(".localhost")
    if name in {host, "s3"} or name.startswith("s3."):
        return request.path
    bucket = name.removesuffix(".s3").partition(".s3.")[0]
    return f"/{bucket}{request.path}"


def check_s3(request: Request) -> None:
    """Refuse what cannot be a request of S3. Raises RefusalError."""
    if request.method not in METHODS:
        raise RefusalError("MethodNotAllowed", "The specified method is not allowed against this resource.", 405)
    _check_key(path_with_bucket(request).lstrip("/").partition("/")[2])
    query = request.query_values()
    for name, most in NUMBERS.items():
        _check_number(name, query.get(name), most)
    if request.method not in {"PUT", "POST"} or not request.body:
        return
    if "policy" in query:
        _check_policy(request.body)
    elif (
        query.keys() & DOCUMENTS or (request.method == "POST" and "uploadId" in query) or _makes_bucket(request, query)
    ):
        check_xml(request.body)


def _makes_bucket(request: Request, query: dict[str, str]) -> bool:
    return request.method == "PUT" and not query and "/" not in path_with_bucket(request).strip("/")


def _check_key(path: str) -> None:
    key = unquote_to_bytes(path)
    try:
        key.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RefusalError("InvalidURI", f"Couldn't parse the specified URI: {error}", 400) from error
    if len(key) > LONGEST_KEY:
        raise RefusalError("KeyTooLongError", f"Your key is too long: {len(key)} bytes, at most {LONGEST_KEY}", 400)


def _check_number(name: str, given: str | None, most: int) -> None:
    least = int(name == "partNumber")
    if given is None or (given.isascii() and given.isdecimal() and least <= int(given) <= most):
        return
    raise RefusalError("InvalidArgument", f"{name} must be an integer between {least} and {most}, got {given!r}", 400)


def _check_policy(body: bytes) -> None:
    try:
        document = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise RefusalError("MalformedPolicy", f"This policy contains invalid Json: {error}", 400) from error
    if not isinstance(document, dict) or "Statement" not in document:
        raise RefusalError("MalformedPolicy", "Missing required field Statement", 400)


def check_xml(body: bytes) -> None:
    """Refuse a body that is no XML. Raises RefusalError."""
    try:
        expat.ParserCreate().Parse(body, True)
    except expat.ExpatError as error:
        raise RefusalError("MalformedXML", f"The XML you provided was not well-formed: {error}", 400) from error
