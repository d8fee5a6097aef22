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
_CLOSE_SECONDS = 60


# where two states have one time, the order in which an endpoint goes through them
_ORDER = (
    "CREATING",
    "UPDATING",
    "SYSTEM_UPDATING",
    "ROLLING_BACK",
    "UPDATE_ROLLBACK_FAILED",
    "FAILED",
    "IN_SERVICE",
    "OUT_OF_SERVICE",
    "DELETING",
)


@dataclass(frozen=True, kw_only=True)
class State:
    """What the endpoint was from a moment on."""

    when: datetime
    status: str
    """`IN_SERVICE`, `UPDATING`, `ROLLING_BACK`, ..."""
    config: str
    """The configuration that the endpoint serves, or tries to."""
    pending: str
    """The configuration that an update in progress leads to; empty when the event does not say."""
    told: datetime
    """The event's own time, to the second."""

    def order(self) -> tuple[datetime, datetime, int]:
        """Return what states are sorted by; a change time may be an old one, the event's own time may not."""
        place = _ORDER.index(self.status) if self.status in _ORDER else len(_ORDER)
        return self.told, self.when, place


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
    return sorted(found, key=State.order)


def state_of(text: str) -> State | None:
    """Read one event; None for what is no event of an endpoint."""
    try:
        event: dict[str, Any] = json.loads(text)
        detail, told = event["detail"], datetime.fromisoformat(event["time"])
        return State(
            when=_when(detail, told),
            status=detail["EndpointStatus"],
            config=detail["EndpointConfigName"],
            pending=(detail.get("PendingDeploymentSummary") or {}).get("EndpointConfigName", ""),
            told=told,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _when(detail: dict[str, Any], told: datetime) -> datetime:
    """Return when the endpoint changed, to the millisecond, where the event says it; else its own time."""
    changed = detail.get("LastModifiedTime")
    if not isinstance(changed, int | float):
        return told
    moment = datetime.fromtimestamp(changed / _MILLISECONDS, UTC)
    # EventBridge tells a change within moments of it; another time is not that of this change
    return moment if abs((moment - told).total_seconds()) < _CLOSE_SECONDS else told
