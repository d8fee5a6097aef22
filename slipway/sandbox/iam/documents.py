"""Policy documents, read once per text: a policy that is written anew is another text, so nothing grows stale.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

VARIABLES_SINCE = "2012-10-17"
"""Version of the language from which on `${...}` is a variable."""


class MalformedPolicyError(Exception):
    """A text is no policy document; the message says why."""


@dataclass(frozen=True)
class Statement:
    """One statement: its patterns as written; an element that is negated (`NotAction`) says so."""

    sid: str
    allows: bool
    actions: tuple[str, ...]
    not_actions: bool
    resources: tuple[str, ...] | None
    """None where a statement names none, as in a trust policy."""
    not_resources: bool
    principals: Mapping[str, tuple[str, ...]] | None
    """By kind (AWS, Service, Federated, CanonicalUser); None in a policy of an identity. `"*"` is every kind."""
    not_principals: bool
    condition: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Document:
    """A policy."""

    statements: tuple[Statement, ...]
    has_variables: bool


@lru_cache(maxsize=2048)
def parse(text: str) -> Document:
    """Read a policy document. Raises MalformedPolicyError."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise MalformedPolicyError(f"the policy is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise MalformedPolicyError("the policy is not a JSON object")
    return Document(
        tuple(_statement(each) for each in _items(document.get("Statement", []))),
        has_variables=document.get("Version") == VARIABLES_SINCE,
    )


def _statement(given: Any) -> Statement:
    if not isinstance(given, dict) or given.get("Effect") not in {"Allow", "Deny"}:
        raise MalformedPolicyError(f"a statement needs Effect Allow or Deny, got {given!r}")
    principals = given.get("NotPrincipal", given.get("Principal"))
    resources = given.get("NotResource", given.get("Resource"))
    return Statement(
        sid=str(given.get("Sid", "")),
        allows=given["Effect"] == "Allow",
        actions=_texts(given.get("NotAction", given.get("Action", []))),
        not_actions="NotAction" in given,
        resources=None if resources is None else _texts(resources),
        not_resources="NotResource" in given,
        principals=None if principals is None else _principals(principals),
        not_principals="NotPrincipal" in given,
        condition=_condition(given.get("Condition") or {}),
    )


def _principals(given: Any) -> Mapping[str, tuple[str, ...]]:
    if isinstance(given, dict):
        return {kind: _texts(values) for kind, values in given.items()}
    return dict.fromkeys(("AWS", "Service", "Federated"), _texts(given))


def _condition(given: Any) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    if not isinstance(given, dict) or not all(isinstance(keys, dict) for keys in given.values()):
        raise MalformedPolicyError(f"a Condition is {{operator: {{key: values}}}}, got {given!r}")
    return {operator: {key: _texts(values) for key, values in keys.items()} for operator, keys in given.items()}


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(_text(item) for item in _items(value))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
