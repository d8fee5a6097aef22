"""Notices when an operation stands still: a program that waits for itself looks like one that takes its time."""

import time
from collections.abc import Callable, Iterator

LIMIT = 60.0
"""Seconds without a step in flight or a new request of the program, after which something is said."""
_WAITS = (
    "nothing has happened for {seconds:.0f} s: no step is in flight and the program asks for nothing. It may be busy; "
    "or it waits for what never comes, such as an Output that needs itself or a future that nobody resolves. "
    "Ctrl-C stops here and keeps what was done"
)
_ASKED = (
    "nothing has happened for {seconds:.0f} s: a provider was asked to check, compare or configure something and has "
    "not answered. Ctrl-C stops here and keeps what was done"
)


class Stillness:
    """Says once, and again after any movement, that nothing moves. Steps in flight are the display's affair."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, limit: float = LIMIT) -> None:
        self._clock = clock
        self._limit = limit
        self._since = clock()
        self._asked = 0
        self._said = False

    def look(self, *, busy: bool, asked: int, in_hand: int) -> Iterator[str]:
        """Take how things stand now; yield what is to be said about it."""
        if busy or asked != self._asked:
            self._since, self._asked, self._said = self._clock(), asked, False
        still = self._clock() - self._since
        if still >= self._limit and not self._said:
            self._said = True
            yield (_ASKED if in_hand else _WAITS).format(seconds=still)
