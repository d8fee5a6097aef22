"""SageMaker's wire protocol, driven by botocore's model: JSON in, checked; JSON out, conforming."""

from __future__ import annotations

import json
import os
from functools import cache
from typing import TYPE_CHECKING, Any

from slipway.sandbox.sagemaker.conform import conform
from slipway.sandbox.sagemaker.errors import ApiError, validation
from slipway.sandbox.sagemaker.rules import problems

if TYPE_CHECKING:
    from botocore.model import OperationModel, ServiceModel, Shape

CHECK_VARIABLE = "SLIPWAY_SANDBOX_CHECK_ANSWERS"
"""Switches the check of our own answers on; it costs as much as the answer."""


class AnswerError(Exception):
    """An answer of ours that a client would not accept from AWS: a defect of the sandbox."""


@cache
def model() -> ServiceModel:
    """Botocore's description of SageMaker's API."""
    import botocore.session  # noqa: PLC0415  (0.1 s that a start without work need not pay)

    return botocore.session.get_session().get_service_model("sagemaker")


@cache
def operation_model(operation: str) -> OperationModel:
    """Return the shapes of one operation; raises ApiError for a name that AWS does not have."""
    if operation not in model().operation_names:
        raise ApiError("UnknownOperationException", f"no such operation: {operation}")
    return model().operation_model(operation)


def input_members(operation: str) -> dict[str, Shape]:
    """Return the shapes of an operation's parameters, by name."""
    shape = operation_model(operation).input_shape
    return {} if shape is None else dict(shape.members)


def output_members(operation: str) -> dict[str, Shape]:
    """Return the shapes of an operation's answer, by name."""
    shape = operation_model(operation).output_shape
    return {} if shape is None else dict(shape.members)


def parse(operation: str, body: bytes) -> dict[str, Any]:
    """Return the parameters of a request, without unknown members; raises a ValidationException of all problems."""
    shape = operation_model(operation).input_shape
    try:
        params = json.loads(body or b"{}")
    except ValueError as error:
        raise ApiError("SerializationException", f"the body is not JSON: {error}") from error
    if not isinstance(params, dict):
        raise ApiError("SerializationException", "the body is not a JSON object")
    if shape is None:
        return {}
    found = problems(shape, params)
    if found:
        count = f"{len(found)} validation error{'s' if len(found) > 1 else ''} detected: "
        raise validation(count + "; ".join(found))
    known: dict[str, Any] = conform(shape, params, keep_empty=True)
    return known


def serialise(operation: str, result: dict[str, Any]) -> bytes:
    """Return the body of an answer: members of the output shape only, no nulls, no empty structures.

    Raises AnswerError for an answer that breaks the model, where `CHECK_VARIABLE` asks for it: in every test.
    """
    shape = operation_model(operation).output_shape
    if shape is None:
        return b""
    answer = conform(shape, result)
    if os.environ.get(CHECK_VARIABLE):
        found = problems(shape, answer)
        if found:
            raise AnswerError(f"the answer of {operation} is not AWS's: {'; '.join(found)}")
    return json.dumps(answer, separators=(",", ":")).encode()
