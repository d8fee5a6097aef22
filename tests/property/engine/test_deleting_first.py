"""Delete-before-replace takes along exactly what it must.

The rule, as the real engine was seen to keep it: going through the dependents of what is replaced in the order of the
state, one that is served by something replaced is replaced too; of any other one its provider is asked, with every
property unknown that depends on something replaced, and it is replaced when the provider says so. All of them are
deleted, the last one first, before anything is made anew. Dependents that would only be updated stay.
"""

from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from slipway.engine import urn as urns
from tests.property.engine.drawing import CAREFUL, Program, programs
from tests.property.engine.worlds import PROVIDER, THING, Wanted, World


@st.composite
def replacements(draw: st.DrawFn) -> tuple[Program, Wanted]:
    """Draw a program and one of its things or providers, which is going to be replaced."""
    program = draw(programs().filter(lambda items: any(item.type != "mem:index:Group" for item in items)))
    root = draw(st.sampled_from([item for item in program if item.type in (THING, PROVIDER)]))
    if root.type == PROVIDER:
        first = replace(root, delete_first=draw(st.booleans()))
        return [first if item is root else item for item in program], first
    return program, root


def dragged(program: Program, root: Wanted) -> tuple[list[str], list[tuple[str, set[str]]]]:
    """Return by the rule what is replaced with `root`, and what providers are asked, both in the program's order."""
    replaced, found, asked = {root.name}, [], []
    for item in program:
        if item.type != THING or item.name == root.name:
            continue
        touched = {key for key in ("needs", "uses") if not replaced.isdisjoint(getattr(item, key))}
        if item.provider in replaced:
            replaces = True
        else:
            replaces = "needs" in touched
            if touched:
                asked.append((item.name, touched))
        if replaces:
            replaced.add(item.name)
            found.append(item.name)
    return found, asked


@CAREFUL
@given(drawn=replacements())
@example(
    drawn=(
        [
            Wanted("a", delete_first=True),
            Wanted("b", needs=("a",)),
            Wanted("c", uses=("b",)),
            Wanted("d", needs=("c",)),
            Wanted("e", needs=("b",), uses=("a",)),
            Wanted("f", after=("a",)),
        ],
        Wanted("a", delete_first=True),
    )
)
@example(
    drawn=(
        [Wanted("x", PROVIDER, delete_first=True), Wanted("a", provider="x"), Wanted("b", needs=("a",)), Wanted("c")],
        Wanted("x", PROVIDER, delete_first=True),
    )
)
def test_what_is_deleted_first_takes_along_exactly_what_would_have_to_be_replaced(
    drawn: tuple[Program, Wanted],
) -> None:
    program, root = drawn
    world = World()
    assert world.up(program)
    world.cloud.asked.clear()
    changed = [replace(item, kind=1 - item.kind) if item == root else item for item in program]
    assert world.up(changed)
    assert world.cloud.violations == []

    steps = [(op, urns.name_of(urn)) for op, urn in world.steps if op != "same"]
    first = root.delete_first if root.delete_first is not None else root.fixed
    if not first:
        assert steps[:2] == [("create-replacement", root.name), ("replace", root.name)]
        return
    along, asked = dragged(program, root)
    gone = [("delete-replaced", name) for name in [*reversed(along), root.name]]
    made = [(op, name) for name in [root.name, *along] for op in ("replace", "create-replacement")]
    assert steps[: len(gone)] == gone
    assert [step for step in steps[len(gone) :] if step in made] == made
    assert not [step for step in steps[len(gone) :] if step in gone]
    named = [(urns.name_of(urn), keys) for urn, keys in world.cloud.asked]
    assert named[: len(asked)] == asked
