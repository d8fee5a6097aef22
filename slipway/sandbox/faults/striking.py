"""Lets faults strike the calls that reach a service."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from slipway.sandbox.faults.book import FaultBook
from slipway.sandbox.faults.fault import Fault
from slipway.sandbox.gateway.app import Service
from slipway.sandbox.gateway.calls import Call, call_of
from slipway.sandbox.gateway.errors import error_answer, protocol_of
from slipway.sandbox.gateway.http import Answer, LostAnswerError, Request
from slipway.sandbox.gateway.sigv4 import Claim

THROTTLED = {
    "s3": ("SlowDown", 503),
    "ec2": ("RequestLimitExceeded", 503),
    "query": ("Throttling", 400),
    "rest-xml": ("Throttling", 400),
}
"""What a service calls throttling, by protocol; the others say ThrottlingException with status 400.

Source: botocore's retryable errors (`_retry.json`) and the error references of S3 and EC2.
"""


class Faulty:
    """A service that faults may strike; without any it costs one look at an empty list."""

    def __init__(self, service: Service, book: FaultBook, wait: Callable[[float], None] = time.sleep) -> None:
        self._service = service
        self._book = book
        self._wait = wait

    def answer(self, request: Request, claim: Claim, account: str) -> Answer:
        """Answer as the service does, unless a fault strikes. Raises LostAnswerError."""
        if self._book.empty:
            return self._service.answer(request, claim, account)
        call = call_of(request, claim.service)
        name = f"{call.prefix}:{call.operation}"
        delay = self._book.strike(("delay",), name, lambda: texts_of(call))
        if delay is not None:
            self._wait(delay.seconds)
        refused = self._book.strike(("throttle", "refuse"), name, lambda: texts_of(call))
        if refused is not None:
            return _refusal(refused, request, claim.service)
        answer = self._service.answer(request, claim, account)
        if self._book.strike(("lose",), name, lambda: texts_of(call)) is not None:
            raise LostAnswerError(f"the answer of {name} is lost on purpose")
        return answer


def _refusal(fault: Fault, request: Request, service: str) -> Answer:
    code, status = fault.code, fault.status or 400
    if fault.kind == "throttle":
        throttled, usual = THROTTLED.get(protocol_of(request, service), ("ThrottlingException", 400))
        code, status = fault.code or throttled, fault.status or usual
    message = fault.message or ("Rate exceeded" if fault.kind == "throttle" else f"refused on purpose ({code})")
    return error_answer(request, service, code, message, status)


def texts_of(call: Call) -> Iterator[str]:
    """Every text among a call's parameters, however deep; a bucket with its key also as `bucket/key`."""
    yield from _texts(call.params)
    if isinstance(call.params.get("Bucket"), str) and isinstance(call.params.get("Key"), str):
        yield f"{call.params['Bucket']}/{call.params['Key']}"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
