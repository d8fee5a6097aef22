"""What the sandbox itself costs: until it is ready, around a training job, until an endpoint is in service.

Run it in the project's virtual environment: `python bench/sandbox.py [--runs 5]`. Training and serving are the
project's own code on real flights. Every number is a median; nothing is compared.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

from machine import machine
from served import PROJECT, Served, control, sandbox

GOALS = {"ready": 1.5, "training job": 0.5, "create": 0.8, "update": 0.8}


def ready() -> float:
    """Return the seconds from `up` to the first answer of AWS's, in a new state folder."""
    with tempfile.TemporaryDirectory(prefix="slipway-bench-") as folder:
        state = Path(folder) / "state"
        started = time.monotonic()
        running = json.loads(control("up", state, "--port", "0", "--project", str(PROJECT)))
        up = time.monotonic() - started
        try:
            secret = json.loads(control("env", state))["AWS_SECRET_ACCESS_KEY"]
            client = Served(state, running["endpoint"], secret).client("sts")
            started = time.monotonic()
            client.get_caller_identity()
            return up + time.monotonic() - started
        finally:
            control("down", state)


def in_service(served: Served, run: int) -> tuple[float, float]:
    """Return the seconds until a new endpoint is in service, and until it is again after an update."""
    sagemaker, endpoint = served.client("sagemaker"), f"bench-{run}"
    old, new = served.config(f"old-{run}"), served.config(f"new-{run}")
    started = time.monotonic()
    sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName=old)
    served.settled(endpoint, old)
    created = time.monotonic() - started
    started = time.monotonic()
    sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=new)
    served.settled(endpoint, new)
    updated = time.monotonic() - started
    sagemaker.delete_endpoint(EndpointName=endpoint)
    return created, updated


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="how often each is measured (default: 5)")
    runs = parser.parse_args().runs
    print(machine())
    show("ready", "`sandbox up` to the first answer", [ready() for _ in range(runs)])
    with sandbox() as served, tempfile.TemporaryDirectory() as folder:
        served.land(Path(folder))
        jobs = [served.train(f"bench-{run}") for run in range(runs)]
        show("training job", "created to seen Completed, without its process", [whole - own for whole, own in jobs])
        process = statistics.median(own for _, own in jobs)
        print(f"{'':<13} {process:5.2f} s  its process, the project's training code")
        times = [in_service(served, run) for run in range(runs)]
        show("create", "endpoint, call to seen InService", [created for created, _ in times])
        show("update", "endpoint, call to seen InService", [updated for _, updated in times])


def show(name: str, what: str, seconds: list[float]) -> None:
    """Print a median and the range that it is of."""
    median = statistics.median(seconds)
    told = "met" if median < GOALS[name] else "missed"
    print(
        f"{name:<13} {median:5.2f} s  {what} (median of {len(seconds)}: {min(seconds):.2f} to {max(seconds):.2f}; "
        f"goal {GOALS[name]} s {told})",
        flush=True,
    )


if __name__ == "__main__":
    main()
