"""Whatever the program and whatever its change: order, completeness and a second run with nothing to do."""

from random import Random

from hypothesis import example, given
from hypothesis import strategies as st

from slipway.engine.codec.state import StateCodec
from slipway.engine.planning.graph import deletion_order
from slipway.engine.planning.steps import DELETIONS
from slipway.engine.state.snapshot import load_snapshot
from tests.property.engine.checks import sound
from tests.property.engine.drawing import CAREFUL, Program, edited_programs, programs
from tests.property.engine.worlds import PROVIDER, Marking, Resource, Wanted, World


@CAREFUL
@given(edit=edited_programs())
# renamed and deleted first: what needs it follows only when its successor is there
@example(
    edit=(
        [Wanted("b", fixed=True), Wanted("c", after=("b",))],
        [Wanted("b2", fixed=True, formerly=("b",)), Wanted("c", after=("b2",))],
    )
)
# a provider that is renamed and replaced still serves what it made
@example(
    edit=(
        [Wanted("y", PROVIDER), Wanted("f", provider="y")],
        [Wanted("y2", PROVIDER, kind=1, formerly=("y",)), Wanted("f", provider="y2")],
    )
)
# the old one of what was replaced before needs what is deleted first
@example(
    edit=(
        [Wanted("f", fixed=True), Wanted("c", needs=("f",))],
        [Wanted("c", kind=1), Wanted("f", kind=1, fixed=True, needs=("c",))],
    )
)
def test_everything_is_made_after_what_it_needs_and_deleted_before_it(edit: tuple[Program, Program]) -> None:
    world = World()
    for program in edit:
        assert world.up(program)
        assert world.cloud.violations == []
        assert {item.name for item in program} == set(world.live())
        assert world.known_ids() == set(world.cloud.things)
    sound(world)


@CAREFUL
@given(edit=edited_programs())
def test_what_is_deleted_at_the_end_goes_after_all_that_depended_on_it(edit: tuple[Program, Program]) -> None:
    """Also where the cloud would not mind: by depends_on, as a child, through a provider."""
    world = World()
    assert world.up(edit[0])
    for program in (edit[1], []):
        stood = world.resources()
        assert world.up(program)
        place = {urn: index for index, urn in enumerate(deleted_at_the_end(world))}
        for raw in stood:
            for urn in needs(raw) & place.keys():
                assert place.get(raw["urn"], -1) < place[urn], f"{urn} was deleted before {raw['urn']}"


@CAREFUL
@given(program=programs(), choice=st.randoms(use_true_random=False))
def test_whichever_deletion_that_may_run_is_run_next_nothing_goes_before_what_needs_it(
    program: Program, choice: Random
) -> None:
    world = World()
    assert world.up(program)
    codec = StateCodec(Marking().encrypt, Marking().decrypt)
    doomed = load_snapshot(world.deployment, codec).resources[::-1]
    before = deletion_order(doomed)
    left = dict(enumerate(doomed))
    while left:
        ready = [index for index in left if before[index].isdisjoint(left)]
        going = left.pop(choice.choice(ready))
        assert [other.urn for other in left.values() if going.urn in other.needs()] == []


def deleted_at_the_end(world: World) -> list[str]:
    """Return what the last operation deleted after it had made everything, in this order."""
    last = max((index for index, (op, _) in enumerate(world.steps) if op not in DELETIONS), default=-1)
    return [urn for _, urn in world.steps[last + 1 :]]


def needs(raw: Resource) -> set[str]:
    """Return the URNs that a resource of the state file refers to."""
    found = {raw.get("parent", ""), raw.get("provider", "").rpartition("::")[0], *raw.get("dependencies", [])}
    return found - {""}


@CAREFUL
@given(edit=edited_programs())
def test_a_second_up_of_the_same_program_has_nothing_to_do(edit: tuple[Program, Program]) -> None:
    world = World()
    for program in edit:
        world.up(program)
        done = len(world.cloud.calls)
        before = world.resources()
        assert world.up(program)
        assert {op for op, _ in world.steps} <= {"same"}
        assert world.cloud.calls[done:] == []
        assert world.resources() == before
