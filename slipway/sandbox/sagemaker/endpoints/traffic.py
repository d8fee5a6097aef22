"""How an update goes, stage by stage, by an endpoint's DeploymentConfig: pure.

Sources: botocore's documentation of BlueGreenUpdatePolicy, TrafficRoutingConfig, RollingUpdatePolicy, CapacitySize and
ProductionVariantStatus; for what is baked how long, the developer guide's pages on canary, linear and rolling
deployments (WaitIntervalInSeconds passes between two shifts, TerminationWaitInSeconds once all traffic is shifted); for
endpoints on Inf1, its page of exclusions; for the messages, its examples of EventBridge events.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

CREATING, ACTIVATING, BAKING, DELETING = "Creating", "ActivatingTraffic", "Baking", "Deleting"
"""The values of VariantStatus that an update goes through."""
_INTERVAL, _TERMINATION = "WaitIntervalInSeconds", "TerminationWaitInSeconds"
_UNLIMITED = 28_800.0
"""The longest MaximumExecutionTimeoutInSeconds; it stands in for the default, which is not documented."""


@dataclass(frozen=True)
class Stage:
    """One status of an update: the new fleet takes `share` of the requests in it."""

    status: str
    share: float
    portion: float = 1.0
    """Of a variant's instances, that the stage is about."""
    capacity: str = "full"
    wait_seconds: float = 0.0
    wait_name: str = ""

    def instances(self, count: int) -> int:
        """Return how many of a variant's instances the stage is about; one at least."""
        return part_of(self.portion, count)

    def message(self, count: int) -> str:
        """Return the StatusMessage for a variant of so many instances."""
        number = self.instances(count)
        if self.status == CREATING:
            return f"Launching {number} instance(s)."
        if self.status == DELETING:
            return f"Terminating {number} instance(s)."
        on = f"on {self.capacity} capacity of {number} instance(s)."
        if self.status == ACTIVATING:
            return f"Activating traffic {on}"
        return f"Baking for {self.wait_seconds:g} seconds ({self.wait_name}) with traffic enabled {on}"


def part_of(share: float, count: int) -> int:
    """Return a share of a number of instances, rounded up; one at least."""
    return max(1, math.ceil(share * count - 1e-9))


def stages_of(deployment: Mapping[str, Any] | None, instances: int) -> list[Stage]:
    """Return the stages of an update; without a DeploymentConfig all traffic moves at once and nothing waits."""
    deployment = deployment or {}
    rolling = deployment.get("RollingUpdatePolicy")
    if rolling is not None:
        return list(_rolling(share_of(rolling["MaximumBatchSize"], instances), float(rolling[_INTERVAL])))
    policy = deployment.get("BlueGreenUpdatePolicy", {})
    routing = policy.get("TrafficRoutingConfiguration", {})
    wait, termination = float(routing.get(_INTERVAL, 0)), float(policy.get(_TERMINATION, 0))
    stages = [Stage(CREATING, 0.0)]
    for share in _shifts(routing, instances):
        capacity = "full" if share == 1 else "canary" if routing["Type"] == "CANARY" else "partial"
        stages.append(Stage(ACTIVATING, share, share, capacity))
        seconds, name = (termination, _TERMINATION) if share == 1 else (wait, _INTERVAL)
        stages.append(Stage(BAKING, share, share, capacity, seconds, name))
    return [*stages, Stage(DELETING, 1.0)]


def instances_of(variants: list[dict[str, Any]]) -> int:
    """Return the instances of all variants of an endpoint configuration together."""
    return sum(max(1, int(each.get("InitialInstanceCount", 1))) for each in variants)


def _shifts(routing: Mapping[str, Any], instances: int) -> list[float]:
    """Return the shares that the new fleet has after each shift of a blue/green update."""
    kind = routing.get("Type", "ALL_AT_ONCE")
    if kind == "CANARY":
        return [share_of(routing["CanarySize"], instances), 1.0]
    return list(_steps(share_of(routing["LinearStepSize"], instances))) if kind == "LINEAR" else [1.0]


def _rolling(batch: float, wait: float) -> Iterator[Stage]:
    """Provision, shift, bake and clean up batch by batch."""
    done = 0.0
    for share in _steps(batch):
        size, capacity = round(share - done, 6), "full" if share == 1 else "partial"
        yield Stage(CREATING, done, size)
        yield Stage(ACTIVATING, share, share, capacity)
        yield Stage(BAKING, share, share, capacity, wait, _INTERVAL)
        yield Stage(DELETING, share, size)
        done = share


def _steps(share: float) -> Iterator[float]:
    done = share
    while done < 1 - 1e-9:
        yield round(done, 6)
        done += share
    yield 1.0


def share_of(size: Mapping[str, Any], instances: int) -> float:
    """Return the share of a fleet that a CapacitySize is, at most all of it."""
    value = float(size["Value"])
    part = value / 100 if size["Type"] == "CAPACITY_PERCENT" else value / max(instances, 1)
    return min(max(part, 0.01), 1.0)


def alarms_of(deployment: Mapping[str, Any] | None) -> list[str]:
    """Return the names of the alarms that roll an update back."""
    config = (deployment or {}).get("AutoRollbackConfiguration", {})
    return [alarm["AlarmName"] for alarm in config.get("Alarms", [])]


def timeout_of(deployment: Mapping[str, Any] | None) -> float:
    """Return the seconds that an update may take in all."""
    deployment = deployment or {}
    policy = deployment.get("RollingUpdatePolicy") or deployment.get("BlueGreenUpdatePolicy") or {}
    return float(policy.get("MaximumExecutionTimeoutInSeconds", _UNLIMITED))


def effective(deployment: Mapping[str, Any] | None, variants: list[dict[str, Any]]) -> Mapping[str, Any] | None:
    """Return what an update follows: endpoints on Inf1 fall back to all at once, without baking and alarms."""
    inferentia = any(each.get("InstanceType", "").startswith("ml.inf1.") for each in variants)
    return None if inferentia else deployment
