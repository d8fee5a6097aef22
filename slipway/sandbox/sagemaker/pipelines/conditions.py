"""Conditions of a Condition step: checked when the pipeline is made, judged when it runs; pure."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from slipway.sandbox.sagemaker.pipelines.errors import DefinitionError, UnresolvedError

_ORDERED: Mapping[str, Callable[[Any, Any], bool]] = {
    "GreaterThan": operator.gt,
    "GreaterThanOrEqualTo": operator.ge,
    "LessThan": operator.lt,
    "LessThanOrEqualTo": operator.le,
}
_MEMBERS = {
    **dict.fromkeys(("Equals", *_ORDERED), ("LeftValue", "RightValue")),
    "In": ("QueryValue", "Values"),
    "Not": ("Expression",),
    "Or": ("Conditions",),
}


def check_condition(condition: Any) -> None:
    """Refuse what cannot be judged. Raises DefinitionError."""
    kind = condition.get("Type") if isinstance(condition, dict) else None
    if kind not in _MEMBERS:
        raise DefinitionError(f"the condition type {kind!r} is unknown; {', '.join(_MEMBERS)} are known")
    missing = [member for member in _MEMBERS[kind] if member not in condition]
    if missing:
        raise DefinitionError(f"a condition {kind} needs {' and '.join(missing)}")
    for inner in [condition["Expression"]] if kind == "Not" else condition["Conditions"] if kind == "Or" else ():
        check_condition(inner)


def holds(condition: Mapping[str, Any]) -> bool:
    """Judge a condition whose references are resolved. Raises UnresolvedError for values that have no order."""
    kind = condition["Type"]
    if kind == "Not":
        return not holds(condition["Expression"])
    if kind == "Or":
        return any(holds(inner) for inner in condition["Conditions"])
    if kind == "In":
        return any(_equal(condition["QueryValue"], value) for value in condition["Values"])
    left, right = condition["LeftValue"], condition["RightValue"]
    if kind == "Equals":
        return _equal(left, right)
    if _is_number(left) != _is_number(right) or not isinstance(left, int | float | str):
        raise UnresolvedError(f"{kind} cannot compare {left!r} with {right!r}")
    return bool(_ORDERED[kind](left, right))


def _equal(left: Any, right: Any) -> bool:
    # Python takes True for 1
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
