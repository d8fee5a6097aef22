"""The clock among the sandbox's controls: tells it, and sets it forward for who has the sandbox's secret."""

import json
from collections.abc import Callable
from datetime import timedelta

from slipway.sandbox.clockwork.clock import Clock
from slipway.sandbox.gateway.controls import told
from slipway.sandbox.gateway.http import Answer, Request
from slipway.sandbox.gateway.sigv4 import Claim

PATIENCE = 120.0
"""Seconds that a request waits for the clock to arrive."""


class ClockPage:
    """GET tells the time; POST `{"advance_seconds": 3600}` sets it forward, and answers when what was due is done."""

    def __init__(self, clock: Clock, wake: Callable[[], None], patience: float = PATIENCE) -> None:
        self._clock = clock
        self._wake = wake
        self._patience = patience

    def answer(self, request: Request, _claim: Claim, _account: str) -> Answer:
        """Answer with the time, how far it is ahead of the system's, and whether it has come to its goal."""
        if request.method == "POST":
            try:
                self._clock.advance(timedelta(seconds=float(json.loads(request.body)["advance_seconds"])))
            except (ValueError, LookupError, TypeError, OverflowError) as error:
                return told(400, {"message": f"the clock was not moved: {error}"})
            self._wake()
            self._clock.wait(self._patience)
        return told(
            200,
            {
                "time": self._clock().isoformat(timespec="seconds"),
                "ahead_seconds": self._clock.ahead.total_seconds(),
                "arrived": self._clock.arrived,
            },
        )
