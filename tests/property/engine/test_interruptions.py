"""Wherever an operation is broken off, nothing is lost, and the next one ends where the program wants to be."""

import contextlib
from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from slipway.engine.options import Options
from tests.property.engine.checks import sound
from tests.property.engine.drawing import CAREFUL, Program, edited_programs
from tests.property.engine.memory_cloud import KilledError
from tests.property.engine.worlds import PROVIDER, Wanted, World

FATES = ["fail", "partial", "halt", "kill-before", "kill-after", "kill-at-write"]


@CAREFUL
@given(
    edit=edited_programs(),
    fate=st.sampled_from(FATES),
    after=st.integers(1, 12),
    interrupted=st.sampled_from(["first", "second", "destroy"]),
    going_on=st.booleans(),
)
@example(edit=([Wanted("a")], [Wanted("a")]), fate="kill-after", after=1, interrupted="first", going_on=False)
# the provider was replaced, and what it made was not reached
@example(
    edit=(
        [Wanted("y", PROVIDER), Wanted("a"), Wanted("f", provider="y")],
        [Wanted("y", PROVIDER, kind=1), Wanted("a", value=1), Wanted("f", provider="y")],
    ),
    fate="halt",
    after=1,
    interrupted="second",
    going_on=False,
)
@example(edit=([Wanted("a")], []), fate="kill-before", after=1, interrupted="second", going_on=False)
def test_an_interrupted_operation_loses_nothing_and_the_next_up_ends_in_the_programs_graph(
    edit: tuple[Program, Program], fate: str, after: int, interrupted: str, *, going_on: bool
) -> None:
    first, second = edit
    world = World()
    if interrupted != "first":
        assert world.up(first)
    break_at(world, fate, after)
    options = Options(parallel=1, continue_on_error=going_on)
    with contextlib.suppress(KilledError):
        if interrupted == "destroy":
            world.destroy(options=options)
        else:
            world.up(first if interrupted == "first" else second, options=options)
    world.recover()
    sound(world)
    unsure = settle(world)

    assert world.up(second)
    assert set(world.live()) == {item.name for item in second}
    assert world.known_ids() ^ world.cloud.things.keys() <= unsure
    assert unexplained(world, unsure) == []
    sound(world)
    assert world.destroy()
    assert world.resources() == []
    assert world.cloud.things == {}


@CAREFUL
@given(edit=edited_programs(protect=True), fate=st.sampled_from([*FATES, ""]), after=st.integers(1, 12))
# old and new ones stand in the state side by side, and by their names need each other in a circle
@example(
    edit=(
        [Wanted("e"), Wanted("d", after=("e",))],
        [Wanted("d", kind=1), Wanted("e", kind=1, after=("d",))],
    ),
    fate="kill-after",
    after=3,
)
def test_a_destroy_after_anything_leaves_nothing(edit: tuple[Program, Program], fate: str, after: int) -> None:
    world = World()
    world.up(edit[0])
    break_at(world, fate, after)
    with contextlib.suppress(KilledError):
        world.up([replace(item, protect=True) for item in edit[1]])
    world.recover()
    unsure = settle(world)
    assert world.destroy(options=Options(parallel=1, ignore_protect=True))
    assert world.resources() == []
    assert world.cloud.things == {}
    assert unexplained(world, unsure) == []
    sound(world)


def break_at(world: World, fate: str, after: int) -> None:
    """Let the fate befall the call, or the write, that comes so many later."""
    call = len(world.cloud.calls) + after
    if fate == "halt":
        world.halted_at_call = call
    elif fate == "kill-at-write":
        world.killed_at_write = len(world.written) + after
    elif fate:
        world.cloud.before_call = lambda number: fate if number == call else ""


def settle(world: World) -> set[str]:
    """Check that the state names everything that exists, then remove by hand what only a pending operation names.

    Returns the ids of which nobody knows whether they were deleted.
    """
    creating = {item["resource"]["urn"] for item in world.pending() if item["type"] == "creating"}
    for id_ in sorted(world.cloud.things.keys() - world.known_ids()):
        urn, _ = world.cloud.things.pop(id_)
        assert urn in creating, f"{id_} exists and the state does not know it"
    return {item["resource"]["id"] for item in world.pending() if item["type"] == "deleting"}


def unexplained(world: World, unsure: set[str]) -> list[str]:
    """Return the violations but for those that come of not knowing whether a deletion had gone through."""
    found = [text for text in world.cloud.violations if "was deleted and is not there" not in text]
    return [text for text in found if unsure.isdisjoint(text.split())]
