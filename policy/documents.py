"""Policy documents of IAM, buckets, keys and queues, read into plain statements."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policy.seen import CannotJudgeError, at


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement with every `one or many` made a tuple."""

    label: str
    """Its Sid, or its number."""
    allows: bool
    actions: tuple[str, ...]
    not_actions: tuple[str, ...]
    resources: tuple[str, ...]
    not_resources: tuple[str, ...]
    principals: Mapping[str, tuple[str, ...]]
    """Kind (AWS, Service, Federated ...) to who; a bare "*" is the kind AWS."""
    excepts_principals: bool
    """Whether it has NotPrincipal."""
    condition: Mapping[str, Mapping[str, Any]]

    def condition_values(self, operator: str, key: str) -> tuple[str, ...]:
        """Return the values of a condition; operator and key are compared without case, as IAM does."""
        found: list[str] = []
        for name, keys in self.condition.items():
            if name.lower() == operator.lower():
                for one, values in keys.items():
                    if one.lower() == key.lower():
                        found += _many(values)
        return tuple(found)


def statements(properties: Mapping[str, Any], path: str) -> list[Statement]:
    """Return the statements of the document at a path, JSON text or structure; none where there is none.

    Raises CannotJudgeError for a text that is no policy document.
    """
    found = at(properties, path)
    if found in (None, ""):
        return []
    if isinstance(found, str):
        try:
            found = json.loads(found)
        except ValueError as error:
            raise CannotJudgeError(f"{path} is no JSON") from error
    if not isinstance(found, Mapping):
        raise CannotJudgeError(f"{path} is no policy document")
    return list(_statements(found))


def everybody(statement: Statement) -> bool:
    """Say whether a statement is about everybody: a principal "*", or everybody but a few."""
    return statement.excepts_principals or "*" in statement.principals.get("AWS", ())


def _statements(document: Mapping[str, Any]) -> Iterator[Statement]:
    raw = document.get("Statement") or []
    for number, one in enumerate([raw] if isinstance(raw, Mapping) else raw, start=1):
        principal = one.get("Principal", one.get("NotPrincipal", {}))
        kinds = {"AWS": principal} if isinstance(principal, str) else principal
        yield Statement(
            label=str(one.get("Sid") or f"number {number}"),
            allows=one.get("Effect") == "Allow",
            actions=_many(one.get("Action")),
            not_actions=_many(one.get("NotAction")),
            resources=_many(one.get("Resource")),
            not_resources=_many(one.get("NotResource")),
            principals={kind: _many(who) for kind, who in kinds.items()},
            excepts_principals="NotPrincipal" in one,
            condition=one.get("Condition") or {},
        )


def _many(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, (str, bool, int, float)):
        return (str(value),)
    return tuple(str(one) for one in value)
