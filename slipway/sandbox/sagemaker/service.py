"""Runs one SageMaker operation: what is written by hand first, everything else from botocore's model."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from slipway.sandbox.sagemaker import (
    associations,
    crud,
    hub_contents,
    image_versions,
    model_cards,
    registry,
    search,
    tags,
)
from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.errors import not_implemented

Operation = Callable[[dict[str, Any], Context], dict[str, Any]]


def dispatch(operation: str, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Return the answer of an operation whose parameters are already validated; raises ApiError."""
    handler = operations().get(operation)
    if handler is None:
        raise not_implemented("sagemaker", operation)
    return handler(params, context)


@cache
def operations() -> Mapping[str, Operation]:
    """Every operation that the sandbox has, by name."""
    # what starts processes is imported with the first operation: the sandbox answers before that
    from slipway.sandbox.sagemaker.endpoints.operations import OPERATIONS as ENDPOINTS  # noqa: PLC0415
    from slipway.sandbox.sagemaker.jobs.kinds import OPERATIONS as JOBS  # noqa: PLC0415
    from slipway.sandbox.sagemaker.pipelines.operations import OPERATIONS as PIPELINES  # noqa: PLC0415

    table: dict[str, Operation] = crud.operations()
    for room in (tags, search, registry, image_versions, model_cards, associations, hub_contents):
        table |= room.OPERATIONS
    table |= JOBS | ENDPOINTS | PIPELINES
    return table
