"""S3's own chunks (`aws-chunked`): the body of an upload whose checksum or signature comes piece by piece.

The signatures of single chunks are not verified; lengths and trailing checksums are.
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
"""

from slipway.sandbox.gateway.errors import RefusalError
from slipway.sandbox.gateway.http import Request

STREAMING = frozenset(
    {
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    }
)
"""Values of x-amz-content-sha256 that say so."""


def decoded(request: Request) -> tuple[bytes, dict[str, str]]:
    """Return the content and the trailers, by lower-case name. Raises RefusalError for chunks that are not whole."""
    body, place = request.body, 0
    pieces: list[bytes] = []
    while True:
        end = body.find(b"\r\n", place)
        size = _size(body[place:end]) if end >= 0 else None
        if size is None:
            raise _broken(f"no chunk's size at byte {place}")
        place = end + 2
        if size == 0:
            break
        if body[place + size : place + size + 2] != b"\r\n":
            raise _broken(f"the chunk of {size} bytes at byte {place} ends elsewhere")
        pieces.append(body[place : place + size])
        place += size + 2
    content = b"".join(pieces)
    declared = request.header("x-amz-decoded-content-length")
    if not declared.isdecimal():
        raise RefusalError("MissingContentLength", "You must provide the x-amz-decoded-content-length HTTP header", 411)
    if int(declared) != len(content):
        raise _broken(f"x-amz-decoded-content-length says {declared}, {len(content)} bytes came")
    lines = body[place:].decode("latin-1").split("\r\n")
    trailers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return content, trailers


def _size(head: bytes) -> int | None:
    digits = head.partition(b";")[0].strip()
    try:
        return int(digits, 16) if digits and digits.isalnum() else None
    except ValueError:
        return None


def _broken(what: str) -> RefusalError:
    message = "The request body terminated unexpectedly or its chunks are not whole"
    return RefusalError("IncompleteBody", f"{message}: {what}", 400)
