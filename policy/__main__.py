"""What an engine runs for `--policy-pack policy`."""

import sys
from datetime import UTC, datetime
from pathlib import Path

# The engine runs this folder by itself. Its parent is where `policy` and `prices` are packages, by the same names
# everywhere; the folder's own modules must not be found a second time, under other names.
_FOLDER = Path(__file__).resolve().parent
sys.path[:] = [str(_FOLDER.parent), *(entry for entry in sys.path if Path(entry).resolve() != _FOLDER)]

from policy.pack import run  # noqa: E402 it is found only now

run(today=datetime.now(UTC).date())
