"""What served from when to when, and what was tried and taken back: pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from slipway.history.pins import Pinned
    from slipway.history.states import State

SERVES, TAKEN_BACK = "IN_SERVICE", "ROLLING_BACK"
ENDED = frozenset({"DELETING", "FAILED", "OUT_OF_SERVICE"})
# the program calls a release's configuration NAME-DIGEST, and Pulumi adds seven hexadecimal digits
_CONFIG = re.compile(r"-([0-9a-f]{8})-[0-9a-f]{7,}$")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the history."""

    start: datetime
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
    pending, before = "", ""
    for state in states:
        pending = state.pending or pending
        began, before = state.status != before, state.status
        if state.status == TAKEN_BACK:
            # each step of the way back is told again
            if began and pending:
                entries.append(_entry(state.when, pending, pins, tried=True))
        elif state.status == SERVES:
            pending = ""
            if serving is not None and entries[serving].config == state.config:
                continue
            _close(entries, serving, state.when)
            serving = len(entries)
            entries.append(_entry(state.when, state.config, pins, tried=False))
        elif state.status in ENDED:
            _close(entries, serving, state.when)
            serving = None
    return entries


def digest_of(config: str) -> str | None:
    """Return the digest in the name of an endpoint configuration; None when it has none."""
    found = _CONFIG.search(config)
    return None if found is None else found[1]


def _close(entries: list[Entry], serving: int | None, when: datetime) -> None:
    if serving is not None:
        entries[serving] = replace(entries[serving], end=when)


def _entry(when: datetime, config: str, pins: Sequence[Pinned], *, tried: bool) -> Entry:
    digest = digest_of(config)
    return Entry(start=when, end=None, config=config, digest=digest, tried=tried, pinned=_pinned(digest, when, pins))


def _pinned(digest: str | None, when: datetime, pins: Sequence[Pinned]) -> Pinned | None:
    """Return the last commit before `when` that pinned the release; one that came later only if there is no other.

    A pin is usually committed before its `up`, but nobody is kept from rolling out first.
    """
    of_release = [one for one in pins if digest is not None and one.release and one.release.get("digest") == digest]
    before = [one for one in of_release if one.when <= when]
    return before[-1] if before else next(iter(of_release), None)
