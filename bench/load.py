"""Loads a server from a process of its own, and holds the answers against what they must be."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent


class WrongAnswerError(Exception):
    """A server answered something else than it must: nothing that was measured counts."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """What one load came to."""

    requests: int
    seconds: float
    p50: float
    """Milliseconds."""
    p99: float


def client() -> str:
    """Return the load generator that this machine has: `wrk`, or the benchmark's own `python`."""
    return "wrk" if shutil.which("wrk") else "python"


def run(generator: str, port: int, *, seconds: int, connections: int, body: Path, size: int) -> Load:
    """Send `body` again and again; raises WrongAnswerError unless every answer is a 200 of `size` bytes in all."""
    if generator == "wrk":
        script = str(HERE / "post.lua")
        url = f"http://127.0.0.1:{port}/invocations"
        # gevent lets some connections wait for seconds: that is slow, not broken
        options = ["-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "-s", script]
        command = ["wrk", *options, url, "--", str(body)]
    else:
        words = [str(word) for word in (port, seconds, connections, body, size)]
        command = [sys.executable, "-m", "bench.client", *words]
    printed = subprocess.run(command, check=True, capture_output=True, text=True, cwd=HERE.parent).stdout
    return parse(printed, connections=connections, size=size)


def parse(printed: str, *, connections: int, size: int) -> Load:
    """Read the last line of a load generator, a JSON object.

    wrk counts only 4xx and 5xx as refused; any other answer that is no full 200 shows in the bytes.
    """
    found = json.loads(printed.splitlines()[-1])
    requests, taken = found["requests"], found["bytes"]
    if found["refused"] or found["broken"]:
        raise WrongAnswerError(f"{found['refused']} answers were no 200, {found['broken']} connections broke")
    if not requests:
        raise WrongAnswerError("no request was answered")
    if not requests * size <= taken <= (requests + connections) * size:
        raise WrongAnswerError(f"{requests} answers have {taken} bytes together; {size} bytes each are expected")
    return Load(requests=requests, seconds=found["seconds"], p50=found["p50"], p99=found["p99"])
