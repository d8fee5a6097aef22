"""The load as its own process, against an endpoint that fails."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from slipway.load.samples import read

if TYPE_CHECKING:
    from pathlib import Path

asked: list[str] = []


class Failing(BaseHTTPRequestHandler):
    """Answers every request with an error that boto3 would try again on its own."""

    def do_POST(self) -> None:
        """Count the request and refuse it."""
        self.rfile.read(int(self.headers["Content-Length"]))
        asked.append(self.path)
        self.send_response(503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_request_that_failed_is_not_tried_again_and_is_told(tmp_path: Path) -> None:
    (tmp_path / "rows.json").write_text(json.dumps([{"hour": 9}]))
    environment = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_DEFAULT_REGION": "us-east-1"}
    files = ["--rows", f"{tmp_path}/rows.json", "--samples", f"{tmp_path}/samples.jsonl"]
    with ThreadingHTTPServer(("127.0.0.1", 0), Failing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        environment["AWS_ENDPOINT_URL"] = f"http://127.0.0.1:{server.server_port}"
        with subprocess.Popen(
            [sys.executable, "-m", "slipway.load", "--endpoint", "e", *files, "--rate", "100", "--clients", "2"],
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as load:
            assert load.stdout is not None
            assert "began" in json.loads(load.stdout.readline())
            assert load.stdin is not None
            load.stdin.close()
            assert load.wait(timeout=30) == 0
        server.shutdown()
    samples = read(tmp_path / "samples.jsonl")
    assert samples
    assert len(asked) == len(samples)
    assert {sample.problem.partition(":")[0] for sample in samples} == {"ClientError"}
