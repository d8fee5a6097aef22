"""Runs one SageMaker operation: what is written by hand first, everything else from botocore's model."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from slipway.sandbox.sagemaker import crud, registry, search, tags
from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.errors import not_implemented

Operation = Callable[[dict[str, Any], Context], dict[str, Any]]
ENGINES = ("jobs", "endpoints")
"""Packages whose work starts processes; imported when the first operation is called."""


def dispatch(operation: str, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """The answer of an operation whose parameters are already validated; raises ApiError."""
    handler = operations().get(operation)
    if handler is None:
        raise not_implemented("sagemaker", operation)
    return handler(params, context)


@cache
def operations() -> Mapping[str, Operation]:
    """Every operation that the sandbox has, by name."""
    table: dict[str, Operation] = dict(crud.operations())
    for module in (tags, search, registry):
        table |= module.OPERATIONS
    for name in ENGINES:
        module_name = f"slipway.sandbox.sagemaker.{name}.operations"
        if importlib.util.find_spec(module_name) is not None:
            table |= importlib.import_module(module_name).OPERATIONS
    return table
