"""What `slipway history` does: git, the endpoint's events and the endpoint as it is now, put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3

from slipway.failure import Failure
from slipway.history.pins import is_shallow, pinned
from slipway.history.states import states
from slipway.history.timeline import Entry, timeline
from slipway.pinned.account import require_account
from slipway.pinned.serving import look

if TYPE_CHECKING:
    from pathlib import Path

    from slipway.history.pins import Pinned
    from slipway.history.states import State
    from slipway.outputs import Outputs
    from slipway.pinned.serving import Serving


@dataclass(frozen=True, kw_only=True)
class History:
    """What is known of an endpoint's past."""

    endpoint: str
    now: Serving
    """What it serves at the moment."""
    entries: list[Entry]
    pins: list[Pinned]
    """What the stack file pinned, whether or not it came to serve."""
    notes: list[str]
    """What the history lacks, and why."""


def history(file: Path, outputs: Outputs) -> History:
    """Return what the endpoint of a stack served when."""
    require_account(boto3.client("sts", region_name=outputs.region), outputs)
    pins, notes = _pins(file)
    group = outputs.serving.events_log_group
    found = states(boto3.client("logs", region_name=outputs.region), group)
    if found is None:
        notes.append(f"what served is not known: there is no log group {group}, `slipway up` makes it")
    elif not found or found[0].status != "CREATING":
        notes.append(f"{_since(found)}: log group {group} keeps events for as long as its retention says")
    return History(
        endpoint=outputs.serving.endpoint_name,
        now=look(boto3.client("sagemaker", region_name=outputs.region), outputs.serving.endpoint_name),
        entries=timeline(found or [], pins),
        pins=pins,
        notes=notes,
    )


def _pins(file: Path) -> tuple[list[Pinned], list[str]]:
    try:
        notes = ["this checkout has git's newest commits only: older pins are not known"] if is_shallow(file) else []
        return pinned(file), notes
    except Failure as error:
        return [], [f"who pinned what is not known: {error}"]


def _since(found: list[State]) -> str:
    if not found:
        return "nothing is known of the past"
    return f"nothing is known before {found[0].when.astimezone():%Y-%m-%d %H:%M:%S %z}"
