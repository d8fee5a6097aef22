"""What the embedded engine costs beside the real one: 500 independent resources, and 5,000 for create.

`python -m bench.engine [--rounds 5]` in the project's virtual environment, on a quiet Linux machine. Where `pulumi` is
on PATH the two take turns. Else ours is held against recorded figures (recorded_engine.json), scaled to this machine,
and every comparison is an ESTIMATE. Scaled how: 500 chained resources cost the program's process some seconds more than
500 independent ones, in the SDK's own Python, which is the same under both engines; what that takes here to what it
took there is the factor. It is multiplied by how long a process that only computes has to wait here (1 on a quiet
machine), since our own wall times hold that wait as well. Memory is not scaled. Exits with 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from bench.goals import Goal, ratios
from bench.lab import Cost, LabStack, lab_stack, waiting
from bench.machine import machine

OURS = [sys.executable, "-m", "bench.counted_engine"]
REAL = ["pulumi"]
COUNT, LARGE = 500, 5000
OPERATIONS = {
    "preview (create)": "preview",
    "up (create)": "up",
    "preview (no-op)": "preview",
    "up (no-op)": "up",
    "destroy": "destroy",
}
BOUNDS = {
    "preview (create)": 1.3,
    "up (create)": 0.7,
    "preview (no-op)": 1.3,
    "up (no-op)": 1.3,
    "destroy": 0.7,
}
MEMORY, GROWTH, WRITING = 1.0, 13.0, 0.25
RECORDED = json.loads(Path(__file__).with_name("recorded_engine.json").read_text())


@dataclass(frozen=True, kw_only=True)
class Writes:
    """The state writes of one operation; `seconds` is how long one was under way."""

    writes: int = 0
    bytes: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One operation of one side in one round."""

    cost: Cost
    writes: Writes
    waiting: float
    """See lab.waiting; the mean of before and after."""


Round = dict[str, Measured]


def measured(stack: LabStack, kind: str) -> Measured:
    """Carry out an operation and return what it took."""
    with tempfile.NamedTemporaryFile(mode="r") as tally:
        stack.extra["SLIPWAY_BENCH_WRITES"] = tally.name
        before = waiting()
        cost = stack.run(kind)
        after = waiting()
        text = tally.read()
    return Measured(
        cost=cost, writes=Writes(**json.loads(text)) if text else Writes(), waiting=statistics.mean([before, after])
    )


def cycle(cli: list[str]) -> Round:
    """Make 500 resources, look at them twice, and destroy them."""
    with lab_stack(cli, COUNT) as stack:
        return {name: measured(stack, kind) for name, kind in OPERATIONS.items()}


def slowness(ours: Round) -> float:
    """Return how many times longer this machine needs for the Python that both engines have in common."""
    with lab_stack(OURS, COUNT, chained=True) as stack:
        chained = stack.run("preview").program_cpu
    name = "preview (create)"
    there = RECORDED["chained"][name][1] - RECORDED["independent"][name][1]
    return (chained - ours[name].cost.program_cpu) / float(there)


def estimated(ours: Round, factor: float) -> Round:
    """Return what the real engine is taken to need here, in the same round."""
    found = {}
    for name, (wall, cpu, memory) in RECORDED["independent"].items():
        wait = ours[name].waiting
        cost = Cost(wall=wall * factor * wait, cpu=cpu * factor, memory=memory, program_cpu=0.0, provider_cpu=0.0)
        found[name] = Measured(cost=cost, writes=Writes(), waiting=wait)
    return found


def compare(rounds: int, *, real: bool) -> tuple[list[Round], list[Round]]:
    """Measure both sides in turns, or ours and the machine's slowness."""
    ours, theirs = [], []
    for number in range(rounds):
        ours.append(cycle(OURS))
        if real:
            theirs.append(cycle(REAL))
            note = ""
        else:
            factor = slowness(ours[-1])
            theirs.append(estimated(ours[-1], factor))
            note = f", this machine {factor:.2f} of the recorded one's time, wait {ours[-1]['up (create)'].waiting:.2f}"
        shown = ", ".join(f"{name} {found.cost.wall:.2f} s" for name, found in ours[-1].items())
        print(f"round {number + 1} of {rounds}: {shown}{note}", flush=True)
    return ours, theirs


def table(title: str, rounds: list[Round]) -> str:
    """Return the medians of one side, a line an operation."""
    heads = f"{'wall s':>8}{'CPU s':>8}{'program':>9}{'provider':>9}{'MiB':>6}{'writes':>8}{'MB':>7}{'s':>6}{'wait':>6}"
    lines = [f"{title:34}{heads}"]
    for name in OPERATIONS:
        found = [one[name] for one in rounds]
        wall, cpu, program, provider, memory = (
            statistics.median(getattr(one.cost, field) for one in found)
            for field in ("wall", "cpu", "program_cpu", "provider_cpu", "memory")
        )
        writes = statistics.median(one.writes.writes for one in found)
        size = statistics.median(one.writes.bytes for one in found) / 1e6
        seconds = statistics.median(one.writes.seconds for one in found)
        wait = statistics.median(one.waiting for one in found)
        lines.append(
            f"  {name:32}{wall:8.2f}{cpu:8.2f}{program:9.2f}{provider:9.2f}{memory:6.0f}{writes:8.0f}{size:7.1f}"
            f"{seconds:6.2f}{wait:6.2f}"
        )
    return "\n".join(lines)


def goals(ours: list[Round], theirs: list[Round], large: list[Measured], word: str) -> list[Goal]:
    """Hold the figures against the goals."""
    held = []
    for name, bound in BOUNDS.items():
        mine, other = ([one[name].cost.wall for one in side] for side in (ours, theirs))
        text = f"wall time of {name}, {COUNT} resources, ours to the real one{word}"
        held.append(Goal(text=text, values=ratios(mine, other), bound=bound, at_least=False))
    for name in BOUNDS:
        mine, other = ([one[name].cost.memory for one in side] for side in (ours, theirs))
        text = f"peak memory of {name}, ours to the real one"
        held.append(Goal(text=text, values=ratios(mine, other), bound=MEMORY, at_least=False))
    create = statistics.median(one["up (create)"].cost.wall for one in ours)
    grown = [one.cost.wall / create for one in large]
    if grown:
        text = f"create of {LARGE:,} to {COUNT}"
        held.append(Goal(text=text, values=grown, bound=GROWTH, at_least=False))
    for name in ("up (create)", "destroy"):
        shares = [one[name].writes.seconds / one[name].cost.wall for one in ours]
        text = f"share of wall time of {name} in which the state is being written"
        held.append(Goal(text=text, values=shares, bound=WRITING, at_least=False))
    if large:
        shares = [one.writes.seconds / one.cost.wall for one in large]
        text = f"share of wall time of create of {LARGE:,} in which the state is being written"
        held.append(Goal(text=text, values=shares, bound=WRITING, at_least=False))
    return held


def large_create() -> Measured:
    """Make 5,000 resources."""
    with lab_stack(OURS, LARGE) as stack:
        return measured(stack, "up")


def main() -> int:
    """Measure, print, and return 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="how often each side is measured (default: 5)")
    parser.add_argument("--large-rounds", type=int, default=1, help=f"creates of {LARGE:,}, 0 for none (default: 1)")
    asked = parser.parse_args()
    real = shutil.which(REAL[0]) is not None
    print(machine())
    print(f"ours: slipway.engine, Pulumi SDK {version('pulumi')}, default parallelism; medians of {asked.rounds}")
    print(f"theirs: {shutil.which(REAL[0]) if real else 'ESTIMATED from ' + RECORDED['source']}", flush=True)
    ours, theirs = compare(asked.rounds, real=real)
    large = [large_create() for _ in range(asked.large_rounds)]
    print(table("ours", ours))
    print(table("the real engine" if real else "the real engine, ESTIMATED", theirs))
    for one in large:
        written = f"{one.writes.writes} state writes, {one.writes.bytes / 1e6:.0f} MB, {one.writes.seconds:.1f} s"
        took = f"{one.cost.wall:.1f} s, CPU {one.cost.cpu:.1f} s, {one.cost.memory:.0f} MiB"
        print(f"create of {LARGE:,}, one run: {took}, {written}")
    word = "" if real else " (ESTIMATE)"
    held = goals(ours, theirs, large, word)
    print("\n".join(goal.line() for goal in held))
    for name in OPERATIONS:  # waiting for a processor is not in it
        mine, other = ([one[name].cost.cpu for one in side] for side in (ours, theirs))
        cpu = statistics.median(ratios(mine, other))
        print(f"      CPU of {name}, all processes, ours to the real one{word}: {cpu:.2f} (no goal)")
    return 0 if all(goal.met for goal in held) else 1


if __name__ == "__main__":
    sys.exit(main())
