"""The load's process: started beside the demo, ended by closing its input."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slipway import child
from slipway.demo.check import require
from slipway.failure import Failure
from slipway.load import samples

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from slipway.load.samples import Sample

RATE = 40.0
CLIENTS = 4
GRACE_SECONDS = 70.0
"""Longer than SageMaker lets an answer take."""


@dataclass
class Load:
    """A running load."""

    process: subprocess.Popen[bytes]
    file: Path
    began: float
    """Seconds since 1970."""

    def stop(self) -> list[Sample]:
        """End it and return what it wrote down."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            code = self.process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            child.end_group(self.process, grace_seconds=0)
            raise
        require(code == 0, f"the load generator ended with exit code {code}")
        return samples.read(self.file)


def start(endpoint: str, rows: Sequence[dict[str, Any]], folder: Path) -> Load:
    """Start to ask the endpoint about these rows in turn; returns once the first answer is there."""
    asked, file = folder / "load-rows.json", folder / "load.jsonl"
    asked.write_text(json.dumps(list(rows)), "utf-8")
    words = ["--endpoint", endpoint, "--rows", str(asked), "--samples", str(file)]
    process = subprocess.Popen(
        [sys.executable, "-m", "slipway.load", *words, "--rate", str(RATE), "--clients", str(CLIENTS)],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    line = b"" if process.stdout is None else process.stdout.readline()
    if not line:
        raise Failure(f"the load generator ended with exit code {process.wait()} before it had an answer")
    return Load(process=process, file=file, began=json.loads(line)["began"])
