"""A lock that many requests share and a snapshot takes alone, without ever holding requests up for long."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Mine(threading.local):
    """How many shares this thread has: a request may make another one."""

    shares = 0


class QuietLock:
    """Shared by requests; exclusive for who waits until none is in flight."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._sharing = 0
        self._alone = False
        self._mine = _Mine()

    @property
    def is_shared(self) -> bool:
        """Whether this thread is in a request already."""
        return self._mine.shares > 0

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Hold off snapshots meanwhile; a thread that does already does so once."""
        if not self._mine.shares:
            self._take()
        self._mine.shares += 1
        try:
            yield
        finally:
            self._mine.shares -= 1
            if not self._mine.shares:
                self._give()

    @contextmanager
    def released(self) -> Iterator[None]:
        """Let snapshots through for a while, if this thread holds them off: a long poll waits without blocking them."""
        if not self._mine.shares:
            yield
            return
        self._give()
        try:
            yield
        finally:
            self._take()

    @contextmanager
    def alone(self, patience: float) -> Iterator[bool]:
        """Hold off requests meanwhile; yields False when some were still in flight after `patience` seconds."""
        with self._condition:
            quiet = self._condition.wait_for(lambda: not self._sharing and not self._alone, timeout=patience)
            self._alone = quiet
        try:
            yield quiet
        finally:
            if quiet:
                with self._condition:
                    self._alone = False
                    self._condition.notify_all()

    def _take(self) -> None:
        with self._condition:
            self._condition.wait_for(lambda: not self._alone)
            self._sharing += 1

    def _give(self) -> None:
        with self._condition:
            self._sharing -= 1
            self._condition.notify_all()
