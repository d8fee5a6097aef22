"""`python -m slipway.engine`: the command line of the embedded engine."""

import io
import signal
import sys
from typing import NoReturn

from slipway.engine.cli.main import main


def _leave(number: int, _: object) -> NoReturn:
    """Unwind, so that a lock that is held is given back; an operation that runs has a way of its own to stop."""
    sys.exit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _leave)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # names may hold what the terminal's encoding lacks
            stream.reconfigure(errors="backslashreplace")
    sys.exit(main(sys.argv[1:]))
