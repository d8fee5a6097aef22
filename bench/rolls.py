"""Rolls one endpoint again and again under load, and counts every request by the version that answered it.

Run it in the project's virtual environment: `python bench/rolls.py [--rolls 200] [--clients 4] [--json]`. The model
and its server are the project's own; every version is a variant name of its own, which the answers carry. Exits 1 when
a request was lost, a version never answered or a process is left.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from machine import machine
from served import Served, sandbox

ENDPOINT = "rolling"


@dataclass
class Load:
    """Clients that ask without a pause, each in a thread of its own."""

    served: Served
    answered: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def begin(self, clients: int) -> None:
        """Start to ask."""
        self._threads = [threading.Thread(target=self._ask) for _ in range(clients)]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Ask no more."""
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _ask(self) -> None:
        while not self._over.is_set():
            started = time.monotonic()
            try:
                version = ask(self.served)
            except (ClientError, BotoCoreError) as error:
                with self._lock:
                    self.lost.append(str(error))
                continue
            took = time.monotonic() - started
            with self._lock:
                self.answered[version] += 1
                self.seconds.append(took)


def ask(served: Served) -> str:
    """Send a request, read its answer and return the version that gave it."""
    answer = served.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=ENDPOINT, Body=served.rows, ContentType="application/json"
    )
    predictions = json.loads(answer["Body"].read())["predictions"]
    if len(predictions) != served.row_count:
        raise SystemExit(f"{len(predictions)} predictions for {served.row_count} rows")
    return str(answer["InvokedProductionVariant"])


def rolled(served: Served, rolls: int, load: Load, clients: int) -> list[float]:
    """Roll the endpoint from version to version while the clients ask; return the seconds of each roll."""
    sagemaker, before = served.client("sagemaker"), served.config("v0", "v0")
    sagemaker.create_endpoint(EndpointName=ENDPOINT, EndpointConfigName=before)
    served.settled(ENDPOINT, before)
    load.begin(clients)
    seconds = []
    try:
        for number in range(1, rolls + 1):
            config = served.config(f"v{number}", f"v{number}")
            started = time.monotonic()
            sagemaker.update_endpoint(EndpointName=ENDPOINT, EndpointConfigName=config)
            served.settled(ENDPOINT, config)
            seconds.append(time.monotonic() - started)
            if (version := ask(served)) != config:
                raise SystemExit(f"roll {number}: {version} answers, not {config}")
            sagemaker.delete_endpoint_config(EndpointConfigName=before)
            sagemaker.delete_model(ModelName=before)
            before = config
            if number % 50 == 0:
                print(f"{number} rolls, {sum(load.answered.values())} requests", file=sys.stderr, flush=True)
    finally:
        load.end()
    return seconds


def measured(rolls: int, clients: int) -> dict[str, Any]:
    """Run it all and return the numbers."""
    with sandbox() as served, tempfile.TemporaryDirectory() as folder:
        served.land(Path(folder))
        served.train("rolled")
        served.examples(Path(folder))
        load = Load(served)
        seconds = rolled(served, rolls, load, clients)
        served.client("sagemaker").delete_endpoint(EndpointName=ENDPOINT)
    latencies = sorted(load.seconds)
    return {
        "rolls": rolls,
        "clients": clients,
        "requests": sum(load.answered.values()) + len(load.lost),
        "lost": len(load.lost),
        "problems": load.lost[:5],
        "versions": len(load.answered),
        "roll_seconds": {"median": statistics.median(seconds), "p90": at(sorted(seconds), 0.9)},
        "latency_ms": {
            "p50": 1000 * at(latencies, 0.5),
            "p99": 1000 * at(latencies, 0.99),
            "worst": 1000 * latencies[-1],
        },
        "processes_left": served.processes(),
    }


def at(ordered: list[float], share: float) -> float:
    """Return the value that a share of all does not exceed."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main() -> int:
    """Measure, print, and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rolls", type=int, default=200, help="default: 200")
    parser.add_argument("--clients", type=int, default=4, help="default: 4")
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    asked = parser.parse_args()
    found = measured(asked.rolls, asked.clients)
    if asked.json:
        print(json.dumps(found))
    else:
        roll, latency = found["roll_seconds"], found["latency_ms"]
        print(machine())
        print(f"rolls      {found['rolls']} of one endpoint under {found['clients']} clients, each seen to answer")
        print(f"requests   {found['requests']}, answered by {found['versions']} versions")
        print(f"lost       {found['lost']}")
        print(f"a roll     {roll['median']:.2f} s (median), {roll['p90']:.2f} s (p90)")
        print(f"latency    {', '.join(f'{value:.0f} ms ({name})' for name, value in latency.items())}")
        print(f"processes  {found['processes_left']} left")
        for problem in found["problems"]:
            print(f"lost: {problem}", file=sys.stderr)
    whole = not found["lost"] and not found["processes_left"] and found["versions"] == found["rolls"] + 1
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
