"""What the functions of a resource type may use.

Clients of the right region, the account, progress, and a clock for waits.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import grpc

from slipway.sandbox.provider.clients import Clients, partition_of
from slipway.sandbox.provider.problems import Problem

FIRST_PAUSE = 0.05
LONGEST_PAUSE = 2.0
PROGRESS_EVERY = 5.0


@dataclass(frozen=True, kw_only=True)
class Scope:
    """One call of the engine, about one resource."""

    clients: Clients
    region: str
    timeout: float = 0.0
    """Seconds that the program allows (customTimeouts), 0 for none."""
    tell: Callable[[str], None] = field(default=lambda _: None)
    """Shows a line beside the resource while it lasts."""
    default_tags: Mapping[str, str] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic
    """Seconds from any beginning."""
    pause: Callable[[float], None] = time.sleep
    """Lets some seconds go by."""

    def client(self, service: str) -> Any:
        """boto3's client of a service in the resource's region."""
        return self.clients.client(service, self.region)

    @property
    def account(self) -> str:
        """The twelve digits of the account."""
        return self.clients.account

    @property
    def partition(self) -> str:
        """`aws`, `aws-cn` or `aws-us-gov`."""
        return partition_of(self.region)

    def until(self, look: Callable[[], str | None], *, what: str, limit_seconds: float) -> None:
        """Poll `look` until it answers None; what it answers before that is the progress that is shown.

        Limited by the program's own timeout where it gives one. Raises Problem DEADLINE_EXCEEDED.
        """
        limit = self.timeout or limit_seconds
        begin = self.clock()
        pause, shown, shown_at = FIRST_PAUSE, "", begin
        while (state := look()) is not None:
            now = self.clock()
            if now - begin > limit:
                raise Problem(
                    grpc.StatusCode.DEADLINE_EXCEEDED,
                    f"{what} is still {state} after {limit:.0f} seconds: allow more with customTimeouts, or see why",
                )
            if state != shown or now - shown_at >= PROGRESS_EVERY:
                self.tell(f"{what}: {state} ({now - begin:.0f} s)")
                shown, shown_at = state, now
            self.pause(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE)
