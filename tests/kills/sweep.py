"""Kills an operation at points of death, one run a point, and judges what each leaves behind and what follows."""

import shutil
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from tests.kills import invariants
from tests.kills.bench import Stack, Zygote, make_project
from tests.kills.points import CALL_STAGES, WRITE_STAGES, Point

EDITION = {"first": "1", "update": "2", "destroy": "2"}
"""Which edition of the program an operation runs, or finds."""
_LOCK_HELD = ("renamed", "after")


def words(operation: str, parallel: int) -> list[str]:
    """Return the command line of an operation."""
    verb = "destroy" if operation == "destroy" else "up"
    return [verb, "--yes", "--skip-preview", "--parallel", str(parallel)]


@dataclass
class Tally:
    """What came of a sweep."""

    killed: int = 0
    survived: int = 0
    """Runs that had ended before the point: with several steps at once the number of writes varies."""
    recovered: int = 0
    """Runs that went on from a state and a cloud that no other kill had left before."""
    problems: list[str] = field(default_factory=list)


class Sweep:
    """The stacks to begin from, what undisturbed runs make of them, and the engines."""

    def __init__(self, folder: Path, engines: int) -> None:
        self.folder = folder
        self.project = make_project(folder / "project")
        self._engines = [Zygote() for _ in range(engines)]
        self._free: SimpleQueue[Zygote] = SimpleQueue()
        for engine in self._engines:
            self._free.put(engine)
        self._lock = threading.Lock()
        self._seen: set[str] = set()
        self._before: dict[str, Stack] = {}
        self._graphs: dict[str, Any] = {}
        self.points: dict[str, list[Point]] = {}
        self._run_undisturbed()

    def close(self) -> None:
        """End the engines' processes."""
        for engine in self._engines:
            engine.close()

    def _run_undisturbed(self) -> None:
        """Run each operation once, keep what it began from and what it came to, and list its points of death."""
        stack = Stack.make(self.project, self.folder / "undisturbed")
        engine = self._engines[0]
        made = engine.run(stack, "stack", "init")
        assert made.code == 0, made
        for operation, edition in EDITION.items():
            self._before[operation] = stack.clone(self.folder / f"before-{operation}")
            done = engine.run(stack, *words(operation, 1), edition=edition)
            assert done.code == 0, done
            checkpoint = stack.checkpoint()
            deployment = checkpoint["checkpoint"]["latest"]
            assert invariants.problems_of_the_form(checkpoint) == []
            assert invariants.differences(deployment, stack.cloud()) == []
            self._graphs[operation] = invariants.graph(deployment)
            self.points[operation] = _points(stack)

    def run(self, operation: str, points: Iterable[Point], *, parallel: int = 1) -> Tally:
        """Kill an operation at each point."""
        tally = Tally()

        def one(point: Point) -> None:
            engine = self._free.get()
            try:
                Judgement(self, operation, point, parallel, tally, engine).judge()
            finally:
                self._free.put(engine)

        with ThreadPoolExecutor(len(self._engines)) as pool:
            list(pool.map(one, points))
        return tally

    def stack_before(self, operation: str, folder: Path) -> Stack:
        """Return a stack as it is before an operation."""
        return self._before[operation].clone(folder)

    def graph_after(self, operation: str) -> Any:
        """Return the graph that an operation comes to."""
        return self._graphs[operation]

    def is_new(self, fingerprint: str) -> bool:
        """Say whether nobody has gone on from such a state and cloud before."""
        with self._lock:
            new = fingerprint not in self._seen
            self._seen.add(fingerprint)
            return new


def _points(stack: Stack) -> list[Point]:
    """Return every point of death of the run that a stack has just seen."""
    calls = len(stack.calls.read_text().splitlines())
    found = [Point("call", number, stage) for number in range(1, calls + 1) for stage in CALL_STAGES]
    for number, name in enumerate(stack.writes.read_text().splitlines(), 1):
        if not name.endswith(".bak"):
            backed = name == stack.state_file.name
            found += [Point("write", number, stage) for stage in WRITE_STAGES if backed or stage != "linked"]
    return found


@dataclass
class Judgement:
    """One kill, and what is found afterwards."""

    sweep: Sweep
    operation: str
    point: Point
    parallel: int
    tally: Tally
    engine: Zygote

    def judge(self) -> None:
        """Kill, look, go on, look again."""
        name = f"{self.operation}-{self.parallel}-{self.point}".replace(":", "-")
        stack = self.sweep.stack_before(self.operation, self.sweep.folder / name)
        edition = EDITION[self.operation]
        ended = self.engine.run(stack, *words(self.operation, self.parallel), edition=edition, point=self.point)
        self._expect(not ended.left, f"left running: {ended.left}")
        if ended.code == 0:
            self.tally.survived += 1
        else:
            self.tally.killed += 1
            self._expect(ended.code == -9, f"ended with {ended.code}: {ended.said}")
        self._look(stack)
        deployment = stack.deployment()
        fingerprint = f"{self.operation} {stack.locks() == []} {invariants.fingerprint(deployment)} {stack.cloud()}"
        if self.sweep.is_new(fingerprint):
            self.tally.recovered += 1
            self._go_on(stack, deployment)
        shutil.rmtree(stack.folder)

    def _expect(self, true: bool, otherwise: str) -> None:  # noqa: FBT001 - reads as an assertion
        if not true:
            problem = f"{self.operation} {self.point}, {self.parallel} at once: {otherwise}"
            print(problem)  # a whole sweep takes long: whoever watches it wants to know at once
            self.tally.problems.append(problem)

    def _look(self, stack: Stack) -> None:
        """Look at what the kill left."""
        checkpoint = stack.checkpoint()
        deployment = checkpoint["checkpoint"].get("latest") or {}
        problems = invariants.problems_of_the_form(checkpoint)
        problems += invariants.problems_of_the_cloud(deployment, stack.cloud())
        self._expect(not problems, "; ".join(problems))

    def _go_on(self, stack: Stack, deployment: dict[str, Any]) -> None:
        """Break the lock, settle by hand what nobody else can, run the operation again, and compare."""
        edition = EDITION[self.operation]
        again = words(self.operation, self.parallel)
        if self.point.kind == "call" or self.point.number > 1 or self.point.stage in _LOCK_HELD:
            self._expect(len(stack.locks()) == 1, f"locks: {stack.locks()}")
            refused = self.engine.run(stack, *again, edition=edition)
            self._expect(refused.code == 1 and "locked by 1 lock" in refused.said, f"not locked: {refused}")
            self._expect(self.engine.run(stack, "cancel", "--yes").code == 0, "cancel failed")
        self._expect(not stack.locks(), f"still locked: {stack.locks()}")
        stack.forget_by_hand(invariants.unaccounted(deployment, stack.cloud()))
        named = invariants.pending(deployment, "creating")
        done = self.engine.run(stack, *again, edition=edition)
        self._expect(done.code == 0 and not done.left, f"did not go on: {done}")
        warned = "pending operations from previous deployment" in done.said
        self._expect(warned == bool(deployment.get("pending_operations")), f"warned: {warned}")
        self._finished(stack, named)
        if named:
            settled = self.engine.run(stack, "refresh", "--yes", "--skip-preview", "--clear-pending-creates")
            self._expect(settled.code == 0, f"did not refresh: {settled}")
            self._finished(stack, set())

    def _finished(self, stack: Stack, named: set[str]) -> None:
        """Compare with the undisturbed run; `named` are the interrupted creates that nobody has settled."""
        self._look(stack)
        deployment = stack.deployment()
        operations = {item["resource"]["urn"] for item in deployment.get("pending_operations", [])}
        self._expect(operations == named, f"pending afterwards: {operations}, interrupted creates: {named}")
        self._expect(invariants.graph(deployment) == self.sweep.graph_after(self.operation), "another graph")
        found = invariants.differences(deployment, stack.cloud())
        self._expect(not found, "; ".join(found))
