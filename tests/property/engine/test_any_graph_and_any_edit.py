"""Whatever the program and whatever its change: order, completeness and a second run with nothing to do."""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NAMES = ["a", "b", "c", "d", "e", "f", "g"]
CAREFUL = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

Program = list[dict[str, Any]]


@st.composite
def edited_programs(draw: st.DrawFn) -> tuple[Program, Program]:
    """Draw a program, and the same with other values and with names that can exist only once."""
    first = draw(programs(fixed=True))
    second = [
        item | {"kind": draw(st.integers(0, 1)), "value": draw(st.integers(0, 1)), "fixed": draw(st.booleans())}
        for item in first
    ]
    return first, second


@st.composite
def programs(draw: st.DrawFn, *, fixed: bool = False) -> Program:
    """Draw resources in the order of registration; each may need those before it."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=len(NAMES)))
    program: Program = []
    for index, name in enumerate(names):
        others = st.lists(st.sampled_from(names[:index]), unique=True, max_size=2) if index else st.just([])
        program.append(
            {
                "name": name,
                "kind": draw(st.integers(0, 1)),
                "value": draw(st.integers(0, 1)),
                "fixed": fixed and draw(st.booleans()),
                "needs": tuple(draw(others)),
                "uses": tuple(draw(others)),
            }
        )
    return program


def build(wanted: Callable[..., Any], program: Program) -> list[Any]:
    return [wanted(**item) for item in program]


def counts(events: list[dict[str, Any]]) -> set[str]:
    return {event["resourcePreEvent"]["metadata"]["op"] for event in events if "resourcePreEvent" in event}


@CAREFUL
@given(first=programs(), second=programs())
def test_everything_is_made_after_what_it_needs_and_deleted_before_it(
    new_world: Callable[[], Any], wanted: Callable[..., Any], first: Program, second: Program
) -> None:
    world = new_world()
    assert world.up(build(wanted, first))
    assert world.up(build(wanted, second))
    assert world.cloud.violations == []
    assert {item["name"] for item in second} == set(world.resources())
    assert {raw["id"] for raw in world.resources().values()} == set(world.cloud.things)


@CAREFUL
@given(edit=edited_programs())
def test_what_is_deleted_first_takes_along_what_can_not_be_without_it(
    new_world: Callable[[], Any], wanted: Callable[..., Any], edit: tuple[Program, Program]
) -> None:
    world = new_world()
    assert world.up(build(wanted, edit[0]))
    assert world.up(build(wanted, edit[1]))
    assert world.cloud.violations == []
    assert {raw["id"] for raw in world.resources().values()} == set(world.cloud.things)


@CAREFUL
@given(first=programs(), second=programs())
def test_a_second_up_of_the_same_program_has_nothing_to_do(
    new_world: Callable[[], Any], wanted: Callable[..., Any], first: Program, second: Program
) -> None:
    world = new_world()
    world.up(build(wanted, first))
    world.up(build(wanted, second))
    before, done = world.deployment, len(world.cloud.calls)
    world.events.clear()
    assert world.up(build(wanted, second))
    assert counts(world.events) <= {"same"}
    assert world.cloud.calls[done:] == []
    assert world.deployment["resources" if second else "version"] == before["resources"] if second else True


@CAREFUL
@given(first=programs(), second=programs())
def test_a_preview_changes_nothing(
    new_world: Callable[[], Any], wanted: Callable[..., Any], first: Program, second: Program
) -> None:
    world = new_world()
    world.up(build(wanted, first))
    writes, things, calls = len(world.written), dict(world.cloud.things), len(world.cloud.calls)
    assert world.up(build(wanted, second), preview=True)
    assert (len(world.written), world.cloud.things, len(world.cloud.calls)) == (writes, things, calls)


@CAREFUL
@given(
    first=programs(),
    second=programs(),
    operation=st.sampled_from(["create", "update", "delete"]),
    name=st.sampled_from(NAMES),
)
def test_after_a_failure_the_next_up_arrives_where_the_program_wants_to_be(
    new_world: Callable[[], Any],
    wanted: Callable[..., Any],
    first: Program,
    second: Program,
    operation: str,
    name: str,
) -> None:
    world = new_world()
    world.up(build(wanted, first))
    world.cloud.broken.add(f"{operation}:{name}")
    world.up(build(wanted, second))
    world.cloud.broken.clear()
    world.cloud.violations[:] = [text for text in world.cloud.violations if "twice" not in text]
    assert world.up(build(wanted, second))
    # Deleted in vain is allowed: what was deleted first is deleted again when nobody knows whether it went.
    assert [text for text in world.cloud.violations if "twice" not in text] == []
    assert {raw["id"] for raw in world.resources().values()} == set(world.cloud.things)


def test_what_could_not_be_deleted_before_its_replacement_is_deleted_when_it_leaves_the_program(
    new_world: Callable[[], Any], wanted: Callable[..., Any]
) -> None:
    world = new_world()
    world.up([wanted(name="a", fixed=True)])
    world.cloud.broken.add("delete:a")
    assert not world.up([wanted(name="a", fixed=True, kind=1)])
    world.cloud.broken.clear()
    assert world.up([])
    assert world.cloud.things == {}
