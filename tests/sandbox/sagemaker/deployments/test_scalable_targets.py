"""An autoscaled variant keeps its instance count within its target's bounds, as AWS's autoscaler keeps it."""

from __future__ import annotations

from typing import Any

import pytest

from slipway.sandbox.clockwork.scalable_targets import DIMENSION, NAMESPACE, PAUSE, ScalableTargets
from slipway.sandbox.sagemaker.context import Scope

pytestmark = pytest.mark.slow

SCOPE = Scope("123456789012", "us-east-1")


class Hand:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def targets(inside: Any, clock: Hand) -> ScalableTargets:
    return ScalableTargets(inside.context, clock)


def resource(endpoint: str) -> dict[str, str]:
    resource_id = f"endpoint/{endpoint}/variant/AllTraffic"
    return {"ServiceNamespace": NAMESPACE, "ResourceId": resource_id, "ScalableDimension": DIMENSION}


def register(world: Any, endpoint: str, least: int, most: int, **params: Any) -> None:
    world.client("application-autoscaling").register_scalable_target(
        **resource(endpoint), MinCapacity=least, MaxCapacity=most, **params
    )


def deregister(world: Any, endpoint: str) -> None:
    world.client("application-autoscaling").deregister_scalable_target(**resource(endpoint))


def count(world: Any, endpoint: str) -> int:
    return int(world.settled(endpoint)["ProductionVariants"][0]["CurrentInstanceCount"])


@pytest.mark.parametrize(
    ("bounds", "suspended", "expected"),
    [
        ((2, 4), {}, 2),
        ((1, 4), {}, 1),
        ((2, 4), {"DynamicScalingOutSuspended": True}, 1),
        ((2, 4), {"DynamicScalingInSuspended": True}, 2),
    ],
)
def test_a_count_below_the_minimum_is_raised_unless_that_is_suspended(
    inside: Any, targets: ScalableTargets, bounds: tuple[int, int], suspended: dict[str, bool], expected: int
) -> None:
    world = inside.world
    endpoint = world.deploy(world.config({"count": 1}))
    register(world, endpoint, *bounds, SuspendedState=suspended)
    targets.notice(SCOPE)
    targets.look()
    assert count(world, endpoint) == expected
    deregister(world, endpoint)
    world.delete(endpoint)


@pytest.mark.parametrize(("suspended", "expected"), [({}, 2), ({"DynamicScalingInSuspended": True}, 3)])
def test_a_count_above_the_maximum_is_lowered_unless_that_is_suspended(
    inside: Any, targets: ScalableTargets, suspended: dict[str, bool], expected: int
) -> None:
    world = inside.world
    endpoint = world.deploy(world.config({"count": 3}))
    register(world, endpoint, 1, 2, SuspendedState=suspended)
    targets.notice(SCOPE)
    targets.look()
    assert count(world, endpoint) == expected
    deregister(world, endpoint)
    world.delete(endpoint)


def test_an_update_that_resets_the_count_is_brought_back_once_it_is_over(
    inside: Any, targets: ScalableTargets, clock: Hand
) -> None:
    world = inside.world
    endpoint = world.deploy(world.config({"count": 1}))
    register(world, endpoint, 2, 4)
    targets.notice(SCOPE)
    targets.look()
    assert count(world, endpoint) == 2
    inside.update(endpoint, world.config({"count": 1}))
    assert count(world, endpoint) == 1
    clock.seconds += PAUSE
    targets.look()
    assert count(world, endpoint) == 2
    deregister(world, endpoint)
    world.delete(endpoint)


def test_an_endpoint_in_progress_is_let_be_until_it_serves(inside: Any, targets: ScalableTargets) -> None:
    world = inside.world
    endpoint = world.deploy(world.config({"count": 1}))
    inside.update(endpoint, world.config({"count": 1, "env": {"STARTUP": "0.5"}}))
    register(world, endpoint, 2, 4)
    targets.notice(SCOPE)
    targets.look()
    assert count(world, endpoint) == 1
    targets.look()
    assert count(world, endpoint) == 2
    deregister(world, endpoint)
    world.delete(endpoint)


def test_a_count_that_cannot_be_reached_is_tried_again_after_a_pause(
    inside: Any, targets: ScalableTargets, clock: Hand
) -> None:
    world = inside.world
    endpoint = world.deploy(world.config({"count": 1}))
    serving = world.project / "serving/__main__.py"
    program = serving.read_text(encoding="utf-8")
    serving.write_text("raise SystemExit('not now')", encoding="utf-8")
    try:
        register(world, endpoint, 2, 4)
        targets.notice(SCOPE)
        targets.look()
        assert "not now" in world.settled(endpoint)["FailureReason"]
    finally:
        serving.write_text(program, encoding="utf-8")
    clock.seconds += PAUSE - 1
    targets.look()
    assert count(world, endpoint) == 1
    clock.seconds += 1
    targets.look()
    assert count(world, endpoint) == 2
    deregister(world, endpoint)
    world.delete(endpoint)


def test_a_target_of_nothing_is_let_be(inside: Any, targets: ScalableTargets) -> None:
    world = inside.world
    register(world, "nobody", 2, 4)
    targets.notice(SCOPE)
    targets.look()
    assert watches(targets)
    deregister(world, "nobody")
    targets.look()
    assert not watches(targets)


def watches(targets: ScalableTargets) -> bool:
    return targets.busy


def test_nothing_is_watched_where_no_target_is(targets: ScalableTargets) -> None:
    assert not watches(targets)
    targets.notice(SCOPE)
    assert watches(targets)
    targets.look()
    assert not watches(targets)


def test_a_running_sandbox_watches_also_after_its_restart(own_world: Any) -> None:
    world = own_world
    endpoint = world.deploy(world.config({"count": 1}))
    register(world, endpoint, 2, 4)
    world.until(lambda: count(world, endpoint) == 2, "the second instance")
    world.down()
    world.up()
    world.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=world.config({"count": 1}))
    world.until(lambda: count(world, endpoint) == 2, "the second instance again")
    assert len(world.processes()) == 2
