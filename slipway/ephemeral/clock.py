"""Time as an argument: the moment, a clock that only goes forward, and waiting."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, kw_only=True)
class Clock:
    """The system's time, unless a test brings its own."""

    moment: Callable[[], datetime] = lambda: datetime.now(UTC)
    """Now, in UTC."""
    now: Callable[[], float] = time.monotonic
    """Seconds on a clock that nobody sets."""
    wait: Callable[[float], None] = time.sleep
