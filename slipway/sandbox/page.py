"""Writes docs/sandbox.md: what the sandbox serves, and how, read from its own tables.

`python -m slipway.sandbox.page` in a checkout; a test compares the file with what this would write.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Final

from slipway.sandbox.faults.fault import KINDS as FAULTS
from slipway.sandbox.moto_adapter.coverage import covered
from slipway.sandbox.sagemaker.kind_facts import REMEMBERED, UNDONE
from slipway.sandbox.sagemaker.protocol import model
from slipway.sandbox.sagemaker.service import operations

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "sandbox.md"

HEAD: Final = """\
# The sandbox: what it serves, and how

Written by `python -m slipway.sandbox.page`; change the tables that it reads, not this page.

One process on the loopback answers as AWS. The gateway checks the sender and the signature and routes by the service
that a request was signed for: SageMaker to the sandbox's own service, everything else to moto, in the same process and
with the corrections below. An operation that nobody serves is answered with status 501 and its name, never with a
lie. A change is answered when it is on disk: killed at any moment, the sandbox comes back with everything that it
acknowledged. `docs/limits.md` says what differs from AWS, `docs/provider.md` how resource types are served.
"""
RUN: Final = {
    "Endpoint": "serving processes with variants, weights, capture, deployments and rollbacks",
    "EndpointConfig": "what an endpoint serves, checked",
    "Model": "what an endpoint's process loads, checked",
    "ModelPackage": "versions, approval, events",
    "ModelPackageGroup": "versions, policy, deletion rules",
    "PipelineExecution": "steps that create real jobs, with conditions, caching, retries and property files",
    "ProcessingJob": "a process with the container's contract",
    "TrainingJob": "a process with the container's contract",
    "HyperParameterTuningJob": "real training jobs with values drawn at random, and the best of them",
    "TransformJob": "the model's serving process over every object",
}
"""What the hand-written operations of SageMaker do."""
SERVICES: Final = (
    "application-autoscaling", "athena", "budgets", "cloudtrail", "cloudwatch", "ec2", "ecr", "events", "iam",
    "kms", "lakeformation", "lambda", "logs", "resourcegroupstaggingapi", "s3", "scheduler", "secretsmanager", "sns",
    "sqs", "ssm", "sts",
)  # fmt: skip
"""The services of moto that the platform uses; moto has some 140 more."""


def written() -> str:
    """Return the page."""
    return "\n".join(line.rstrip(" ") for line in _lines()) + "\n"


def _lines() -> Iterator[str]:
    yield HEAD
    yield from _sagemaker()
    yield from _others()
    yield from _corrections()
    yield from _clockwork()
    yield "## What goes wrong on purpose"
    yield f"`slipway sandbox fault add` knows {', '.join(f'`{each}`' for each in FAULTS)}; `--help` shows examples."


def _sagemaker() -> Iterator[str]:
    known, served = set(model().operation_names), set(operations())
    yield f"## SageMaker: {len(served)} of {len(known)} operations"
    yield "Requests are checked by botocore's model; every answer is held to its output shape in every test."
    yield ""
    yield "| kind | what happens | operations |"
    yield "| --- | --- | --- |"
    told: set[str] = set()
    for noun in sorted({*RUN, *REMEMBERED, *UNDONE}):
        own = sorted(name for name in served if _noun_of(name) in {noun, f"{noun}s", _plural(noun)})
        if not own:
            continue
        told.update(own)
        how = RUN.get(noun) or (
            "remembered" if noun in REMEMBERED else "fails with a reason: the work is not done here"
        )
        yield f"| `{noun}` | {how} | {', '.join(_verb_of(name, noun) for name in own)} |"
    rest = sorted(served - told)
    yield f"| others | | {', '.join(rest)} |"
    yield ""
    yield f"Refused by name: {', '.join(sorted(known - served))}."
    yield ""


def _noun_of(operation: str) -> str:
    found = re.fullmatch(r"(?:Create|Describe|List|Update|Delete|Start|Stop|Retry)(\w+)", operation)
    return "" if found is None else found.group(1)


def _plural(noun: str) -> str:
    return f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"


def _verb_of(operation: str, noun: str) -> str:
    return operation.removesuffix(_plural(noun)).removesuffix(noun)


def _others() -> Iterator[str]:
    yield "## Everything else: moto"
    yield "How many of a service's operations moto has a method for; the others are answered with 501."
    yield ""
    yield "| service | operations |"
    yield "| --- | --- |"
    for service in SERVICES:
        have, known = covered(service)
        yield f"| {service} | {have} of {known} |"
    yield ""


def _corrections() -> Iterator[str]:
    from slipway.sandbox.moto_adapter import fixes  # noqa: PLC0415

    yield f"## Corrections of moto: {len(fixes.FIXES)}"
    yield from _said(fixes.FIXES)
    yield ""


def _clockwork() -> Iterator[str]:
    import importlib  # noqa: PLC0415
    import pkgutil  # noqa: PLC0415

    from slipway.sandbox import clockwork  # noqa: PLC0415

    yield "## What AWS does on its own"
    names = sorted(found.name for found in pkgutil.walk_packages(clockwork.__path__, f"{clockwork.__name__}."))
    yield from _said(importlib.import_module(name) for name in names)
    yield ""


def _said(modules: Iterable[ModuleType]) -> Iterator[str]:
    """Give the first line of what each module says of itself."""
    for module in modules:
        first = (module.__doc__ or "").strip().partition("\n")[0]
        yield f"- `{module.__name__.rpartition('sandbox.')[2]}`: {first}"


if __name__ == "__main__":
    DOCUMENT.write_text(written(), encoding="utf-8")
