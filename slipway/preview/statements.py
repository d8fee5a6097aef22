"""Statements of policy documents as grants: who may do what on what, and under which conditions; pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slipway.preview import conditions
from slipway.preview.globs import covers, literal, overlap
from slipway.preview.values import is_known

if TYPE_CHECKING:
    from slipway.preview.conditions import Conditions

EVERYBODY = "everybody"
_ACCOUNT_DIGITS = 12
_WIDE = "*"


@dataclass(frozen=True)
class Matched:
    """Actions, resources or principals: one pattern, or everything but some."""

    pattern: str = ""
    but: tuple[str, ...] = ()
    """Patterns that are left out; not empty for NotAction, NotResource and NotPrincipal."""

    def holds(self, other: Matched) -> bool:
        """Tell whether everything that `other` matches is matched here, too."""
        if not self.but:
            return self.pattern == "*" if other.but else covers(self.pattern, other.pattern)
        if other.but:
            return all(any(covers(theirs, ours) for theirs in other.but) for ours in self.but)
        return not any(overlap(ours, other.pattern) for ours in self.but)

    def words(self) -> str:
        """Return it as a person reads it."""
        return f"everything but {', '.join(self.but)}" if self.but else self.pattern


@dataclass(frozen=True, kw_only=True)
class Grant:
    """One principal, one action, one resource of a statement."""

    principal: Matched
    action: Matched
    """Its pattern in lower case: IAM compares actions so."""
    resource: Matched
    when: Conditions
    allows: bool = True
    label: str = ""
    """The statement's Sid, or its number."""
    spelt: str = ""
    """The action as it is written."""

    def covered_by(self, other: Grant) -> bool:
        """Tell whether whatever this one is about, under its conditions, the other one is about as well."""
        return (
            other.action.holds(self.action)
            and other.resource.holds(self.resource)
            and other.principal.holds(self.principal)
            and conditions.narrows(self.when, other.when)
        )


class Index:
    """Grants by their action, so that a role with hundreds of statements is compared in no time."""

    def __init__(self, grants: Iterable[Grant]) -> None:
        # action (or WIDE) to what the resource begins with before its first wildcard to grants
        self._held: dict[str, dict[str, list[Grant]]] = {}
        seen: set[tuple[object, ...]] = set()
        for one in grants:
            place = (one.principal, one.action, one.resource, frozenset(one.when.items()))
            if place in seen:
                continue
            seen.add(place)
            pattern = one.action.pattern
            action = _WIDE if one.action.but or "*" in pattern or "?" in pattern else pattern
            begins = "" if one.resource.but else literal(one.resource.pattern)
            self._held.setdefault(action, {}).setdefault(begins, []).append(one)

    def covers(self, grant: Grant) -> bool:
        """Tell whether one of them is about everything that a grant is about."""
        begins = literal(grant.resource.pattern)
        # an action without wildcards holds itself alone; a resource is held by what begins as it does
        for action in (grant.action.pattern, _WIDE):
            held = self._held.get(action)
            if held is not None:
                for end in range(len(begins) + 1):
                    like = held.get(begins[:end])
                    if like is not None and any(grant.covered_by(one) for one in like):
                        return True
        return False


class UnreadablePolicyError(ValueError):
    """A document that is not known yet, is a secret, or is no policy."""


def grants(document: Any, *, principal: str | None = None) -> list[Grant]:
    """Return the grants and denials of a document, JSON text or structure; none where there is none.

    `principal` is whose document it is; None where its statements name their own. Raises UnreadablePolicyError.
    """
    if document is None or document == "":
        return []
    if isinstance(document, str):
        try:
            document = json.loads(document)
        except (ValueError, RecursionError) as error:
            raise UnreadablePolicyError("is no JSON") from error
    if not is_known(document):
        raise UnreadablePolicyError("is not known before it is applied")
    if not isinstance(document, Mapping):
        raise UnreadablePolicyError("is no policy document")
    found = document.get("Statement") or []
    statements = found if isinstance(found, list) else [found]
    return [grant for number, one in enumerate(statements, start=1) for grant in _of(one, number, principal)]


def _of(statement: Any, number: int, principal: str | None) -> Iterator[Grant]:
    when = conditions.read(statement.get("Condition")) if isinstance(statement, Mapping) else None
    if not isinstance(statement, Mapping) or when is None or statement.get("Effect") not in ("Allow", "Deny"):
        raise UnreadablePolicyError(f"has a statement in no known form (number {number})")
    who = [Matched(principal)] if principal is not None else list(_principals(statement))
    actions = _matched(statement, "Action", "NotAction")
    resources = _matched(statement, "Resource", "NotResource") or [Matched("*")]
    for one in who:
        for action in actions:
            for resource in resources:
                yield Grant(
                    principal=one,
                    action=Matched(action.pattern.lower(), tuple(item.lower() for item in action.but)),
                    resource=resource,
                    when=when,
                    allows=statement.get("Effect") == "Allow",
                    label=str(statement.get("Sid") or f"number {number}"),
                    spelt=action.words(),
                )


def _matched(statement: Mapping[str, Any], name: str, but: str) -> list[Matched]:
    if but in statement:
        return [Matched("*", tuple(sorted(_many(statement[but]))))]
    return [Matched(one) for one in sorted(_many(statement.get(name)))]


def _principals(statement: Mapping[str, Any]) -> Iterator[Matched]:
    if "NotPrincipal" in statement:
        yield Matched("*", tuple(sorted(_who(statement["NotPrincipal"]))) or ("nobody",))
    else:
        yield from (Matched(one) for one in sorted(_who(statement.get("Principal"))))


def _who(raw: Any) -> Iterator[str]:
    if isinstance(raw, Mapping):
        for kind, values in raw.items():
            for one in _many(values):
                yield _aws(one) if kind == "AWS" else one if kind == "Service" else f"{kind}:{one}"
    else:
        yield from (_aws(one) for one in _many(raw))


def _aws(one: str) -> str:
    # an account's number stands for its root
    return f"arn:aws:iam::{one}:root" if one.isdigit() and len(one) == _ACCOUNT_DIGITS else one


def _many(value: Any) -> set[str]:
    if value is None:
        return set()
    return {str(one) for one in value} if isinstance(value, list) else {str(value)}
