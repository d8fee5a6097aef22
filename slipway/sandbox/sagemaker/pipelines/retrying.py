"""Retry policies of a step: which failures are tried again, after how long, and how often; pure.

Source: the developer guide's page "Retry Policy for Pipeline Steps".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slipway.sandbox.sagemaker.pipelines.errors import DefinitionError

SERVICE_FAULT, THROTTLING = "Step.SERVICE_FAULT", "Step.THROTTLING"
INTERNAL_ERROR, CAPACITY = "SageMaker.JOB_INTERNAL_ERROR", "SageMaker.CAPACITY_ERROR"
RESOURCE_LIMIT = "SageMaker.RESOURCE_LIMIT"
KINDS = (SERVICE_FAULT, THROTTLING, INTERNAL_ERROR, CAPACITY, RESOURCE_LIMIT)
_STARTS = {"InternalServerError": INTERNAL_ERROR, "CapacityError": CAPACITY, "ResourceLimitExceeded": RESOURCE_LIMIT}


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """How some kinds of failure are tried again."""

    kinds: frozenset[str]
    interval: float = 1.0
    """Seconds before the first retry."""
    backoff: float = 2.0
    """By which the pause grows from one retry to the next."""
    attempts: int | None = 5
    """Retries at most; None for no bound but `expire`."""
    expire: float | None = None
    """Seconds after the step's start beyond which no retry begins."""


DEFAULT = (RetryPolicy(kinds=frozenset({SERVICE_FAULT, THROTTLING})),)
"""Without RetryPolicies SageMaker retries these two by itself."""


def policies_of(documents: Any) -> tuple[RetryPolicy, ...]:
    """Read a step's RetryPolicies. Raises DefinitionError."""
    if documents is None:
        return DEFAULT
    policies = []
    for document in documents:
        kinds = frozenset(document.get("ExceptionType", ()))
        unknown = sorted(kinds - set(KINDS))
        if unknown or not kinds:
            raise DefinitionError(f"RetryPolicies: ExceptionType {unknown} is unknown; {', '.join(KINDS)} are known")
        expire = document.get("ExpireAfterMin")
        policies.append(
            RetryPolicy(
                kinds=kinds,
                interval=float(document.get("IntervalSeconds", 1)),
                backoff=float(document.get("BackoffRate", 2.0)),
                attempts=document.get("MaxAttempts", None if expire is not None else 5),
                expire=None if expire is None else 60.0 * expire,
            )
        )
    return tuple(policies)


def pause_before_retry(policies: Sequence[RetryPolicy], kind: str, retry: int, elapsed: float) -> float | None:
    """Return the seconds to wait before a retry (1 for the first), None when there is none.

    `elapsed` is the time since the step started, in seconds. The first policy that names the kind decides.
    """
    policy = next((each for each in policies if kind in each.kinds), None)
    if policy is None or (policy.attempts is not None and retry > policy.attempts):
        return None
    pause = policy.interval * policy.backoff ** (retry - 1)
    return None if policy.expire is not None and elapsed + pause > policy.expire else pause


def kind_of_refusal(code: str, status: int) -> str:
    """Return the kind of failure that an API error is, empty when it is the caller's own."""
    if code in {"ThrottlingException", "Throttling", "TooManyRequestsException"}:
        return THROTTLING
    if code == "ResourceLimitExceeded":
        return RESOURCE_LIMIT
    # 501 is the sandbox's own: what it has not it will not have next time
    return SERVICE_FAULT if status >= 500 and status != 501 else ""  # noqa: PLR2004


def kind_of_job_failure(reason: str) -> str:
    """Return the kind of failure that a job's FailureReason tells, empty for the algorithm's and the caller's own."""
    return next((kind for start, kind in _STARTS.items() if reason.startswith(start)), "")
