"""Check: from what the program gave to the inputs of the state.

Names, types and bounds, then defaults, automatic names and default tags.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slipway.sandbox.provider.declaration import Properties, ResourceType
from slipway.sandbox.provider.naming import Mode, automatic_name, name_of
from slipway.sandbox.provider.shapes import Finding, findings
from slipway.sandbox.provider.wire import UNKNOWN, Path, is_asset

DEFAULTS = "__defaults"


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The inputs as they go into the state, or what is wrong with what was given."""

    inputs: dict[str, Any]
    secrets: frozenset[Path]
    problems: list[Finding]


def check(
    kind: ResourceType,
    news: Properties,
    olds: Properties,
    secrets: frozenset[Path],
    *,
    urn: str,
    seed: bytes,
    autonaming: Mode | None,
    default_tags: Mapping[str, str],
) -> Checked:
    """All of Check for one resource; every problem at once."""
    inputs = {name: value for name, value in news.items() if name != DEFAULTS}
    for name in kind.document_inputs & inputs.keys():
        inputs[name] = _as_document(inputs[name])
    refused: list[Finding] = [
        ((name,), f"{name} is not supported by the sandbox's provider: {kind.unsupported[name]}")
        for name in sorted(kind.unsupported.keys() & inputs.keys())
    ]
    refused += _not_one(kind.exactly_one, inputs)
    filled: set[str] = set()
    problem = _fill_name(kind, inputs, olds, filled, urn=urn, seed=seed, autonaming=autonaming)
    # an automatic name is judged too: AWS's limit can be below the one that names are cut to
    problems = [*findings(inputs, kind.facts.shape, secrets), *refused, *([problem] if problem else [])]
    for name, value in kind.facts.defaults.items():
        if name not in inputs:
            inputs[name] = value
            filled.add(name)
    inputs[DEFAULTS] = sorted(filled)
    if kind.facts.tagged:
        inputs["tagsAll"] = _all_tags(inputs.get("tags"), default_tags)
        if any(path[0] == "tags" for path in secrets):
            secrets |= _tag_secrets(secrets)
    return Checked(inputs=inputs, secrets=secrets, problems=problems)


def _not_one(names: frozenset[str], inputs: Properties) -> list[Finding]:
    given = sorted(names & inputs.keys())
    if not names or len(given) == 1:
        return []
    told = f"exactly one of {', '.join(sorted(names))} must be given, got {' and '.join(given) or 'none'}"
    return [((name,), told) for name in given or sorted(names)[:1]]


def _as_document(value: Any) -> Any:
    # the SDK lets a program give a policy as an object; AWS and the state know texts only
    if isinstance(value, Mapping) and not is_asset(value):
        return UNKNOWN if _unknown_inside(value) else json.dumps(value)
    return value


def _unknown_inside(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_unknown_inside(item) for item in value.values())
    if isinstance(value, list):
        return any(_unknown_inside(item) for item in value)
    return value is UNKNOWN


def _fill_name(
    kind: ResourceType,
    inputs: dict[str, Any],
    olds: Properties,
    filled: set[str],
    *,
    urn: str,
    seed: bytes,
    autonaming: Mode | None,
) -> Finding | None:
    rule = kind.name
    if rule is None or rule.property in inputs:
        return None
    name = automatic_name(rule, inputs, olds, urn_name=name_of(urn), seed=seed or os.urandom(32), options=autonaming)
    if name is None:
        return (
            rule.property,
        ), f"missing required property {rule.property}: automatic names are disabled for this stack"
    inputs[rule.property] = name
    filled.add(rule.property)
    return None


def _all_tags(tags: Any, default_tags: Mapping[str, str]) -> Any:
    if tags is UNKNOWN or (isinstance(tags, Mapping) and _unknown_inside(tags)):
        return UNKNOWN
    return {**default_tags, **(tags if isinstance(tags, Mapping) else {})}


def _tag_secrets(secrets: frozenset[Path]) -> frozenset[Path]:
    """Give the paths in tagsAll of what is secret in tags, which would stand there in clear text otherwise."""
    return frozenset(("tagsAll", *path[1:]) for path in secrets if path[0] == "tags")
