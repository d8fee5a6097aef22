"""Reads a request's body off the socket: bounded, whole, or refused in the words of AWS.

A body that is too large is read to its end and thrown away, so that its sender, who reads no answer before it has sent
everything, learns why; no more than one piece of it is in memory.
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from typing import Protocol

from slipway.sandbox.gateway.errors import RefusalError

PIECE = 1 << 20
OBJECT_LIMIT = 1 << 30
"""Bytes of an S3 request; AWS takes 5 GiB, the sandbox holds a body in memory."""
OTHER_LIMIT = 64 << 20
"""Bytes of a request to any other service: above Lambda's 50 MB for code, the largest that AWS takes."""
LONGEST_DRAIN = 8 << 30
"""Bytes that are read of a refused body before the connection is cut."""


class Readable(Protocol):
    """Where a body comes from."""

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, none at the end."""


def is_of_s3(headers: dict[str, str], query: str) -> bool:
    """Tell whether a request says that it is for S3, before anything of it is verified."""
    return "/s3/aws4_request" in headers.get("authorization", "") or "s3%2Faws4_request" in query or "Expires=" in query


def read_body(source: Readable, headers: dict[str, str], query: str, limit: int | None = None) -> bytes:
    """Return a whole body of at most `limit` bytes, by default what its service takes.

    Raises RefusalError when it is too large, ends early, stalls or is not chunked as it says. After a refusal the
    connection is not in step any more and must be closed.
    """
    of_s3 = is_of_s3(headers, query)
    if limit is None:
        limit = OBJECT_LIMIT if of_s3 else OTHER_LIMIT
    declared = headers.get("content-length", "")
    expected = int(declared) if declared.isdecimal() and "transfer-encoding" not in headers else None
    pieces: list[bytes] = []
    size = 0
    try:
        while piece := source.read(PIECE if expected is None else min(PIECE, expected - size)):
            size += len(piece)
            if size <= limit:
                pieces.append(piece)
            else:
                pieces.clear()
            if size > LONGEST_DRAIN or size == expected:
                break
    except TimeoutError as error:
        message = "Your socket connection to the server was not read from or written to within the timeout period."
        raise RefusalError("RequestTimeout", message, 400) from error
    except (ValueError, OSError) as error:
        raise RefusalError("IncompleteBody", f"the body cannot be read: {error}", 400) from error
    if size > limit:
        raise _too_large(size, limit, of_s3=of_s3)
    if expected is not None and size < expected:
        message = "You did not provide the number of bytes specified by the Content-Length HTTP header"
        raise RefusalError("IncompleteBody", f"{message}: {size} of {expected} came", 400)
    return b"".join(pieces)


def _too_large(size: int, limit: int, *, of_s3: bool) -> RefusalError:
    if of_s3:
        way_out = f"the sandbox holds a body in memory and takes {limit} bytes, it got {size}: upload it in parts"
        return RefusalError("EntityTooLarge", f"Your proposed upload exceeds the maximum allowed size: {way_out}", 400)
    return RefusalError("RequestEntityTooLargeException", f"the body has {size} bytes, at most {limit} are taken", 413)
