"""What `slipway history` does: git and the endpoint's events, put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3

from slipway.failure import Failure
from slipway.history.pins import pinned
from slipway.history.states import states
from slipway.history.timeline import Entry, timeline

if TYPE_CHECKING:
    from pathlib import Path

    from slipway.history.pins import Pinned
    from slipway.outputs import Outputs


@dataclass(frozen=True, kw_only=True)
class History:
    """What is known of an endpoint's past."""

    endpoint: str
    entries: list[Entry]
    pins: list[Pinned]
    """What the stack file pinned, whether or not it came to serve."""
    notes: list[str]
    """What the history lacks, and why."""


def history(file: Path, outputs: Outputs) -> History:
    """Return what the endpoint of a stack served when."""
    notes: list[str] = []
    pins: list[Pinned] = []
    try:
        pins = pinned(file)
    except Failure as error:
        notes.append(f"who pinned what is not known: {error}")
    group = outputs.serving.events_log_group
    found = states(boto3.client("logs", region_name=outputs.region), group)
    if found is None:
        notes.append(f"what served is not known: there is no log group {group}, `slipway up` makes it")
    return History(endpoint=outputs.serving.endpoint_name, entries=timeline(found or [], pins), pins=pins, notes=notes)
