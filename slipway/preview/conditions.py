"""Conditions of statements: whether one set of conditions lets through no more than another; pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from typing import Any

from slipway.preview.globs import covers

Conditions = Mapping[tuple[str, str], frozenset[str]]
"""(operator, key), both in lower case, to the values."""


def read(raw: Any) -> Conditions | None:
    """Return the conditions of a statement; None where they are not in IAM's form."""
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        return None
    found: dict[tuple[str, str], frozenset[str]] = {}
    for operator, keys in raw.items():
        if not isinstance(keys, Mapping):
            return None
        for key, values in keys.items():
            many = values if isinstance(values, list) else [values]
            texts = frozenset(str(value).lower() if isinstance(value, bool) else str(value) for value in many)
            place = (str(operator).lower(), str(key).lower())
            # the same key in two spellings: both must hold, which one set of values can't say
            if place in found:
                return None
            found[place] = texts
    return found


def narrows(new: Conditions, old: Conditions) -> bool:
    """Tell whether everything that passes `new` passes `old`; False where this can't be shown."""
    return all(_implied(place, values, new) for place, values in old.items())


def _implied(place: tuple[str, str], old: frozenset[str], new: Conditions) -> bool:
    operator, key = place
    names = [operator]
    if operator.endswith("ifexists"):
        # holding where the key is missing, it asks less than the operator itself
        names.append(operator.removesuffix("ifexists"))
    return any(_within(operator.removesuffix("ifexists"), new[name, key], old) for name in names if (name, key) in new)


def _within(operator: str, new: frozenset[str], old: frozenset[str]) -> bool:
    prefix, colon, base = operator.rpartition(":")
    if new == old:
        return True
    if colon and prefix not in ("forallvalues", "foranyvalue"):
        return False
    if "not" in base:
        # what is excepted: more exceptions let through less
        return _each(old, new, _MATCHING.get(base.replace("not", ""), _same))
    if base in _ORDERED:
        return _ordered(_ORDERED[base], new, old)
    return _each(new, old, _MATCHING.get(base, _same))


def _each(narrow: frozenset[str], wide: frozenset[str], matching: Callable[[str, str], bool]) -> bool:
    return all(any(matching(one, other) for other in wide) for one in narrow)


def _same(narrow: str, wide: str) -> bool:
    return narrow == wide


def _same_letters(narrow: str, wide: str) -> bool:
    return narrow.lower() == wide.lower()


def _glob(narrow: str, wide: str) -> bool:
    return covers(wide, narrow)


def _network(narrow: str, wide: str) -> bool:
    try:
        inner, outer = ipaddress.ip_network(narrow, strict=False), ipaddress.ip_network(wide, strict=False)
    except ValueError:
        return narrow == wide
    if isinstance(inner, ipaddress.IPv4Network) and isinstance(outer, ipaddress.IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(inner, ipaddress.IPv6Network) and isinstance(outer, ipaddress.IPv6Network):
        return inner.subnet_of(outer)
    return False


def _ordered(sign: int, new: frozenset[str], old: frozenset[str]) -> bool:
    if len(new) != 1 or len(old) != 1:
        return False
    try:
        (now,), (was,) = map(float, new), map(float, old)
    except ValueError:
        return False
    return now * sign <= was * sign


_MATCHING: dict[str, Callable[[str, str], bool]] = {
    "stringlike": _glob,
    "arnlike": _glob,
    "arnequals": _glob,  # the two ARN operators are the same one
    "stringequalsignorecase": _same_letters,
    "ipaddress": _network,
}
_ORDERED = {
    "numericlessthan": 1,
    "numericlessthanequals": 1,
    "numericgreaterthan": -1,
    "numericgreaterthanequals": -1,
}
