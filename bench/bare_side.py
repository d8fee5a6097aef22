"""The floor that `serving/` stands on: the same HTTP server, set as serving/server.py sets it, without any work.

`python -m bench.bare_side PORT BYTES [batch]` reads each body and answers with a constant JSON body of so many bytes;
with `batch` it asks the kernel for the same scheduling as serving/server.py.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from typing import TYPE_CHECKING

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


def bare(size: int) -> WSGIApplication:
    """Return a callable that answers everything with one JSON string of `size` bytes."""
    answer = b'"%s"' % (b"x" * (size - 2))
    headers = [("content-type", "application/json"), ("content-length", str(size))]

    def respond(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        environ["wsgi.input"].read()
        start_response("200 OK", headers)
        return [answer]

    return respond


def main() -> None:
    """Answer until SIGTERM."""
    port, size = (int(word) for word in sys.argv[1:3])
    if sys.argv[3:] == ["batch"]:
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    app = bare(size)
    multiprocessing.set_start_method("fork", force=True)
    server = Server(
        "bare",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=2,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.warning,
    )
    server.serve(target_loader=lambda: app, wrap_loader=False)


if __name__ == "__main__":
    main()
