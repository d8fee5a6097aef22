"""Step caching: what makes two runs of a step the same, and which earlier one still counts; pure.

Source: the developer guide's page "Caching pipeline steps".
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from slipway.sandbox.sagemaker.pipelines.errors import DefinitionError

CACHED_TYPES = frozenset({"Processing", "Training", "Transform"})
_IGNORED = frozenset({"ProcessingJobName", "TrainingJobName", "TransformJobName", "ExperimentConfig", "Tags"})
_DURATION = re.compile(
    r"P?(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?",
    re.IGNORECASE,
)
_SECONDS = {
    "years": 365 * 86_400,
    "months": 30 * 86_400,
    "weeks": 7 * 86_400,
    "days": 86_400,
    "hours": 3600,
    "minutes": 60,
    "seconds": 1,
}


def seconds_of(duration: str) -> int:
    """Return an ISO 8601 duration in seconds; AWS takes it without its P too: P30D, T12H. Raises DefinitionError."""
    found = _DURATION.fullmatch(duration)
    parts = {} if found is None else {name: int(value) for name, value in found.groupdict().items() if value}
    if not parts:
        raise DefinitionError(f"{duration!r} is no ISO 8601 duration such as P30D or PT12H")
    return sum(_SECONDS[name] * value for name, value in parts.items())


def expiry_of(step: Mapping[str, Any]) -> float | None:
    """Return for how many seconds a step's result may be used again, None when it may not. Raises DefinitionError."""
    config = step.get("CacheConfig") or {}
    if not config.get("Enabled"):
        return None
    if step["Type"] not in CACHED_TYPES:
        raise DefinitionError(f"a step of Type {step['Type']} cannot have a CacheConfig; {_listed()} can")
    expire = config.get("ExpireAfter")
    return float("inf") if expire is None else float(seconds_of(str(expire)))


def cache_key(step_type: str, arguments: Mapping[str, Any]) -> str:
    """Return a digest over what a step is asked to do, its references resolved; names and tags do not count."""
    counted = {name: value for name, value in arguments.items() if name not in _IGNORED}
    return hashlib.sha256(json.dumps([step_type, counted], sort_keys=True).encode()).hexdigest()


def newest_hit(
    executions: Iterable[Mapping[str, Any]], step_name: str, key: str, since: float
) -> tuple[str, dict[str, Any]] | None:
    """Return the newest run of a step that may stand for a new one, with its execution's ARN.

    It succeeded, was no cache hit itself, was asked for the same, and started at `since` (epoch seconds) or later.
    """
    found: list[tuple[float, str, dict[str, Any]]] = []
    for execution in executions:
        step = execution.get("Steps", {}).get(step_name)
        if (
            step is not None
            and step["StepStatus"] == "Succeeded"
            and "CacheHitResult" not in step
            and step.get("CacheKey") == key
            and step["StartTime"] >= since
        ):
            found.append((step["StartTime"], execution["PipelineExecutionArn"], step))
    if not found:
        return None
    _, arn, step = max(found, key=lambda each: each[0])
    return arn, step


def _listed() -> str:
    return ", ".join(sorted(CACHED_TYPES))
