"""What is asked again, and how often: lost connections, throttling, and what AWS has not settled everywhere yet.

Decided by AWS's codes alone. botocore sleeps for as long as is said here, and its own retries are off: they give up on
throttling after four attempts, and know nothing of the other codes.
"""

from dataclasses import dataclass
from typing import Any, Final

from slipway.sandbox.provider.problems import is_throttling

UNSETTLED: Final = frozenset(
    {
        # two changes met, or one is not everywhere yet: AWS says to try again
        "ConcurrentAccess",
        "ConcurrentAccessException",
        "ConcurrentModification",
        "ConcurrentModificationException",
        "ConcurrentUpdateException",
        "ConditionalRequestConflict",
        "EntityTemporarilyUnmodifiable",
        "OperationAborted",
        "PriorRequestNotComplete",
        "RequestTimeout",
        "RequestTimeoutException",
        "TransactionInProgressException",
    }
)
PASSING: Final = frozenset({500, 502, 503, 504})
"""HTTP statuses that may be gone with the next attempt; 501 is an answer."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How often a request is sent, and how many seconds lie between two attempts: each pause twice the one before."""

    attempts: int = 4
    throttled_attempts: int = 8
    pause: float = 0.1
    longest: float = 5.0

    def delay(self, attempt: int, *, code: str, status: int, lost: bool) -> float | None:
        """Give the seconds until the next attempt; None when there is none."""
        if is_throttling(code) or code in UNSETTLED:
            limit = self.throttled_attempts
        elif lost or status in PASSING:
            limit = self.attempts
        else:
            return None
        return None if attempt >= limit else min(self.pause * 2.0 ** (attempt - 1), self.longest)

    def register(self, client: Any) -> None:
        """Have a client of botocore's retry by these rules."""
        client.meta.events.register("needs-retry", self._needs_retry)

    def _needs_retry(self, *, attempts: int, response: Any, caught_exception: Any, **_rest: Any) -> float | None:
        from botocore.exceptions import ConnectionError as NoConnection  # noqa: PLC0415
        from botocore.exceptions import HTTPClientError  # noqa: PLC0415

        http, parsed = response if response is not None else (None, {})
        error: dict[str, Any] = parsed.get("Error", {})
        return self.delay(
            attempts,
            code=str(error.get("Code", "")),
            status=http.status_code if http is not None else 0,
            lost=isinstance(caught_exception, NoConnection | HTTPClientError),
        )
