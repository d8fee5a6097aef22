"""An endpoint of this process: which fleets take its requests, and the work done between requests."""

import random
import threading
from collections.abc import Sequence
from pathlib import Path

from slipway.sandbox.sagemaker.context import Context, Scope
from slipway.sandbox.sagemaker.endpoints.fleet import Fleet
from slipway.sandbox.sagemaker.endpoints.measurements import Meter

_TICK_SECONDS = 1.0


class LiveEndpoint:
    """Routes requests to fleets by share; one share of 1 but while traffic shifts from one fleet to the next."""

    def __init__(self, context: Context, name: str) -> None:
        self.context = context
        self.name = name
        self.meter = Meter(context.aws.client("cloudwatch"), name)
        self.closing = threading.Event()
        """Set when the endpoint is deleted or the sandbox stops: whoever waits must give up."""
        self.deploying = threading.RLock()
        """Held by the one deployment that is under way: the next one, and closing, wait for its end."""
        self.coming_back = False
        """True while the fleet of an endpoint that was in service before the sandbox's restart starts again."""
        self._lock = threading.Lock()
        self._routed = threading.Condition(self._lock)
        self._routes: tuple[tuple[float, Fleet], ...] = ()
        self._starting: list[Fleet] = []
        self._random = random.Random(name)  # noqa: S311 - the same split from run to run
        self._generation = 0
        threading.Thread(target=self._tick, name=f"endpoint-{name}", daemon=True).start()

    def enter(self, patience: float) -> Fleet | None:
        """Choose a fleet and count the request into it, so that nobody stops it; None when nothing serves.

        While the endpoint comes back after a restart, the request waits `patience` seconds.
        """
        with self._routed:
            if not self._routes:
                self._routed.wait_for(lambda: self._routes or not self.coming_back, patience)
            if not self._routes:
                return None
            fleet = self._routes[0][1]
            if len(self._routes) > 1:
                shares = [share for share, _ in self._routes]
                fleet = self._random.choices([each for _, each in self._routes], shares)[0]
            fleet.enter()
            return fleet

    def route(self, routes: Sequence[tuple[float, Fleet]]) -> None:
        """Send requests to these fleets from now on; shares of zero are dropped."""
        with self._lock:
            self._routes = tuple((share, fleet) for share, fleet in routes if share > 0)
            self._routed.notify_all()

    def is_back(self) -> None:
        """Let no request wait any more for the restart."""
        with self._routed:
            self.coming_back = False
            self._routed.notify_all()

    def fleets(self) -> list[Fleet]:
        """Return the fleets that take requests."""
        with self._lock:
            return [fleet for _, fleet in self._routes]

    def started(self, fleet: Fleet) -> None:
        """Remember a fleet that comes up, so that closing can end its wait."""
        with self._lock:
            self._starting.append(fleet)
        if self.closing.is_set():
            fleet.cancel()

    def forget(self, fleet: Fleet) -> None:
        """Forget a fleet that is up or given up."""
        with self._lock:
            self._starting = [each for each in self._starting if each is not fleet]

    def folder(self) -> Path:
        """Return a new folder for a fleet's files."""
        with self._lock:
            self._generation += 1
            number = self._generation
        scope = self.context.scope
        return self.context.state_dir / "work" / "endpoints" / scope.account / scope.region / self.name / str(number)

    def close(self, grace_seconds: float) -> None:
        """Take no more requests, let those inside end, stop every process, send what was gathered."""
        self.give_up()
        alone = self.deploying.acquire(timeout=grace_seconds + 5)
        try:
            fleets = self.fleets()
            self.route([])
            for fleet in fleets:
                fleet.drain(grace_seconds)
                fleet.stop(grace_seconds)
            self.meter.flush()
        finally:
            if alone:
                self.deploying.release()

    def give_up(self) -> None:
        """Let whoever waits for a fleet or an alarm end its deployment; none begins any more."""
        self.closing.set()
        with self._lock:
            starting = list(self._starting)
        for fleet in starting:
            fleet.cancel()

    def _tick(self) -> None:
        while not self.closing.wait(_TICK_SECONDS):
            self.meter.flush()
            for fleet in self.fleets():
                if fleet.capture is not None:
                    fleet.capture.flush_if_due()


_LIVE: dict[tuple[Path, Scope, str], LiveEndpoint] = {}
_LOCK = threading.Lock()


def live(context: Context, name: str) -> LiveEndpoint | None:
    """Return an endpoint that this process runs, None if it runs none of that name."""
    return _LIVE.get((context.state_dir, context.scope, name))


def make_live(context: Context, name: str) -> LiveEndpoint:
    """Return the endpoint of that name, made when there is none yet."""
    key = (context.state_dir, context.scope, name)
    with _LOCK:
        found = _LIVE.get(key)
        if found is None:
            found = _LIVE[key] = LiveEndpoint(context, name)
        return found


def unmake_live(endpoint: LiveEndpoint) -> None:
    """Forget an endpoint that was closed."""
    with _LOCK:
        _LIVE.pop((endpoint.context.state_dir, endpoint.context.scope, endpoint.name), None)


def all_live() -> list[LiveEndpoint]:
    """Return every endpoint that this process runs."""
    with _LOCK:
        return list(_LIVE.values())
