"""An autoscaled variant keeps its instance count within its target's bounds, as AWS's autoscaler keeps it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from slipway.sandbox.clockwork.scalable_targets import DIMENSION, NAMESPACE, PAUSE, ScalableTargets
from slipway.sandbox.sagemaker.context import Context, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    """Give a watcher that was told of a target in the one account and region of these tests."""
    made = ScalableTargets(inside.context, clock)
    made.notice(SCOPE)
    return made


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


@contextmanager
def autoscaled(inside: Any, least: int, most: int, *, instances: int = 1, **params: Any) -> Iterator[str]:
    """Give an endpoint whose variant has a scalable target; take both away in the end."""
    world = inside.world
    endpoint = world.deploy(world.config({"count": instances}))
    register(world, endpoint, least, most, **params)
    yield endpoint
    deregister(world, endpoint)
    world.delete(endpoint)


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
    with autoscaled(inside, *bounds, SuspendedState=suspended) as endpoint:
        targets.look()
        assert count(inside.world, endpoint) == expected


@pytest.mark.parametrize(("suspended", "expected"), [({}, 2), ({"DynamicScalingInSuspended": True}, 3)])
def test_a_count_above_the_maximum_is_lowered_unless_that_is_suspended(
    inside: Any, targets: ScalableTargets, suspended: dict[str, bool], expected: int
) -> None:
    with autoscaled(inside, 1, 2, instances=3, SuspendedState=suspended) as endpoint:
        targets.look()
        assert count(inside.world, endpoint) == expected


def test_an_update_that_resets_the_count_is_brought_back_once_it_is_over(
    inside: Any, targets: ScalableTargets, clock: Hand
) -> None:
    world = inside.world
    with autoscaled(inside, 2, 4) as endpoint:
        targets.look()
        assert count(world, endpoint) == 2
        inside.update(endpoint, world.config({"count": 1}))
        assert count(world, endpoint) == 1
        clock.seconds += PAUSE
        targets.look()
        assert count(world, endpoint) == 2


def test_an_endpoint_in_progress_is_let_be_until_it_serves(inside: Any, targets: ScalableTargets) -> None:
    world = inside.world
    with autoscaled(inside, 2, 4) as endpoint:
        inside.update(endpoint, world.config({"count": 1, "env": {"STARTUP": "0.5"}}))
        targets.look()
        assert count(world, endpoint) == 1
        targets.look()
        assert count(world, endpoint) == 2


def test_a_count_that_cannot_be_reached_is_tried_again_after_a_pause(
    inside: Any, targets: ScalableTargets, clock: Hand
) -> None:
    world = inside.world
    serving = world.project / "serving/__main__.py"
    program = serving.read_text(encoding="utf-8")
    with autoscaled(inside, 2, 4) as endpoint:
        serving.write_text("raise SystemExit('not now')", encoding="utf-8")
        try:
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


def watches(targets: ScalableTargets) -> bool:
    return targets.busy


def test_a_target_of_nothing_is_let_be_and_nothing_is_watched_where_no_target_is(
    inside: Any, targets: ScalableTargets
) -> None:
    register(inside.world, "nobody", 2, 4)
    targets.look()
    assert watches(targets)
    deregister(inside.world, "nobody")
    targets.look()
    assert not watches(targets)


def test_a_place_that_could_not_be_looked_at_is_looked_at_again(clock: Hand) -> None:
    def unreachable(scope: Scope) -> Context:
        raise OSError(f"{scope} cannot be reached")

    targets = ScalableTargets(unreachable, clock)
    assert not watches(targets)
    targets.notice(SCOPE)
    with pytest.raises(OSError, match="cannot be reached"):
        targets.look()
    assert watches(targets)


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
