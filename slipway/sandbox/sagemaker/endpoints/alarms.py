"""What can end an update early: its alarms, its time limit, and the end of the endpoint or of the sandbox itself."""

import os
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.endpoints.live import LiveEndpoint
from slipway.sandbox.sagemaker.endpoints.traffic import alarms_of, timeout_of

WAIT_LIMIT_VARIABLE = "SLIPWAY_SANDBOX_MAX_WAIT_SECONDS"
"""Shortens the waits of deployment policies, which run as declared unless this is set."""
_LOOK_SECONDS = 0.25


class RollBackError(Exception):
    """The update must be taken back; the message becomes the endpoint's FailureReason."""


class ClosedError(Exception):
    """The endpoint is deleted or the sandbox stops: the update goes no further."""


class Watch:
    """Looks at the alarms and the clock of one update, which began at `began` (seconds since the epoch).

    `acting` is the context of the role with which SageMaker asks for the alarms.
    """

    def __init__(
        self, endpoint: LiveEndpoint, deployment: Mapping[str, Any] | None, began: float, acting: Context
    ) -> None:
        self._acting = acting
        self._endpoint = endpoint
        self._alarms = alarms_of(deployment)
        self._timeout = timeout_of(deployment)
        self._began = began

    def late(self) -> bool:
        """Tell whether the update has taken longer than it may."""
        return self._endpoint.context.now() - self._began > self._timeout

    def check(self) -> None:
        """Raise RollBackError when an alarm rings or cannot ring, or the time is over; ClosedError at the end."""
        if self._endpoint.closing.is_set():
            raise ClosedError
        if self.late():
            raise RollBackError(f"the update took longer than MaximumExecutionTimeoutInSeconds ({self._timeout:g})")
        if self._alarms:
            _require_silent(self._acting, self._alarms)

    def bake(self, since: float, seconds: float) -> None:
        """Check again and again until a wait that began at `since` is over; raises as `check` does."""
        limit = os.environ.get(WAIT_LIMIT_VARIABLE)
        end = since + (seconds if limit is None else min(seconds, float(limit)))
        self.check()
        while self._endpoint.context.now() < end:
            self._endpoint.closing.wait(min(_LOOK_SECONDS, end - self._endpoint.context.now()))
            self.check()


def _require_silent(acting: Context, alarms: list[str]) -> None:
    client = acting.aws.client("cloudwatch")
    try:
        found = client.describe_alarms(AlarmNames=alarms, AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    except (ClientError, BotoCoreError) as error:
        raise RollBackError(f"the alarms {', '.join(alarms)} could not be read: {error}") from error
    states = {
        alarm["AlarmName"]: alarm["StateValue"]
        for alarm in [*found.get("MetricAlarms", []), *found.get("CompositeAlarms", [])]
    }
    # AWS does not document what it makes of an alarm that is not there; an update that nothing watches is not let go on
    missing = sorted(set(alarms) - states.keys())
    if missing:
        raise RollBackError(f"alarms that should watch the deployment do not exist: {', '.join(missing)}")
    firing = sorted(name for name, state in states.items() if state == "ALARM")
    if firing:
        raise RollBackError(f"alarms in state ALARM during the deployment: {', '.join(firing)}")
