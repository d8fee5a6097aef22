"""Runs one SageMaker operation: what is written by hand first, everything else from botocore's model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.errors import not_implemented

Operation = Callable[[dict[str, Any], Context], dict[str, Any]]


def dispatch(operation: str, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """The answer of an operation whose parameters are already validated; raises ApiError."""
    handler = operations().get(operation)
    if handler is None:
        raise not_implemented("sagemaker", operation)
    return handler(params, context)


def operations() -> Mapping[str, Operation]:
    """Every operation that the sandbox has, by name."""
    return {}
