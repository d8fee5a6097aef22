"""Many clients call many services at once: nothing may fail by us, nothing that was acknowledged may be lost.

Run it in the project's virtual environment: `python bench/mixed.py [--calls 100000] [--clients 50] [--kills 0]`. With
`--kills` the sandbox is killed (SIGKILL) that often on the way and started again. Exits 1 on a 5xx of ours, a lost
write, or memory that goes on growing.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from machine import machine
from mixed_calls import Mixed, prepare
from served import ACCOUNT, PROJECT, REGION, Served, control, sandbox

GROWTH = 1.5
"""The last quarter's memory may be this many times the second quarter's: the state itself is bounded."""


def clients_of(served: Served) -> Any:
    """Return a function that gives the client of a service; one pool of connections serves all threads."""
    made: dict[str, Any] = {}
    lock = threading.Lock()

    def client(service: str) -> Any:
        with lock:
            if service not in made:
                made[service] = boto3.Session().client(
                    service,  # type: ignore[call-overload]
                    region_name=REGION,
                    endpoint_url=served.endpoint,
                    aws_access_key_id=ACCOUNT,
                    aws_secret_access_key=served.secret,
                    config=Config(retries={"total_max_attempts": 1}, inject_host_prefix=False, max_pool_connections=64),
                )
            return made[service]

    return client


def measured(calls: int, clients: int, kills: int) -> dict[str, Any]:
    """Run it all and return the numbers."""
    with sandbox() as served:
        client = clients_of(served)
        prepare(client)
        over = threading.Event()
        workers = [Mixed(number, client) for number in range(clients)]
        threads = [threading.Thread(target=each.run, args=(calls // clients, over)) for each in workers]
        started = time.monotonic()
        for thread in threads:
            thread.start()
        memory = _watched(served, workers, threads, calls, kills)
        took = time.monotonic() - started
        lost = [problem for each in workers for problem in each.lost()]
    made = sum((each.calls for each in workers), Counter[str]())
    errors = [problem for each in workers for problem in each.errors]
    return {
        "calls": sum(made.values()),
        "operations": len(made),
        "clients": clients,
        "kills": kills,
        "seconds": took,
        "errors": len(errors),
        "unanswered": sum(each.unanswered for each in workers),
        "known": sum(len(each.known) for each in workers),
        "lost": len(lost),
        "problems": (errors + lost)[:10],
        "memory_mib": memory,
    }


def _watched(
    served: Served, workers: list[Mixed], threads: list[threading.Thread], calls: int, kills: int
) -> list[float]:
    """Kill and restart on the way, and return the sandbox's memory at each tenth of the calls, in MiB."""
    moments = random.Random(calls)  # noqa: S311  (when it is killed is no secret)
    due = sorted(moments.uniform(0.05, 0.95) * calls for _ in range(kills))
    memory: list[float] = []
    while any(thread.is_alive() for thread in threads):
        done = sum(sum(each.calls.values()) for each in workers)
        if due and done >= due[0]:
            del due[0]
            _kill_and_restart(served)
        if done >= calls * (len(memory) + 1) / 10:
            memory.append(_memory(served))
            print(f"{done} calls, {memory[-1]:.0f} MiB", file=sys.stderr, flush=True)
        time.sleep(0.02)
    return memory


def _pid(served: Served) -> int:
    return int(json.loads((served.state / "sandbox.json").read_text())["pid"])


def _memory(served: Served) -> float:
    status = Path(f"/proc/{_pid(served)}/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))


def _kill_and_restart(served: Served) -> None:
    os.kill(_pid(served), signal.SIGKILL)
    port = served.endpoint.rpartition(":")[2]
    for _ in range(20):  # the port of the killed one may rest for a moment
        try:
            control("up", served.state, "--port", port, "--project", str(PROJECT))
        except (SystemExit, subprocess.CalledProcessError):
            time.sleep(0.25)
        else:
            return
    raise SystemExit("the sandbox did not come back")


def main() -> int:
    """Measure, print, and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=100_000, help="default: 100000")
    parser.add_argument("--clients", type=int, default=50, help="default: 50")
    parser.add_argument("--kills", type=int, default=0, help="how often the sandbox is killed on the way, default: 0")
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    asked = parser.parse_args()
    found = measured(asked.calls, asked.clients, asked.kills)
    memory = found["memory_mib"]
    bounded = len(memory) < 8 or max(memory[-3:]) <= GROWTH * max(memory[2:5])
    if asked.json:
        print(json.dumps(found))
    else:
        print(machine())
        print(f"calls      {found['calls']} of {found['operations']} operations by {found['clients']} clients")
        print(f"speed      {found['calls'] / found['seconds']:.0f} calls a second, clients on the same cores")
        print(f"errors     {found['errors']} answered, {found['unanswered']} unanswered ({found['kills']} kills)")
        print(f"lost       {found['lost']} of {found['known']} things whose last state was acknowledged")
        print(f"memory     {', '.join(f'{each:.0f}' for each in memory)} MiB at each tenth")
        for problem in found["problems"]:
            print(f"problem: {problem}", file=sys.stderr)
    return 0 if bounded and not found["errors"] and not found["lost"] else 1


if __name__ == "__main__":
    sys.exit(main())
