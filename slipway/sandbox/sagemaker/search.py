"""Search: records of a kind by filters on any member, nested ones by dots, combined by And or Or."""

import operator
from collections.abc import Callable
from typing import Any

from botocore.model import ListShape

from slipway.sandbox.sagemaker import kinds
from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.errors import validation
from slipway.sandbox.sagemaker.listing import cut
from slipway.sandbox.sagemaker.protocol import output_members

Record = dict[str, Any]
SEARCHED_ONLY = frozenset({"PipelineExecution"})
"""Kinds that have no Create of their own."""
NOUNS = {"ExperimentTrial": "Trial", "ExperimentTrialComponent": "TrialComponent"}


def search(params: Record, context: Context) -> Record:
    """One page of the records that satisfy the expression."""
    noun = NOUNS.get(params["Resource"], params["Resource"])
    if noun not in kinds.kinds() and noun not in SEARCHED_ONLY:
        raise validation(f"the sandbox cannot search {params['Resource']}: it has no such resources")
    results = output_members("Search")["Results"]
    if not isinstance(results, ListShape) or noun not in getattr(results.member, "members", {}):
        raise validation(f"{params['Resource']} cannot be searched")
    expression = params.get("SearchExpression", {})
    found = [record for record in context.store.all(context.scope, noun) if _satisfies(record, expression)]
    by = params.get("SortBy") or "LastModifiedTime"
    present = [record for record in found if _member(record, by) is not None]
    present.sort(key=lambda record: _sortable(_member(record, by)), reverse=params.get("SortOrder") != "Ascending")
    present += [record for record in found if _member(record, by) is None]
    records, token = cut(present, params)
    return {"Results": [{noun: record} for record in records], "NextToken": token}


def _sortable(value: Any) -> tuple[int, float, str]:
    """Numbers before texts, so that a member that holds both still has an order."""
    number = isinstance(value, int | float)
    return (0, float(value), "") if number else (1, 0.0, str(value))


def _satisfies(record: Record, expression: Record) -> bool:
    answers = [_passes(record, entry) for entry in expression.get("Filters", [])]
    answers += [_satisfies(record, inner) for inner in expression.get("SubExpressions", [])]
    for nested in expression.get("NestedFilters", []):
        items = _member(record, nested["NestedPropertyName"])
        prefix = nested["NestedPropertyName"] + "."
        filters = [{**entry, "Name": entry["Name"].removeprefix(prefix)} for entry in nested["Filters"]]
        candidates = items if isinstance(items, list) else []
        answers.append(any(all(_passes(item, entry) for entry in filters) for item in candidates))
    if not answers:
        return True
    return any(answers) if expression.get("Operator") == "Or" else all(answers)


def _passes(record: Record, entry: Record) -> bool:
    actual = _member(record, entry["Name"])
    comparison = entry.get("Operator", "Equals")
    if comparison in {"Exists", "NotExists"}:
        return bool((actual is not None) == (comparison == "Exists"))
    if actual is None:
        return bool(comparison == "NotEquals")
    wanted: str = entry.get("Value", "")
    return bool(COMPARE[comparison](actual, wanted))


def _member(record: Any, path: str) -> Any:
    """`Tags.KEY` is the tag's value, `HyperParameters.lr` the entry of a map, `Metrics.NAME` a metric's value."""
    head, _, rest = path.partition(".")
    if head == "Tags" and rest:
        return next((tag["Value"] for tag in record.get("Tags", []) if tag["Key"] == rest), None)
    if head == "Metrics" and rest:
        metrics = record.get("FinalMetricDataList", [])
        return next((metric["Value"] for metric in metrics if metric["MetricName"] == rest), None)
    value = record.get(head) if isinstance(record, dict) else None
    return _member(value, rest) if rest and value is not None else value


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, str], bool]:
    def passes(actual: Any, wanted: str) -> bool:
        if isinstance(actual, int | float) and not isinstance(actual, bool):
            try:
                return compare(float(actual), _number(wanted))
            except ValueError:
                return False
        return compare(str(actual), wanted)

    return passes


def _number(text: str) -> float:
    """Return a number, or a time written in ISO 8601 as seconds since the epoch."""
    from datetime import UTC, datetime  # noqa: PLC0415

    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _equals(actual: Any, wanted: str) -> bool:
    if isinstance(actual, bool):
        return str(actual).lower() == wanted.lower()
    return bool(_ordered(operator.eq)(actual, wanted))


COMPARE: dict[str, Callable[[Any, str], bool]] = {
    "Equals": _equals,
    "NotEquals": lambda actual, wanted: not _equals(actual, wanted),
    "GreaterThan": _ordered(operator.gt),
    "GreaterThanOrEqualTo": _ordered(operator.ge),
    "LessThan": _ordered(operator.lt),
    "LessThanOrEqualTo": _ordered(operator.le),
    "Contains": lambda actual, wanted: wanted.lower() in str(actual).lower(),
    "In": lambda actual, wanted: str(actual) in [part.strip() for part in wanted.split(",")],
}

OPERATIONS = {"Search": search}
