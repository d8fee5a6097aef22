"""An engine that is killed at any moment loses nothing: its state is whole, and the next run goes on."""

from collections.abc import Iterator

import pytest

from tests.kills.points import Point
from tests.kills.sweep import EDITION, Sweep

ENGINES = 3


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sweep]:
    """Begin from stacks that undisturbed runs made."""
    made = Sweep(tmp_path_factory.mktemp("sweep"), ENGINES)
    yield made
    made.close()


def spread(points: list[Point], count: int) -> list[Point]:
    """Return some of the points, from all over."""
    return points[len(points) // (2 * count) :: len(points) // count]


@pytest.mark.slow
@pytest.mark.parametrize("operation", EDITION)
def test_a_kill_here_and_there_loses_nothing(sweep: Sweep, operation: str) -> None:
    tally = sweep.run(operation, spread(sweep.points[operation], 3))
    assert tally.problems == []
    assert tally.killed >= 3


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("operation", EDITION)
def test_a_kill_at_any_point_loses_nothing(sweep: Sweep, operation: str) -> None:
    tally = sweep.run(operation, sweep.points[operation])
    print(f"{operation}: {tally}")
    assert tally.problems == []
    assert (tally.killed, tally.survived) == (len(sweep.points[operation]), 0)


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("operation", EDITION)
def test_a_kill_among_eight_steps_at_once_loses_nothing(sweep: Sweep, operation: str) -> None:
    tally = sweep.run(operation, sweep.points[operation][::5], parallel=8)
    print(f"{operation}: {tally}")
    assert tally.problems == []
    assert tally.killed > 40


def test_points_of_death_are_read_as_they_are_written() -> None:
    assert Point.parse(str(Point("write", 12, "beside"))) == Point("write", 12, "beside")
