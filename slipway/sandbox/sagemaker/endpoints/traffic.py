"""How traffic moves from the old fleet to the new one, by an endpoint's DeploymentConfig: pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Step:
    """From now on the new fleet takes `share` of the requests; watch the alarms for `wait_seconds` before going on."""

    share: float
    wait_seconds: float


def steps_of(deployment: Mapping[str, Any] | None, instances: int) -> list[Step]:
    """Return the steps of an update; without a DeploymentConfig all traffic moves at once and nothing waits."""
    deployment = deployment or {}
    rolling = deployment.get("RollingUpdatePolicy")
    if rolling is not None:
        batch = _share(rolling["MaximumBatchSize"], instances)
        return list(_linear(batch, float(rolling["WaitIntervalInSeconds"]), 0.0))
    policy = deployment.get("BlueGreenUpdatePolicy")
    if policy is None:
        return [Step(1.0, 0.0)]
    routing = policy["TrafficRoutingConfiguration"]
    wait = float(routing.get("WaitIntervalInSeconds", 0))
    termination = float(policy.get("TerminationWaitInSeconds", 0))
    if routing["Type"] == "CANARY":
        canary = _share(routing["CanarySize"], instances)
        return [Step(canary, wait), Step(1.0, wait + termination)]
    if routing["Type"] == "LINEAR":
        return list(_linear(_share(routing["LinearStepSize"], instances), wait, termination))
    return [Step(1.0, wait + termination)]


def _linear(share: float, wait: float, last_wait: float) -> Iterator[Step]:
    done = share
    while done < 1 - 1e-9:
        yield Step(round(done, 6), wait)
        done += share
    yield Step(1.0, wait + last_wait)


def _share(size: Mapping[str, Any], instances: int) -> float:
    value = float(size["Value"])
    part = value / 100 if size["Type"] == "CAPACITY_PERCENT" else value / max(instances, 1)
    return min(max(part, 0.01), 1.0)


def alarms_of(deployment: Mapping[str, Any] | None) -> list[str]:
    """Return the names of the alarms that roll an update back."""
    config = (deployment or {}).get("AutoRollbackConfiguration", {})
    return [alarm["AlarmName"] for alarm in config.get("Alarms", [])]
