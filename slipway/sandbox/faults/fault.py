"""One fault: which calls it meets, how often, and what it makes of them."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from fnmatch import fnmatchcase
from typing import Any

KINDS = ("throttle", "capacity", "refuse", "delay", "lose")
"""`throttle` and `refuse` answer instead of the service, `delay` waits first, `lose` lets the call take its effect and
drops the answer, `capacity` lets a job or endpoint begin and then fail for want of instances."""
LONGEST_DELAY = 300.0
"""Seconds; a client's own patience is 60 by default."""
MOST = 1_000_000
SHORTAGES = ("CreateEndpoint", "CreateProcessingJob", "CreateTrainingJob", "CreateTransformJob", "UpdateEndpoint")
"""SageMaker's operations behind which instances must be found."""


class FaultError(ValueError):
    """A fault that makes no sense; the message says what is wrong, what is allowed and what to do."""


@dataclass(frozen=True)
class Fault:
    """A fault as it was asked for, and how often it may still strike."""

    kind: str
    operation: str
    """`sagemaker:CreateEndpoint`, with IAM's prefix of the service; `*` and `?` stand for anything: `s3:Put*`."""
    resource: str = "*"
    """A name, ARN or key among the call's parameters, with `*` and `?`; `*` meets every call."""
    times: int | None = None
    """How often it strikes; without end when left out."""
    after: int = 0
    """How many of the calls that it meets pass before it strikes first."""
    seconds: float = 1.0
    """How long a `delay` takes."""
    code: str = ""
    """AWS's error code of a `refuse` or `throttle`; the service's own word for throttling when left out."""
    message: str = ""
    status: int = 0
    """HTTP status of a `refuse`; 400 when left out."""

    def __post_init__(self) -> None:
        """Raise FaultError with everything that is wrong at once."""
        problems = list(self._problems())
        if problems:
            raise FaultError("; ".join(problems))

    def _problems(self) -> Iterator[str]:
        if self.kind not in KINDS:
            yield f"kind must be one of {', '.join(KINDS)}, got {self.kind!r}"
        service, colon, operation = self.operation.partition(":")
        if not (service and colon and operation):
            yield f"operation must be SERVICE:OPERATION such as sagemaker:CreateModel or s3:*, got {self.operation!r}"
        elif self.kind == "capacity" and not any(
            fnmatchcase(f"sagemaker:{each}", self.operation) for each in SHORTAGES
        ):
            yield f"capacity runs out behind sagemaker:{', sagemaker:'.join(SHORTAGES)} only, got {self.operation!r}"
        if self.times is not None and not 1 <= self.times <= MOST:
            yield f"times must be from 1 to {MOST}, got {self.times}"
        if not 0 <= self.after <= MOST:
            yield f"after must be from 0 to {MOST}, got {self.after}"
        if not 0 < self.seconds <= LONGEST_DELAY:
            yield f"seconds must be above 0 and at most {LONGEST_DELAY:g}, got {self.seconds:g}"
        if self.status and not 400 <= self.status <= 599:  # noqa: PLR2004  (HTTP's errors)
            yield f"status must be from 400 to 599, got {self.status}"
        if self.kind == "refuse" and not self.code:
            yield "refuse needs the error code that AWS would answer, such as ResourceLimitExceeded: give one as code"

    def meets(self, operation: str, texts: Iterator[str]) -> bool:
        """Tell whether a call is one of those that it is about; `texts` are the call's names, ARNs and keys."""
        if not fnmatchcase(operation.lower(), self.operation.lower()):
            return False
        return self.resource == "*" or any(fnmatchcase(text, self.resource) for text in texts)

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)


TYPES: Mapping[str, tuple[type, ...]] = {
    "kind": (str,),
    "operation": (str,),
    "resource": (str,),
    "times": (int, type(None)),
    "after": (int,),
    "seconds": (int, float),
    "code": (str,),
    "message": (str,),
    "status": (int,),
}


def fault_of(document: Any) -> Fault:
    """Read a fault from JSON. Raises FaultError."""
    if not isinstance(document, dict):
        raise FaultError(f"a fault is a JSON object, got {type(document).__name__}")
    strangers = sorted(document.keys() - TYPES.keys())
    if strangers:
        raise FaultError(f"a fault has no {', '.join(strangers)}; it has {', '.join(TYPES)}")
    for name, value in document.items():
        if not isinstance(value, TYPES[name]) or isinstance(value, bool):
            wanted = " or ".join("nothing" if each is type(None) else each.__name__ for each in TYPES[name])
            raise FaultError(f"{name} must be {wanted}, got {value!r}")
    missing = [each.name for each in fields(Fault) if each.name in {"kind", "operation"} and each.name not in document]
    if missing:
        raise FaultError(f"a fault needs {' and '.join(missing)}")
    return Fault(**document)
