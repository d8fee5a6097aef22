"""What the sandbox wrote down."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path


def tail(file: Path, lines: int) -> Iterator[str]:
    """Return the last lines of a log, oldest first."""
    with file.open(errors="replace") as stream:
        yield from (line.rstrip("\n") for line in deque(stream, maxlen=lines))


def follow(file: Path, show: Callable[[str], None]) -> None:
    """Show what is added to the log from now on, until interrupted."""
    with file.open(errors="replace") as stream:
        stream.seek(0, 2)
        while True:
            line = stream.readline()
            if line:
                show(line.rstrip("\n"))
            else:
                time.sleep(0.2)
