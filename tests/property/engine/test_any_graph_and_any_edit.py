"""Whatever the program and whatever its change: order, completeness and a second run with nothing to do."""

from hypothesis import HealthCheck, given, settings

from tests.property.engine.checks import sound
from tests.property.engine.drawing import Program, edited_programs
from tests.property.engine.worlds import World

CAREFUL = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@CAREFUL
@given(edit=edited_programs())
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
