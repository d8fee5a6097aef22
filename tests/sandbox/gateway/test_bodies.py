"""Bodies that do not arrive as they should, too large, cut short, stalled, badly chunked: each is answered soon."""

from __future__ import annotations

import io
import socket
import threading
import time
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from slipway.sandbox.gateway.bodies import OBJECT_LIMIT, OTHER_LIMIT, PIECE, read_body
from slipway.sandbox.gateway.errors import RefusalError
from slipway.sandbox.gateway.http import Answer, Request
from slipway.sandbox.gateway.server import make_server

if TYPE_CHECKING:
    from collections.abc import Iterator

S3 = {"authorization": "AWS4-HMAC-SHA256 Credential=1/20260101/us-east-1/s3/aws4_request"}


class Endless:
    """A body that never ends, and knows how much of it was held at once."""

    def __init__(self, size: int) -> None:
        self.left = size
        self.largest = 0

    def read(self, size: int) -> bytes:
        piece = b"x" * min(size, self.left)
        self.left -= len(piece)
        self.largest = max(self.largest, len(piece))
        return piece


@pytest.mark.parametrize(
    ("headers", "code", "status"), [({}, "RequestEntityTooLargeException", 413), (S3, "EntityTooLarge", 400)]
)
@pytest.mark.parametrize("declared", [True, False])
def test_a_body_that_is_too_large_is_read_in_pieces_and_refused(
    headers: dict[str, str],
    code: str,
    status: int,
    declared: bool,  # noqa: FBT001
) -> None:
    body = Endless(40 * PIECE)
    tracemalloc.start()
    length = {"content-length": str(40 * PIECE)} if declared else {"transfer-encoding": "chunked"}
    with pytest.raises(RefusalError) as refused:
        read_body(body, {**headers, **length}, "", limit=2 * PIECE)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6 * PIECE
    assert (refused.value.code, refused.value.status, body.left, body.largest) == (code, status, 0, PIECE)
    assert OTHER_LIMIT < OBJECT_LIMIT


def test_a_body_of_exactly_the_limit_is_taken() -> None:
    assert len(read_body(Endless(PIECE), {"content-length": str(PIECE)}, "", limit=PIECE)) == PIECE
    assert read_body(io.BytesIO(b""), {}, "") == b""


class Echo:
    """Answers how long a body was, or the code of what was refused."""

    def handle(self, request: Request) -> Answer:
        return Answer(200, [], str(len(request.body)).encode())

    def refuse(self, request: Request, refusal: RefusalError) -> Answer:
        return Answer(refusal.status, [], f"{refusal.code} {request.method}".encode())


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Return the port of a server that waits 0.3 s for a client."""
    server = make_server(0, Echo(), patience=0.3)
    server.prepare()
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield server.bind_addr[1]
    server.stop()
    thread.join(10)


def said(port: int, text: bytes, *, then_close: bool) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(text)
        if then_close:
            client.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := client.recv(65536):
            answer += piece
    return answer


HEAD = b"PUT /b/k HTTP/1.1\r\nHost: 127.0.0.1\r\n"


@pytest.mark.parametrize(
    ("text", "then_close", "expected"),
    [
        (HEAD + b"Content-Length: 10\r\n\r\nshort", True, b"IncompleteBody PUT"),
        (HEAD + b"Content-Length: 10\r\n\r\nshort", False, b"RequestTimeout PUT"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n0\r\n\r\n", True, b"IncompleteBody PUT"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabc\r\n0\r\n\r\n", True, b"IncompleteBody PUT"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab", True, b"IncompleteBody PUT"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab", False, b"RequestTimeout PUT"),
        (HEAD + b"Content-Length: -1\r\n\r\n", True, b""),
        (HEAD + b"Content-Length: many\r\n\r\n", True, b"400 Bad Request"),
        (b"GARBAGE\r\n\r\n", True, b"400 Bad Request"),
        (HEAD + b"Content-Length: 3\r\n\r\nabc", True, b"\r\n\r\n3"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", True, b"\r\n\r\n3"),
    ],
)
def test_a_body_that_is_cut_short_or_stalls_is_answered_soon(
    port: int,
    text: bytes,
    then_close: bool,  # noqa: FBT001
    expected: bytes,
) -> None:
    began = time.monotonic()
    assert expected in said(port, text, then_close=then_close)
    assert time.monotonic() - began < 5


def test_after_a_refused_body_the_server_goes_on(port: int) -> None:
    for _ in range(3):
        assert b"IncompleteBody" in said(port, HEAD + b"Content-Length: 10\r\n\r\nshort", then_close=True)
        assert b"\r\n\r\n2" in said(port, HEAD + b"Content-Length: 2\r\n\r\nok", then_close=True)


def test_a_client_that_is_gone_in_the_middle_of_its_body_holds_nothing_up(port: int) -> None:
    for _ in range(100):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            client.sendall(HEAD + b"Content-Length: 1000000\r\n\r\nshort")
    assert b"\r\n\r\n2" in said(port, HEAD + b"Content-Length: 2\r\n\r\nok", then_close=True)
