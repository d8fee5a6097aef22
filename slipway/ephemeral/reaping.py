"""Ends every stack that has expired, some at a time; what becomes of one changes nothing for the others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from slipway.ephemeral import ending, life
from slipway.ephemeral.lease import Busy
from slipway.failure import Failure, in_our_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway.ephemeral.ending import Ended
    from slipway.ephemeral.stacks import Listed
    from slipway.ephemeral.work import Place

MEANWHILE = "ended or extended by somebody else meanwhile"


@dataclass(frozen=True, kw_only=True)
class Reaped:
    """What reap did with one stack."""

    listed: Listed
    ended: Ended | None = None
    """How it went; None where it was left alone or failed."""
    failure: str = ""
    left_alone: str = ""
    """Why nothing was done; empty for a stack that had expired and was free."""

    @property
    def good(self) -> bool:
        """Whether it is gone, or rightly there."""
        return bool(self.left_alone) or (self.ended is not None and self.ended.gone)


def reap(
    place: Place,
    *,
    project: str | None,
    at_once: int,
    tell: Callable[[Listed, str], None],
    told: Callable[[Reaped], None],
) -> list[Reaped]:
    """End every expired stack, `at_once` at a time; `told` hears of each when it is over. Returns all, in order."""

    def one(listed: Listed) -> Reaped:
        found = _one(place, listed, tell)
        told(found)
        return found

    listed = place.stacks.listed(project)
    with ThreadPoolExecutor(at_once, thread_name_prefix="reap") as pool:
        try:
            return list(pool.map(one, listed))
        except BaseException:
            place.stop.set()
            pool.shutdown(cancel_futures=True)
            raise


def _one(place: Place, listed: Listed, tell: Callable[[Listed, str], None]) -> Reaped:
    try:
        try:
            found = place.stacks.life(listed)
        except life.Unclear:
            found = None  # what is to be made of it is seen under its lease
        else:
            if found is None:
                return Reaped(listed=listed, left_alone="not made by `slipway ephemeral`")
        if found is not None and found.expires > place.clock.moment():
            return Reaped(listed=listed, left_alone=f"expires {found.expires.isoformat(timespec='seconds')}")
        ended = ending.end(place, listed, tell=lambda text: tell(listed, text), only_expired=True)
    except Busy as error:
        return Reaped(listed=listed, left_alone=str(error))
    # a state or a note that somebody damaged is one stack's trouble, not that of the others
    except (Failure, ClientError, BotoCoreError, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return _failed(place, listed, error)
    if ended is None:
        return Reaped(listed=listed, left_alone=MEANWHILE)
    return Reaped(listed=listed, ended=ended)


def _failed(place: Place, listed: Listed, error: Exception) -> Reaped:
    """Tell a stack that another reap took away before this one held its lease from one that could not be ended."""
    try:
        gone = place.stacks.find(listed.pull_request, listed.project) is None
    except Failure:
        gone = False
    if gone:
        return Reaped(listed=listed, left_alone=MEANWHILE)
    return Reaped(listed=listed, failure=str(in_our_words(error)))
