"""The socket: cheroot's keep-alive server with a gateway that hands whole requests over.

Why cheroot: about 700 requests a second against 250 of werkzeug's server, which closes every connection; idle
connections wait in a selector and hold no thread. Its WSGI bridge folds `_` and `-` in header names, so we do not use
it: headers reach us as they were sent, and S3 metadata keeps its spelling.
"""

import socket
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from cheroot.server import Gateway, HTTPServer
from cheroot.workers.threadpool import ThreadPool

from slipway.sandbox.gateway.http import Answer, LostAnswerError, Request


class LoopbackServer(HTTPServer):
    """Cheroot's server, whose port can be bound again at once."""

    @classmethod
    def prepare_socket(cls, *arguments: Any, **options: Any) -> Any:
        """Allow the address to be reused: cheroot leaves that out for a free port, which then rests for a minute."""
        prepared = super().prepare_socket(*arguments, **options)
        prepared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return prepared


THREADS = 64
NO_BODY = frozenset({204, 304})


def make_server(port: int, handle: Callable[[Request], Answer]) -> HTTPServer:
    """Return a server for 127.0.0.1 only; port 0 takes a free one. `prepare()` binds it, `serve()` answers."""

    class Bridge(Gateway):
        def respond(self) -> None:
            try:
                answer = handle(_read(self.req))
            except LostAnswerError:
                _hang_up(self.req)
                return
            _write(self.req, answer)

    server = LoopbackServer(("127.0.0.1", port), Bridge, server_name="slipway-sandbox")
    server.requests = ThreadPool(server, min=THREADS, max=THREADS)
    server.request_queue_size = 256
    server.timeout = 60
    server.shutdown_timeout = 2
    server.max_request_header_size = 1 << 20
    return server


def _read(request: Any) -> Request:
    headers: dict[str, str] = {}
    for name, value in request.inheaders.items():
        headers[name.decode("latin-1").lower()] = value.decode("latin-1")
    path, _, query = request.uri.decode("latin-1").partition("?")
    if path.startswith("http://"):  # absolute form (RFC 9112, 3.2.2), as sent through a proxy
        path = "/" + path.removeprefix("http://").partition("/")[2]
    return Request(request.method.decode("latin-1"), path, query, headers, request.rfile.read())


def _write(request: Any, answer: Answer) -> None:
    head = request.method == b"HEAD"
    request.status = f"{answer.status} {_reason(answer.status)}".encode()
    length = answer.header("content-length") if head else ""
    for name, value in answer.headers:
        if name.lower() not in {"content-length", "connection", "transfer-encoding", "server", "date"}:
            request.outheaders.append((name.encode("latin-1"), value.encode("latin-1", "replace")))
    if answer.status not in NO_BODY:
        request.outheaders.append((b"Content-Length", (length or str(len(answer.body))).encode()))
    request.ensure_headers_sent()
    if answer.body and not head and answer.status not in NO_BODY:
        request.write(answer.body)


def _hang_up(request: Any) -> None:
    """End the connection without a word: the server then finds nothing to say either."""
    request.close_connection = True
    request.sent_headers = True
    request.conn.linger = False
    request.conn.socket.shutdown(socket.SHUT_RDWR)


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
