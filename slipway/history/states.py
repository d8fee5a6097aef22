"""The states that an endpoint went through: the events that its rule keeps in a log group.

The events are EventBridge's "SageMaker Endpoint State Change" and "SageMaker Endpoint Deployment State Change"; their
statuses are in upper snake case, and one change may be told more than once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

_MILLISECONDS = 1000


@dataclass(frozen=True, order=True, kw_only=True)
class State:
    """What the endpoint was from a moment on."""

    when: datetime
    status: str
    """`IN_SERVICE`, `UPDATING`, `ROLLING_BACK`, ..."""
    config: str
    """The configuration that the endpoint serves, or tries to."""
    pending: str
    """The configuration that an update in progress leads to; empty when the event does not say."""


def states(logs: CloudWatchLogsClient, group: str) -> list[State] | None:
    """Return the kept states in order, each once; None when there is no such log group."""
    found: set[State] = set()
    try:
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group):
            for event in page["events"]:
                state = state_of(event.get("message", ""))
                if state is not None:
                    found.add(state)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        raise
    return sorted(found)


def state_of(text: str) -> State | None:
    """Read one event; None for what is no event of an endpoint."""
    try:
        event: dict[str, Any] = json.loads(text)
        detail = event["detail"]
        return State(
            when=_when(event, detail),
            status=detail["EndpointStatus"],
            config=detail["EndpointConfigName"],
            pending=(detail.get("PendingDeploymentSummary") or {}).get("EndpointConfigName", ""),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _when(event: dict[str, Any], detail: dict[str, Any]) -> datetime:
    """Return when the endpoint changed, to the millisecond; the event's own time has seconds."""
    changed = detail.get("LastModifiedTime")
    if isinstance(changed, int | float):
        return datetime.fromtimestamp(changed / _MILLISECONDS, UTC)
    return datetime.fromisoformat(event["time"])
