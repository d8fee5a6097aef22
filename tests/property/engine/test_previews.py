"""A preview says what the up is going to do, and does none of it."""

from collections import defaultdict

from hypothesis import given

from tests.property.engine.drawing import CAREFUL, Program, edited_programs
from tests.property.engine.worlds import World

RANKS = {
    "same": 0,
    "update": 1,
    "replace": 2,
    "create-replacement": 2,
    "delete-replaced": 2,
    "remove-pending-replace": 2,
    "create": 3,
    "delete": 4,
}
"""A preview may take something for more than it turns out to be, in the order same, update, replacement."""


@CAREFUL
@given(edit=edited_programs())
def test_an_up_takes_exactly_the_steps_of_its_preview(edit: tuple[Program, Program]) -> None:
    world = World()
    for program in edit:
        written, things, calls = len(world.written), dict(world.cloud.things), len(world.cloud.calls)
        assert world.preview(program)
        assert (len(world.written), world.cloud.things, len(world.cloud.calls)) == (written, things, calls)
        foretold = world.steps
        assert world.up(program)
        assert world.steps == foretold


@CAREFUL
@given(edit=edited_programs())
def test_where_the_unknown_turns_out_as_it_was_an_up_does_no_more_than_its_preview_said(
    edit: tuple[Program, Program],
) -> None:
    world = World()
    world.cloud.stable = True
    for program in edit:
        assert world.preview(program)
        foretold = ops(world)
        assert world.up(program)
        done = ops(world)
        assert done.keys() <= foretold.keys()
        # the old one of a replacement stands under its old name when it was renamed
        assert all(foretold[urn] == {"delete-replaced"} for urn in foretold.keys() - done.keys())
        for urn, found in done.items():
            ranks, most = ({RANKS[op] for op in some} for some in (found, foretold[urn]))
            assert max(ranks) <= max(most), (urn, found, foretold[urn])
            assert max(most) <= RANKS["replace"] or found == foretold[urn]


def ops(world: World) -> dict[str, set[str]]:
    """Return by URN what the last operation began."""
    found: dict[str, set[str]] = defaultdict(set)
    for op, urn in world.steps:
        found[urn].add(op)
    return found
