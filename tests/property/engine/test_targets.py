"""An operation with targets is about these and nothing else."""

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from slipway.engine import urn as urns
from slipway.engine.options import Options
from tests.property.engine.checks import sound
from tests.property.engine.drawing import Program, edited_programs
from tests.property.engine.test_deleting_first import dragged
from tests.property.engine.worlds import World

CAREFUL = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@CAREFUL
@given(edit=edited_programs(renames=False), data=st.data(), dependents=st.booleans())
def test_an_up_with_targets_touches_nothing_else(
    edit: tuple[Program, Program], data: st.DataObject, *, dependents: bool
) -> None:
    first, second = edit
    world = World()
    assert world.up(first)
    named = [raw["urn"] for raw in world.live().values()]
    assume(named)
    targets = data.draw(st.sets(st.sampled_from(named), min_size=1, max_size=3))
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
    # what is no target stays, even where what it needs is replaced
    assert [text for text in world.cloud.violations if text.split()[-1] not in world.cloud.things] == []
    touched = {urn for _, urn, _ in world.cloud.calls[calls:]}
    assert {urns.name_of(urn) for urn in touched} <= about
    for raw in world.resources():
        if urns.name_of(raw["urn"]) not in about and raw["urn"] in before:
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
