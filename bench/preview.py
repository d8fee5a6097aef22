"""What it costs to read, rank, price and render a plan of 20,000 steps. The goal: from plan to pages under 3 seconds.

Run it in the project's virtual environment and folder: `python -m bench.preview [--steps 20000] [--rounds 5]`.
The log is made up in the shape of real ones: buckets, roles' policies, endpoints with their configurations and
log groups, a fifth each; a third is created, a third updated, the rest replaced, deleted or left alone.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import time
from typing import TYPE_CHECKING, Any

from bench.machine import machine
from slipway.preview.command import uncollected
from slipway.preview.markdown.pages import LIMIT, pages
from slipway.preview.reading import plan
from slipway.preview.review import review
from slipway.preview.terminal import lines

if TYPE_CHECKING:
    from collections.abc import Iterator

GOAL_SECONDS = 3.0
TYPES = ("aws:s3/bucket:Bucket", "aws:iam/rolePolicy:RolePolicy", "aws:sagemaker/endpoint:Endpoint",
         "aws:sagemaker/endpointConfiguration:EndpointConfiguration", "aws:cloudwatch/logGroup:LogGroup")  # fmt: skip
OPERATIONS = ("create", "update", "create", "update", "replace", "delete", "update", "create", "same")


def main() -> None:
    """Print the machine, the medians and whether the goal is met."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--steps", type=int, default=20_000)
    words.add_argument("--rounds", type=int, default=5)
    given = words.parse_args()
    log = [json.dumps(event).encode() + b"\n" for event in events(given.steps)]
    print(machine())
    size = f"{len(log):,} lines, {sum(map(len, log)) / 1e6:.1f} MB"
    print(f"{given.steps:,} steps, {size}; CPU seconds, medians of {given.rounds}")
    taken: dict[str, list[float]] = {}
    for _ in range(given.rounds):
        with uncollected():
            begun = time.process_time()
            read = plan(log)
            been_read = time.process_time()
            found = review(read)
            reviewed = time.process_time()
            written = pages(found)
            lines(found)
            ended = time.process_time()
        for name, seconds in (
            ("read the log", been_read - begun),
            ("rank, price, digest", reviewed - been_read),
            ("render terminal and pages", ended - reviewed),
            ("from plan to pages", ended - been_read),
            ("in all", ended - begun),
        ):
            taken.setdefault(name, []).append(seconds)
    for name, seconds in taken.items():
        print(f"  {name:<26} {statistics.median(seconds):6.2f} s  ({min(seconds):.2f} to {max(seconds):.2f})")
    sizes = [len(page) for page in written]
    print(f"  {len(found.rows):,} rows on {len(sizes)} pages of at most {max(sizes):,} of {LIMIT:,} characters")
    print(f"  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    whole = statistics.median(taken["from plan to pages"])
    verdict = "met" if whole < GOAL_SECONDS else "MISSED"
    print(f"goal from plan to pages under {GOAL_SECONDS:g} s: {verdict} ({whole:.2f} s)")


def events(steps: int) -> Iterator[dict[str, Any]]:
    """Yield the events of a made-up preview."""
    yield {"preludeEvent": {"config": {}}}
    for number in range(steps):
        yield from _step(number, TYPES[number % len(TYPES)], OPERATIONS[number // len(TYPES) % len(OPERATIONS)])
    yield {"summaryEvent": {"maybeCorrupt": False, "isPreview": True, "resourceChanges": {}, "result": "succeeded"}}


def _step(number: int, token: str, operation: str) -> Iterator[dict[str, Any]]:
    name = f"thing-{number}"
    urn = f"urn:pulumi:dev::bench::slipway:bench:Group${token}::{name}"
    old = None if operation == "create" else _state(number, token, name, 1)
    new = None if operation == "delete" else _state(number, token, name, 1 if operation == "same" else 2)
    halves = ("create-replacement", "replace", "delete-replaced") if operation == "replace" else (operation,)
    for half in halves:
        metadata = {
            "op": half,
            "urn": urn,
            "type": token,
            "old": old,
            "new": None if half == "delete-replaced" else new,
        }
        yield {"resourcePreEvent": {"metadata": metadata, "planning": True}}


def _state(number: int, token: str, name: str, version: int) -> dict[str, Any]:
    inputs: dict[str, Any] = {"__defaults": ["name"], "name": f"{name}-0a1b2c3", "tags": {"version": str(version)}}
    if "rolePolicy" in token:
        actions = ["s3:GetObject", "s3:ListBucket", "s3:PutObject"][: version + 1]
        statement = {"Effect": "Allow", "Action": actions, "Resource": [f"arn:aws:s3:::lake-{number}/*"]}
        inputs |= {"role": f"role-{number % 50}", "policy": json.dumps({"Statement": [statement] * 3})}
    elif token.endswith(":Endpoint"):
        inputs |= {"endpointConfigName": f"thing-{number + 1}-0a1b2c3"}
    elif "endpointConfiguration" in token:
        variant = {"variantName": "a", "instanceType": "ml.m5.large", "initialInstanceCount": 3 - version}
        inputs |= {"productionVariants": [variant]}
    else:
        inputs |= {"retentionInDays": 30 * version, "bucket": f"{name}-0a1b2c3"}
    return {"type": token, "custom": True, "id": name, "inputs": inputs, "outputs": inputs}


if __name__ == "__main__":
    main()
