"""Makes a value fit a shape of botocore's model: what the shape does not know falls out."""

from datetime import datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

NOTHING = object()


def conform(shape: Shape, value: Any, *, keep_empty: bool = False) -> Any:
    """Return the value with unknown members and nulls left out, and times as seconds since the epoch.

    Empty structures are left out too unless `keep_empty`: AWS does not answer `VpcConfig: {}`, and clients that check
    answers refuse it. The outermost value always stays.
    """
    fitted = _fit(shape, value, keep_empty=keep_empty)
    return {} if fitted is NOTHING else fitted


def _fit(shape: Shape, value: Any, *, keep_empty: bool) -> Any:
    if value is None:
        return NOTHING
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        return _structure(shape, value, keep_empty=keep_empty)
    if isinstance(shape, ListShape) and isinstance(value, list):
        return _present(_fit(shape.member, item, keep_empty=keep_empty) for item in value)
    if isinstance(shape, MapShape) and isinstance(value, dict):
        items = {key: _fit(shape.value, item, keep_empty=keep_empty) for key, item in value.items()}
        return {key: item for key, item in items.items() if item is not NOTHING}
    if isinstance(value, datetime):
        return round(value.timestamp(), 3)
    return value


def _structure(shape: StructureShape, value: dict[str, Any], *, keep_empty: bool) -> Any:
    required = set(shape.required_members)
    fitted: dict[str, Any] = {}
    for name, member in shape.members.items():
        if name not in value:
            continue
        item = _fit(member, value[name], keep_empty=keep_empty)
        if item is NOTHING and name in required and isinstance(value[name], dict):
            item = {}
        if item is not NOTHING:
            fitted[name] = item
    return fitted if fitted or keep_empty else NOTHING


def _present(items: Any) -> list[Any]:
    return [item for item in items if item is not NOTHING]
