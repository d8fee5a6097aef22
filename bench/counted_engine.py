"""The embedded engine's command line, with its state writes counted: `python -m bench.counted_engine up ...`.

Leaves JSON in the file that SLIPWAY_BENCH_WRITES names: the number of writes, their bytes, and the seconds in
which one was under way (rendering, writing, syncing).
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from slipway.engine.cli.main import main
from slipway.engine.state.writer import SnapshotWriter

if TYPE_CHECKING:
    from collections.abc import Callable


class Tally:
    """Writes so far; one is under way at a time."""

    def __init__(self) -> None:
        self.writes = 0
        self.bytes = 0
        self.seconds = 0.0

    def around(self, write: Callable[[SnapshotWriter, Callable[[bytes], None]], None]) -> Callable[..., None]:
        """Return the writer's own way of writing, counted."""

        def counted(writer: SnapshotWriter, persist: Callable[[bytes], None]) -> None:
            def sized(text: bytes) -> None:
                self.bytes += len(text)
                persist(text)

            started = time.monotonic()
            write(writer, sized)
            self.seconds += time.monotonic() - started
            self.writes += 1

        return counted


if __name__ == "__main__":
    tally = Tally()
    # the engine has no business counting for us
    SnapshotWriter._write = tally.around(SnapshotWriter._write)  # type: ignore[method-assign]  # noqa: SLF001
    code = main(sys.argv[1:])
    if tally.writes:
        Path(os.environ["SLIPWAY_BENCH_WRITES"]).write_text(json.dumps(vars(tally)))
    sys.exit(code)
