"""The one thread of the clockwork: it sleeps until somebody has something to watch, then looks once a period."""

import logging
import threading
from collections.abc import Sequence
from typing import Protocol

PERIOD = 1.0
"""Seconds between two looks."""
PATIENCE = 5.0
"""Seconds that `stop` waits for a look under way."""

log = logging.getLogger(__name__)


class Watcher(Protocol):
    """Something that AWS does on its own."""

    @property
    def busy(self) -> bool:
        """Whether there is anything to watch."""

    def look(self) -> None:
        """Look once, and do what is due."""


class Ticker:
    """Lets watchers look; `wake` it when one may have become busy. `woken` is what its thread sleeps on."""

    def __init__(
        self, watchers: Sequence[Watcher], period: float = PERIOD, woken: threading.Event | None = None
    ) -> None:
        self._watchers = watchers
        self._period = period
        self._woken = threading.Event() if woken is None else woken
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="clockwork", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Look soon."""
        self._woken.set()

    def stop(self) -> None:
        """Look no more; what is under way gets some seconds to end."""
        self._stopping.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(PATIENCE)

    def _run(self) -> None:
        while True:
            self._woken.wait(self._period if any(each.busy for each in self._watchers) else None)
            self._woken.clear()
            if self._stopping.is_set():
                return
            for watcher in self._watchers:
                if watcher.busy:
                    self._let_look(watcher)

    def _let_look(self, watcher: Watcher) -> None:
        try:
            watcher.look()
        except Exception:
            # the outermost loop of this thread: what one watcher cannot do now, it tries again next time
            log.exception("%s could not look", type(watcher).__name__)
