"""What served from when to when, and what was tried and taken back: pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from slipway.pinned.matching import digest_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from slipway.history.pins import Pinned
    from slipway.history.states import State

SERVES = "IN_SERVICE"
TAKEN_BACK = frozenset({"ROLLING_BACK", "UPDATE_ROLLBACK_FAILED"})
ENDED = frozenset({"DELETING", "FAILED", "OUT_OF_SERVICE"})
NOTHING_YET = frozenset({"CREATING", *ENDED})


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the history."""

    start: datetime | None
    """When it came to serve; None when it did before the first event that is kept."""
    end: datetime | None
    """When it ended; None when it still serves, and for what was never more than tried."""
    config: str
    digest: str | None
    """The release's digest, out of the configuration's name; None for a configuration that is not the program's."""
    tried: bool
    """Whether the release was rolled out and taken back, and never served as a whole."""
    pinned: Pinned | None
    """The commit that pinned it, when git knows it."""


def timeline(states: Iterable[State], pins: Sequence[Pinned]) -> list[Entry]:
    """Return what the endpoint served and tried, oldest first."""
    entries: list[Entry] = []
    serving: int | None = None
    pending, told = "", False
    for state in states:
        if serving is None and state.status not in {*NOTHING_YET, SERVES}:
            # the events of its beginning are gone; an endpoint that is changing names what it serves meanwhile
            serving = len(entries)
            entries.append(_entry(None, state.when, state.config, pins, tried=False))
        pending = state.pending or pending
        # SageMaker goes on with the old configuration; it may or may not tell that it takes the new one back
        taken_back = state.status in TAKEN_BACK or (state.status == SERVES and pending != state.config)
        if taken_back and pending and not told:
            entries.append(_entry(state.when, state.when, pending, pins, tried=True))
            told = True
        if state.status == SERVES:
            pending, told = "", False
            if serving is None or entries[serving].config != state.config:
                _close(entries, serving, state.when)
                serving = len(entries)
                entries.append(_entry(state.when, state.when, state.config, pins, tried=False))
        elif state.status in ENDED:
            _close(entries, serving, state.when)
            serving, pending, told = None, "", False
    return entries


def _close(entries: list[Entry], serving: int | None, when: datetime) -> None:
    if serving is not None:
        entries[serving] = replace(entries[serving], end=when)


def _entry(start: datetime | None, known: datetime, config: str, pins: Sequence[Pinned], *, tried: bool) -> Entry:
    digest = digest_of(config)
    return Entry(start=start, end=None, config=config, digest=digest, tried=tried, pinned=_pinned(digest, known, pins))


def _pinned(digest: str | None, when: datetime, pins: Sequence[Pinned]) -> Pinned | None:
    """Return the last commit before `when` that pinned the release; one that came later only if there is no other.

    A pin is usually committed before its `up`, but nobody is kept from rolling out first.
    """
    of_release = [one for one in pins if digest is not None and one.release and one.release.get("digest") == digest]
    before = [one for one in of_release if one.when <= when]
    return before[-1] if before else next(iter(of_release), None)
