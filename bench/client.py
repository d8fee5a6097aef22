"""The load where wrk is not installed: keep-alive connections, one request at a time on each.

`python -m bench.client PORT SECONDS CONNECTIONS BODY SIZE` sends the file BODY again and again and prints one JSON
object, as bench/post.lua does. Every answer must be a 200 of SIZE bytes, head included.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from pathlib import Path

_CHUNK = 65_536


def request(body: bytes) -> bytes:
    """Return the bytes of one POST to /invocations."""
    head = (
        b"POST /invocations HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    )
    return head % len(body) + body


def ask(connection: socket.socket, body: bytes) -> tuple[bytes, bytes]:
    """Send one request; return the answer's head, with the empty line, and its body."""
    connection.sendall(request(body))
    found = b""
    while b"\r\n\r\n" not in found:
        found += _received(connection)
    head, end, content = found.partition(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.lower().splitlines() if line.startswith(b"content-length:"))
    while len(content) < length:
        content += _received(connection)
    return head + end, content


def _received(connection: socket.socket) -> bytes:
    found = connection.recv(_CHUNK)
    if not found:
        raise ConnectionResetError("the server closed the connection before its answer was complete")
    return found


def percentile(rising: list[float], share: float) -> float:
    """Return the value below which `share` of the values lie, by nearest rank; 0 of none."""
    return rising[min(len(rising) - 1, int(share * len(rising)))] if rising else 0.0


class _Connection:
    def __init__(self, port: int, message: bytes) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.message = message
        self.received = b""
        self.sent_at = 0.0

    def ask(self) -> None:
        self.received, self.sent_at = b"", time.perf_counter()
        self.socket.sendall(self.message)


def load(port: int, seconds: float, connections: int, body: bytes, size: int) -> dict[str, float]:
    """Ask for so many seconds; return counts, seconds and latencies in milliseconds."""
    asked = [_Connection(port, request(body)) for _ in range(connections)]
    waiting = selectors.DefaultSelector()
    for one in asked:
        waiting.register(one.socket, selectors.EVENT_READ, one)
    latencies: list[float] = []
    taken = refused = broken = 0
    started = time.perf_counter()
    for one in asked:
        one.ask()
    while waiting.get_map() and time.perf_counter() - started < seconds:
        for key, _ in waiting.select(timeout=1):
            one = key.data
            found = one.socket.recv(_CHUNK)
            taken += len(found)
            one.received += found
            if not found:
                broken += 1
                waiting.unregister(one.socket)
            elif len(one.received) >= size:
                latencies.append((time.perf_counter() - one.sent_at) * 1e3)
                refused += len(one.received) > size or not one.received.startswith(b"HTTP/1.1 200 ")
                one.ask()
    spent = time.perf_counter() - started
    for one in asked:
        one.socket.close()
    rising = sorted(latencies)
    return {
        "requests": len(rising),
        "seconds": spent,
        "bytes": taken,
        "refused": refused,
        "broken": broken,
        "p50": percentile(rising, 0.5),
        "p99": percentile(rising, 0.99),
    }


if __name__ == "__main__":
    port, seconds, connections, file, size = sys.argv[1:]
    print(json.dumps(load(int(port), float(seconds), int(connections), Path(file).read_bytes(), int(size))))
