import contextlib
import json
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator

import pytest

from bench import client, load

Serve = Callable[[bytes], int]
GOOD = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return a starter of servers that give one answer to everything, whatever it is; it returns the port."""
    servers: list[socketserver.ThreadingTCPServer] = []

    def start(answer: bytes) -> int:
        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(ConnectionResetError):  # the load ends without waiting for its last answers
                    while self.request.recv(65_536):
                        self.request.sendall(answer)

        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        return int(server.server_address[1])

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_every_answer_of_the_right_size_counts(serve: Serve) -> None:
    found = client.load(serve(GOOD), 0.1, 3, b"{}", len(GOOD))

    assert found["requests"] > 3
    assert (found["refused"], found["broken"]) == (0, 0)
    assert 0 < found["p50"] <= found["p99"]
    assert load.parse(json.dumps(found), connections=3, size=len(GOOD)).requests == found["requests"]


@pytest.mark.parametrize("answer", [GOOD.replace(b"200", b"503"), GOOD + b"x"])
def test_an_answer_that_is_no_200_or_too_long_is_no_answer(serve: Serve, answer: bytes) -> None:
    found = client.load(serve(answer), 0.1, 2, b"{}", len(GOOD))

    assert found["refused"] == found["requests"] > 0


def test_an_answer_is_taken_apart_for_comparison(serve: Serve) -> None:
    with socket.create_connection(("127.0.0.1", serve(GOOD)), timeout=10) as connection:
        assert client.ask(connection, b"{}") == (GOOD[:-2], b"{}")


def test_a_request_says_how_long_its_body_is() -> None:
    assert client.request(b"[1]").endswith(b"\r\ncontent-length: 3\r\n\r\n[1]")


def _printed(**changed: float) -> str:
    found = {"requests": 100, "seconds": 2.0, "bytes": 16_200, "refused": 0, "broken": 0, "p50": 0.5, "p99": 2.0}
    return f"Running 2s test\n{json.dumps({**found, **changed})}\n"


def test_the_last_line_is_what_the_load_came_to() -> None:
    assert load.parse(_printed(), connections=16, size=162) == load.Load(requests=100, seconds=2.0, p50=0.5, p99=2.0)


def test_answers_that_were_on_their_way_at_the_end_are_forgiven() -> None:
    assert load.parse(_printed(bytes=16_200 + 16 * 162), connections=16, size=162).requests == 100


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"refused": 1}, "1 answers were no 200"),
        ({"broken": 2}, "2 connections broke"),
        ({"requests": 0}, "no request was answered"),
        ({"bytes": 16_199}, "100 answers have 16199 bytes together; 162 bytes each are expected"),
        ({"bytes": 16_201 + 16 * 162}, "162 bytes each are expected"),
    ],
)
def test_a_load_with_a_wrong_answer_counts_nothing(changed: dict[str, float], told: str) -> None:
    with pytest.raises(load.WrongAnswerError, match=told):
        load.parse(_printed(**changed), connections=16, size=162)


def test_percentiles_are_of_the_values_in_rising_order() -> None:
    rising = [float(value) for value in range(100)]

    assert (client.percentile(rising, 0.5), client.percentile(rising, 0.99)) == (50.0, 99.0)
    assert client.percentile([7.0], 0.99) == 7.0
    assert client.percentile([], 0.5) == 0.0
