"""Instances that are not there: what a job or endpoint is told when a `capacity` fault strikes it."""

from slipway.sandbox.faults.book import FaultBook

REASON = (
    "Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error. "
    "Please retry using a different ML instance type or after some time."
)
"""SageMaker's words for an endpoint; a job puts `CapacityError: ` before them."""


class Shortages:
    """Says why there are no instances, operation by operation."""

    def __init__(self, book: FaultBook) -> None:
        self._book = book

    def __call__(self, operation: str, name: str) -> str | None:
        """Return the reason, None when there are instances; counts a fault that strikes."""
        fault = self._book.strike(("capacity",), f"sagemaker:{operation}", lambda: iter([name]))
        if fault is None:
            return None
        return fault.message or (REASON if "Endpoint" in operation else f"CapacityError: {REASON}")
