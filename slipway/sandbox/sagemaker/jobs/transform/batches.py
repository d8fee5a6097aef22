"""An object cut into records, the records packed into requests, the answers put together again; pure."""

from collections.abc import Iterable, Sequence


class PayloadTooLargeError(Exception):
    """A record, or an object that is not split, is larger than one request may be; the message says by how much."""


def records_of(body: bytes, split_type: str) -> list[bytes]:
    """Cut an object into its records: lines without their ends, empty ones left out; None makes it one record."""
    if split_type != "Line":
        return [body]
    return [line for line in (each.removesuffix(b"\r") for each in body.split(b"\n")) if line]


def requests_of(records: Sequence[bytes], limit: int, *, single: bool) -> list[list[bytes]]:
    """Pack records into requests of at most `limit` bytes, newlines between records counted; in order.

    `single` gives each record a request of its own. Raises PayloadTooLargeError.
    """
    packed: list[list[bytes]] = []
    size = 0
    for number, record in enumerate(records, start=1):
        if len(record) > limit:
            raise PayloadTooLargeError(
                f"record {number} has {len(record)} bytes, at most {limit} fit a request: raise MaxPayloadInMB, or "
                "split the object with SplitType Line"
            )
        if packed and not single and size + 1 + len(record) <= limit:
            packed[-1].append(record)
            size += 1 + len(record)
        else:
            packed.append([record])
            size = len(record)
    return packed


def assemble(answers: Iterable[bytes], assemble_with: str) -> bytes:
    """Put answers together: as they are, or with Line each ended by one newline."""
    if assemble_with == "Line":
        return b"".join(answer.removesuffix(b"\n") + b"\n" for answer in answers)
    return b"".join(answers)
