"""The smoke call: real rows out of the model's own manifest, each answer held against what training saw."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeGuard

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient

TOLERANCE = 1e-6
"""How far an answer may be from the one in the manifest: serving and training compute with different libraries."""
_MODEL_ERROR = "ModelError"
_SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class Smoke:
    """What a smoke call found."""

    rows: int
    largest_difference: float | None
    """Between an answer and the manifest's; None when there was nothing to compare."""
    problem: str | None
    """Why the endpoint's answers are not the model's, or are not known; None when they are."""
    answered: bool = True
    """Whether the container answered at all: what nobody could ask is not wrong."""


def ask(runtime: SageMakerRuntimeClient, endpoint: str, manifest: Mapping[str, Any]) -> Smoke:
    """Send the manifest's examples as one JSON request and compare the answers with its predictions."""
    rows, wanted = manifest.get("examples"), manifest.get("example_predictions")
    if not rows or not wanted:
        return _unasked(0, "the model's manifest has no `examples` with `example_predictions`: training/ writes them")
    body = json.dumps({"instances": rows}).encode()
    try:
        answer = runtime.invoke_endpoint(
            EndpointName=endpoint, ContentType="application/json", Accept="application/json", Body=body
        )
        text = answer["Body"].read()
    except (ClientError, BotoCoreError) as error:
        if isinstance(error, ClientError) and error.response["Error"].get("Code") == _MODEL_ERROR:
            return _wrong(len(rows), f"the container refuses its own examples: {error}")
        return _unasked(len(rows), f"the endpoint can't be asked: {error}")
    try:
        got = json.loads(text)["predictions"]
    except (ValueError, KeyError, TypeError):
        return _wrong(len(rows), f'the endpoint answers {text[:_SHOWN]!r}, {{"predictions": [...]}} is expected')
    difference = distance(got, wanted)
    if difference is None or not difference <= TOLERANCE:
        told = f"{json.dumps(got)[:_SHOWN]}, the model itself answered {json.dumps(wanted)[:_SHOWN]}"
        return Smoke(rows=len(rows), largest_difference=difference, problem=f"the endpoint answers {told}")
    return Smoke(rows=len(rows), largest_difference=difference, problem=None)


def distance(got: object, wanted: object) -> float | None:
    """Return the largest difference between two JSON values of one shape; None when they differ in anything else."""
    if _is_number(got) and _is_number(wanted):
        difference = abs(got - wanted)
        return None if math.isnan(difference) else difference  # a NaN would be lost among larger numbers
    if isinstance(got, list) and isinstance(wanted, list) and len(got) == len(wanted):
        return _largest([distance(one, other) for one, other in zip(got, wanted, strict=True)])
    if isinstance(got, dict) and isinstance(wanted, dict) and got.keys() == wanted.keys():
        return _largest([distance(got[name], wanted[name]) for name in got])
    return 0.0 if type(got) is type(wanted) and got == wanted else None


def _largest(differences: list[float | None]) -> float | None:
    known = [one for one in differences if one is not None]
    return max(known, default=0.0) if len(known) == len(differences) else None


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _wrong(rows: int, problem: str) -> Smoke:
    return Smoke(rows=rows, largest_difference=None, problem=problem)


def _unasked(rows: int, problem: str) -> Smoke:
    return Smoke(rows=rows, largest_difference=None, problem=problem, answered=False)
