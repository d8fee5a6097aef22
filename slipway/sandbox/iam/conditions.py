"""The Condition element: operators, sets, IfExists, and what a key that is not there means.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

import ipaddress
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from slipway.sandbox.iam.keys import RequestKeys
from slipway.sandbox.iam.wildcards import Variables, filled, matches

ALL, ANY = "ForAllValues:", "ForAnyValue:"
ARN_PARTS = 6

Compare = Callable[[str, str, Variables | None], bool]
"""Whether what the policy says (first) holds of what the request has (second)."""


def holds(condition: Mapping[str, Mapping[str, tuple[str, ...]]], keys: RequestKeys, *, has_variables: bool) -> bool:
    """Tell whether every operator holds for every key; operators that AWS does not have never hold."""
    variables = keys.one if has_variables else None
    return all(
        _holds(operator, key, wanted, keys, variables)
        for operator, pairs in condition.items()
        for key, wanted in pairs.items()
    )


def _holds(operator: str, key: str, wanted: tuple[str, ...], keys: RequestKeys, variables: Variables | None) -> bool:
    quantifier = next((each for each in (ALL, ANY) if operator.startswith(each)), "")
    name = operator.removeprefix(quantifier)
    actual = keys.values(key)
    if name == "Null":
        return any((actual is None) == (value.lower() == "true") for value in wanted)
    plain = name.removesuffix("IfExists")
    negated = plain in NEGATED
    compare = OPERATORS.get(NEGATED.get(plain, plain))
    if compare is None:
        return False
    if not actual:
        # ForAllValues holds for an empty set; a negated operator holds for a key that is not there
        return quantifier == ALL or name != plain or (negated and quantifier != ANY)

    def is_wanted(value: str) -> bool:
        return any(compare(each, value, variables) for each in wanted) != negated

    if quantifier == ALL or (negated and not quantifier):
        return all(is_wanted(value) for value in actual)
    return any(is_wanted(value) for value in actual)


def _string_equals(wanted: str, actual: str, variables: Variables | None) -> bool:
    return filled(wanted, variables) == actual


def _string_equals_ignoring_case(wanted: str, actual: str, variables: Variables | None) -> bool:
    text = filled(wanted, variables)
    return text is not None and text.lower() == actual.lower()


def _arn_like(wanted: str, actual: str, variables: Variables | None) -> bool:
    """Each of the six parts by itself: a star in one does not reach into the next. ArnEquals does the same."""
    patterns, parts = wanted.split(":", ARN_PARTS - 1), actual.split(":", ARN_PARTS - 1)
    if len(patterns) < ARN_PARTS or len(parts) < ARN_PARTS:
        return wanted == "*"
    return all(matches(pattern, part, variables) for pattern, part in zip(patterns, parts, strict=True))


def _bool(wanted: str, actual: str, _: Variables | None) -> bool:
    return wanted.lower() == actual.lower()


def _ip(wanted: str, actual: str, _: Variables | None) -> bool:
    try:
        return ipaddress.ip_address(actual) in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False


def _number(test: Callable[[float, float], bool]) -> Compare:
    def compare(wanted: str, actual: str, _: Variables | None) -> bool:
        try:
            return test(float(actual), float(wanted))
        except ValueError:
            return False

    return compare


def _date(test: Callable[[float, float], bool]) -> Compare:
    def compare(wanted: str, actual: str, _: Variables | None) -> bool:
        try:
            return test(_moment(actual), _moment(wanted))
        except ValueError:
            return False

    return compare


def _moment(text: str) -> float:
    """Return seconds since the epoch, from ISO 8601 or from a number of them."""
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()


TESTS: Mapping[str, Callable[[float, float], bool]] = {
    "Equals": lambda actual, wanted: actual == wanted,
    "LessThan": lambda actual, wanted: actual < wanted,
    "LessThanEquals": lambda actual, wanted: actual <= wanted,
    "GreaterThan": lambda actual, wanted: actual > wanted,
    "GreaterThanEquals": lambda actual, wanted: actual >= wanted,
}

OPERATORS: Mapping[str, Compare] = {
    "StringEquals": _string_equals,
    "StringEqualsIgnoreCase": _string_equals_ignoring_case,
    "StringLike": matches,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    "Bool": _bool,
    "BinaryEquals": _string_equals,
    "IpAddress": _ip,
    **{f"Numeric{name}": _number(test) for name, test in TESTS.items()},
    **{f"Date{name}": _date(test) for name, test in TESTS.items()},
}

NEGATED: Mapping[str, str] = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
}
