"""An operation with targets is about these and nothing else."""

from hypothesis import assume, example, given
from hypothesis import strategies as st

from slipway.engine import urn as urns
from slipway.engine.options import Options
from tests.property.engine.checks import sound
from tests.property.engine.drawing import CAREFUL, GROUPS, PROVIDERS, THINGS, Program, edited_in_order
from tests.property.engine.test_deleting_first import dragged
from tests.property.engine.worlds import GROUP, PROVIDER, Wanted, World


@CAREFUL
@given(
    edit=edited_in_order(),
    names=st.sets(st.sampled_from(THINGS + GROUPS + PROVIDERS), min_size=1, max_size=4),
    dependents=st.booleans(),
)
# what a target needs is not made, as it is none
@example(edit=([Wanted("a")], [Wanted("b"), Wanted("a", uses=("b",))]), names={"a"}, dependents=False)
# something that is no target still needs what is to be deleted: directly, through a child, or through what is
# dragged along
@example(
    edit=([Wanted("x", PROVIDER), Wanted("b", provider="x")], [Wanted("b")]),
    names={"x"},
    dependents=False,
)
@example(
    edit=([Wanted("h", GROUP), Wanted("e", parent="h"), Wanted("d", after=("e",))], [Wanted("d")]),
    names={"h"},
    dependents=True,
)
@example(
    edit=(
        [Wanted("c", delete_first=True), Wanted("b", needs=("c",)), Wanted("f", after=("b",))],
        [Wanted("c", kind=1, delete_first=True)],
    ),
    names={"b", "c"},
    dependents=False,
)
# what is no target is dragged along, and is not made anew, so what needs it can not be
@example(
    edit=(
        [Wanted("e", delete_first=True), Wanted("d", needs=("e",)), Wanted("f", needs=("d",))],
        [Wanted("e", kind=1, delete_first=True), Wanted("d", needs=("e",)), Wanted("f", needs=("d",))],
    ),
    names={"e", "f"},
    dependents=False,
)
# a provider was replaced, and what is no target still has the old one
@example(
    edit=([Wanted("y", PROVIDER), Wanted("a", provider="y")], [Wanted("y", PROVIDER, kind=1)]),
    names={"y"},
    dependents=True,
)
# the program registers what stays before what it needed
@example(
    edit=([Wanted("b"), Wanted("c", after=("b",)), Wanted("a")], [Wanted("c"), Wanted("b"), Wanted("a", value=1)]),
    names={"a"},
    dependents=False,
)
def test_an_up_with_targets_touches_nothing_else(
    edit: tuple[Program, Program], names: set[str], *, dependents: bool
) -> None:
    first, second = edit
    world = World()
    assert world.up(first)
    targets = [raw["urn"] for name, raw in world.live().items() if name in names]
    assume(targets)
    before = {raw["urn"]: raw for raw in world.resources()}
    calls = len(world.cloud.calls)
    world.up(second, options=Options(parallel=1, targets=tuple(targets), target_dependents=dependents))
    sound(world)
    assert world.known_ids() == set(world.cloud.things)

    about = {urns.name_of(urn) for urn in targets}
    if dependents:
        about |= depending(first, about) | depending(second, about)
    for item in first:
        if item.name in about:
            about |= set(dragged(first, item)[0])
    about |= set(PROVIDERS)  # they take part whatever is named: the others are reached through them
    # what is no target stays, even where what it needs is replaced
    assert [text for text in world.cloud.violations if text.split()[-1] not in world.cloud.things] == []
    touched = {urn for _, urn, _ in world.cloud.calls[calls:]}
    assert {urns.name_of(urn) for urn in touched} <= about
    for raw in world.resources():
        if urns.name_of(raw["urn"]) not in about and raw["urn"] in before:
            assert raw == before[raw["urn"]]
    assert world.up(second)
    assert set(world.live()) == {item.name for item in second}


@CAREFUL
@given(edit=edited_in_order(), names=st.sets(st.sampled_from(THINGS + GROUPS + PROVIDERS), max_size=4))
@example(edit=([Wanted("x", PROVIDER), Wanted("b", provider="x")], [Wanted("b")]), names={"b"})
def test_an_up_with_exclusions_leaves_those_alone(edit: tuple[Program, Program], names: set[str]) -> None:
    first, second = edit
    world = World()
    assert world.up(first)
    excluded = [raw["urn"] for name, raw in world.live().items() if name in names]
    assume(excluded)
    before = {raw["urn"]: raw for raw in world.resources()}
    calls = len(world.cloud.calls)
    world.up(second, options=Options(parallel=1, exclude=tuple(excluded)))
    sound(world)
    assert world.known_ids() == set(world.cloud.things)
    along = {name for item in first if item.name not in names for name in dragged(first, item)[0]}
    touched = {urn for _, urn, _ in world.cloud.calls[calls:]}
    assert not {urn for urn in touched if urn in excluded and urns.name_of(urn) not in along}
    for raw in world.resources():
        if raw["urn"] in excluded and raw["type"] != PROVIDER and urns.name_of(raw["urn"]) not in along:
            assert raw == before[raw["urn"]]
    assert world.up(second)
    assert set(world.live()) == {item.name for item in second}


def depending(program: Program, names: set[str]) -> set[str]:
    """Return what depends on some resources in a program, directly or not."""
    found = set(names)
    for item in program:
        if not found.isdisjoint({item.parent, item.provider, *item.needs, *item.uses, *item.after} - {""}):
            found.add(item.name)
    return found
