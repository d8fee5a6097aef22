"""AWS at the other end of a loopback connection: moto for what works, and a server that gives one answer to all."""

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class OneAnswer:
    """A server that answers every request with `body` and keeps what was asked."""

    def __init__(self, status: int, body: str, headers: Mapping[str, str] | None = None) -> None:
        self.asked: list[tuple[str, str, bytes]] = []
        """Method (of KMS: the operation), path and body of each request."""
        self.body = body
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.asked.append((self.headers.get("X-Amz-Target") or self.command, self.path, content))
                data = b"" if self.command == "HEAD" else outer.body.encode()
                self.send_response(status)
                for name, value in {**(headers or {}), "Content-Length": str(len(data))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = answer  # noqa: N815 - the library's names

            def log_message(self, *_: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def endpoint(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def s3_refusal(code: str, message: str = "no") -> str:
    """Word an error as S3 does."""
    return f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'


def kms_refusal(code: str, message: str = "no") -> str:
    """Word an error as KMS does."""
    return json.dumps({"__type": code, "message": message})
