"""How the embedded engine's figures are held against the real one's."""

from dataclasses import replace

from bench import engine
from bench.lab import Cost


def a_round(wall: float = 1.0, memory: float = 100.0, writing: float = 0.1) -> engine.Round:
    cost = Cost(wall=wall, cpu=1.0, memory=memory, program_cpu=0.5, provider_cpu=0.1)
    writes = engine.Writes(writes=3, bytes=1000, seconds=writing)
    return {name: engine.Measured(cost=cost, writes=writes, waiting=2.0) for name in engine.OPERATIONS}


def missed(ours: engine.Round, large: float = 13.0) -> list[str]:
    one = ours["up (create)"]
    grown = replace(one, cost=replace(one.cost, wall=large))
    held = engine.goals([ours], [a_round(wall=2.0)], [grown], "")
    return [goal.text for goal in held if not goal.met]


def test_the_estimate_scales_time_by_the_machine_and_its_load_and_memory_not_at_all() -> None:
    found = engine.estimated(a_round(), factor=1.5)["destroy"].cost
    wall, cpu, memory = engine.RECORDED["independent"]["destroy"]
    assert (found.wall, found.cpu, found.memory) == (wall * 1.5 * 2.0, cpu * 1.5, memory)


def test_half_the_time_and_the_same_memory_miss_nothing() -> None:
    assert missed(a_round()) == []


def test_what_is_slow_grows_or_writes_too_much_is_named() -> None:
    assert missed(a_round(wall=1.5), large=1.0) == [
        "wall time of up (create), 500 resources, ours to the real one",
        "wall time of destroy, 500 resources, ours to the real one",
    ]
    assert missed(a_round(), large=14.0) == ["create of 5,000 to 500"]
    assert len(missed(a_round(memory=101.0))) == len(engine.OPERATIONS)
    assert [text for text in missed(a_round(writing=0.3)) if "being written" in text] != []
