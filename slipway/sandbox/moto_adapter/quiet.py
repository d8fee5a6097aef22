"""A lock that many requests share and a snapshot takes alone, without ever holding requests up for long."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class QuietLock:
    """Shared by requests; exclusive for who waits until none is in flight."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._sharing = 0
        self._alone = False

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Hold off snapshots meanwhile."""
        with self._condition:
            while self._alone:
                self._condition.wait()
            self._sharing += 1
        try:
            yield
        finally:
            with self._condition:
                self._sharing -= 1
                self._condition.notify_all()

    @contextmanager
    def alone(self, patience: float) -> Iterator[bool]:
        """Hold off requests meanwhile; yields False when some were still in flight after `patience` seconds.

        A long poll (SQS) may hold its share for 20 s: nobody may wait for that.
        """
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
