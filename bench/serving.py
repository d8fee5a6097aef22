"""What one request costs: `serving/` beside AWS's way of serving in Flask, and beside the bare HTTP server.

`make bench`, or `.venv/bin/python -m bench.serving [--rounds 5]`, on a quiet Linux machine. The model has 100 trees of
31 leaves over 30 numbers; a request is one row, JSON in and JSON out, over one of 16 kept connections. Each server runs
on one CPU, the load on another. The servers take turns, each is started anew for every round, and the figures are
medians over the rounds. What counts is CPU time for each request, user and system, of all processes of a server:
requests per second depend on what else the machine does. Exits with 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from bench import client, load, made_up_model, sides
from bench.goals import Goal, ratios
from bench.machine import machine

CONNECTIONS = 16
TOLERANCE = 1e-9  # Flask's side writes ten digits
WARM_SECONDS = 1
OUR_LIBRARIES = ("granian", "onnxruntime", "orjson", "numpy")
FLASK_LIBRARIES = ("flask", "gunicorn", "gevent", "pandas", "lightgbm")


@dataclass(frozen=True, kw_only=True)
class Round:
    """What one side did in one round."""

    cpu_microseconds: float
    """Of one request."""
    requests_per_second: float
    p50: float
    """Milliseconds."""
    p99: float
    memory_mib: float
    start_seconds: float


class Benchmark:
    """The machine's part: the CPUs, the load generator, the rows that every side is asked for."""

    def __init__(self, folder: Path, seconds: int, generator: str) -> None:
        self.folder, self.seconds, self.generator = folder, seconds, generator
        free = sorted(os.sched_getaffinity(0))
        if len(free) < 2:
            sys.exit("this process may use one CPU only; two are needed, one for the server and one for the load")
        self.cpu = free[0]
        os.sched_setaffinity(0, set(free[1:]))
        self.asked = made_up_model.make(folder / "model")
        self.body = folder / "body.json"
        self.body.write_bytes(made_up_model.body(self.asked.rows[0]))

    def verify(self, side: sides.Side) -> tuple[int, int]:
        """Compare a side's answer to every row; return the size of an answer's body, and of head and body together."""
        with sides.running(side, self.cpu, self.folder / "log") as server:
            connection = socket.create_connection(("127.0.0.1", server.port), timeout=30)
            for row, wanted in zip(self.asked.rows, self.asked.predictions, strict=True):
                head, content = client.ask(connection, made_up_model.body(row))
                if not head.startswith(b"HTTP/1.1 200 "):
                    raise load.WrongAnswerError(f"{side.name} answers {head!r} {content[:500]!r}")
                found = wanted if side.prediction is None else side.prediction(json.loads(content))
                if not abs(found - wanted) <= TOLERANCE:
                    raise load.WrongAnswerError(f"{side.name} answers {found}, the model itself {wanted}, for {row}")
            head, content = client.ask(connection, self.body.read_bytes())
            connection.close()
        return len(content), len(head) + len(content)

    def measure(self, side: sides.Side, size: int) -> Round:
        """Start a side, load it, stop it."""
        with sides.running(side, self.cpu, self.folder / "log") as server:
            self._load(side, server, WARM_SECONDS, size)
            before = server.cpu_seconds()
            found = self._load(side, server, self.seconds, size)
            spent = server.cpu_seconds() - before
            return Round(
                cpu_microseconds=spent / found.requests * 1e6,
                requests_per_second=found.requests / found.seconds,
                p50=found.p50,
                p99=found.p99,
                memory_mib=server.memory_mib(),
                start_seconds=server.start_seconds,
            )

    def _load(self, side: sides.Side, server: sides.Server, seconds: int, size: int) -> load.Load:
        try:
            return load.run(
                self.generator, server.port, seconds=seconds, connections=CONNECTIONS, body=self.body, size=size
            )
        except load.WrongAnswerError as error:
            raise load.WrongAnswerError(f"{side.name}: {error}") from error


def measure(benchmark: Benchmark, rounds: int) -> dict[str, list[Round]]:
    """Verify every side, then let them take turns; return what each did: ours, Flask, the bare server twice."""
    ours, flask = sides.ours(benchmark.folder), sides.flask(benchmark.folder)
    answer, size = benchmark.verify(ours)
    others = (flask, sides.bare(answer, batch=False), sides.bare(answer, batch=True))
    turns = [(ours, size), *((side, benchmark.verify(side)[1]) for side in others)]
    print(f"ours and Flask gave the native model's answers to {len(benchmark.asked.rows)} rows", flush=True)
    measured: dict[str, list[Round]] = {side.name: [] for side, _ in turns}
    for number in range(rounds):
        for side, size in turns:
            measured[side.name].append(benchmark.measure(side, size))
        shown = ", ".join(f"{name} {found[-1].cpu_microseconds:.1f}" for name, found in measured.items())
        print(f"round {number + 1} of {rounds}, CPU microseconds a request: {shown}", flush=True)
    return measured


def describe(generator: str, seconds: int) -> str:
    """Say what ran, and how."""
    code = f"from importlib.metadata import version\nfor one in {FLASK_LIBRARIES}: print(one, version(one))"
    theirs = subprocess.run([sides.flask_python(), "-c", code], check=True, capture_output=True, text=True).stdout
    return (
        f"ours: {', '.join(f'{one} {version(one)}' for one in OUR_LIBRARIES)}\n"
        f"Flask: {', '.join(theirs.splitlines())}\n"
        f"load: {generator}, {CONNECTIONS} connections, {seconds} s a round; one row of {made_up_model.FEATURES} "
        f"numbers, {made_up_model.TREES} trees of {made_up_model.LEAVES} leaves; every server on one CPU"
    )


def table(measured: dict[str, list[Round]]) -> str:
    """Return the medians, a line a side."""
    lines = [f"{'':26}{'CPU us/request':>16}{'requests/s':>12}{'p50 ms':>9}{'p99 ms':>9}{'MiB':>7}{'start s':>9}"]
    for name, rounds in measured.items():
        cpu, rate, p50, p99, memory, start = (
            statistics.median(getattr(one, field) for one in rounds) for field in Round.__dataclass_fields__
        )
        lines.append(f"{name:26}{cpu:16.1f}{rate:12,.0f}{p50:9.2f}{p99:9.2f}{memory:7.0f}{start:9.2f}")
    return "\n".join(lines)


def goals(measured: dict[str, list[Round]]) -> list[Goal]:
    """Hold the figures against the goals."""
    ours, flask, bare, _ = ([one.cpu_microseconds for one in rounds] for rounds in measured.values())
    starts = [one.start_seconds for one in next(iter(measured.values()))]
    return [
        Goal(text="CPU of a request, Flask to ours", values=ratios(flask, ours), bound=25, at_least=True),
        Goal(text="CPU of a request, ours to the bare server", values=ratios(ours, bare), bound=2, at_least=False),
        Goal(text="ours from exec to the first 200 on /ping", values=starts, bound=0.6, at_least=False, unit=" s"),
    ]


def strict(measured: dict[str, list[Round]]) -> float:
    """Return how many requests to the bare server cost as much as one to ours, when both are scheduled alike."""
    ours, *_, bare = ([one.cpu_microseconds for one in rounds] for rounds in measured.values())
    return statistics.median(ratios(ours, bare))


def main() -> int:
    """Measure, print, and return 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="how often each side is measured (default: 5)")
    parser.add_argument("--seconds", type=int, default=4, help="of load in a round (default: 4)")
    parser.add_argument("--client", choices=("wrk", "python"), default=load.client(), help="default: wrk if it is here")
    asked = parser.parse_args()
    print(machine())
    print(describe(asked.client, asked.seconds), flush=True)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            measured = measure(Benchmark(Path(scratch), asked.seconds, asked.client), asked.rounds)
    except (load.WrongAnswerError, sides.ServerError) as error:
        print(f"nothing was measured: {error}", file=sys.stderr)
        return 1
    print(table(measured))
    held = goals(measured)
    print("\n".join(goal.line() for goal in held))
    print(f"      CPU of a request, ours to the bare server scheduled as ours: {strict(measured):.2f} (no goal)")
    return 0 if all(goal.met for goal in held) else 1


if __name__ == "__main__":
    sys.exit(main())
