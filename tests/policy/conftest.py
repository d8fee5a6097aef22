"""Stacks for rules, written as YAML."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy

from policy.judging import Judgement, judge
from policy.rules import RULES
from policy.seen import Seen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CASES: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text("utf-8"))
RULES_BY_NAME = {rule.name: rule for rule in RULES}


@pytest.fixture
def cases() -> dict[str, dict[str, Any]]:
    """Return the table of rules and stacks."""
    return CASES


@pytest.fixture
def judged() -> Callable[..., Judgement]:
    """Put a rule to a stack of the table, edited: `judged(rule, stack, edits, settings=..., waivers=...)`."""

    def put(name: str, edits: Any = None, *, environment: Any = "prod", settings: Any = None, waivers: Any = ()) -> Any:
        case, rule = CASES[name], RULES_BY_NAME[name]
        stack = seen_stack(case["stack"], edits or {})
        values = {**case.get("given", {}), **(settings or {})}
        return judge(rule, stack, environment=environment, settings=values, waivers=waivers, stack=stack)

    return put


def seen_stack(rows: list[list[Any]], edits: Mapping[str, Any]) -> list[Seen]:
    """Return the resources of a table's stack after edits."""
    rows = [[*copy.deepcopy(row), {}][:4] for row in rows if edits.get(row[1], {}) is not None]
    needs: dict[str, dict[str, list[Seen]]] = {row[1]: {} for row in rows}
    found: dict[str, Seen] = {}
    wanted: dict[str, Mapping[str, list[str]]] = {}
    for token, name, properties, comes_from in rows:
        changes = dict(edits.get(name, {}))
        wanted[name] = changes.pop("needs", comes_from)
        for path, value in changes.items():
            _edit(properties, path.split("."), value)
        found[name] = Seen(
            type=token if token.startswith(("aws-native:", "pulumi:")) else f"aws:{token}",
            name=name,
            urn=f"urn:{name}",
            protect=bool(properties.pop("protect", False)),
            properties=unknown_checking_proxy(_plain(properties)),
            needs=needs[name],
        )
    for name, sources in wanted.items():
        needs[name].update({key: [found[one] for one in names if one in found] for key, names in sources.items()})
    return list(found.values())


def _edit(holder: Any, path: list[str], value: Any) -> None:
    key: Any = int(path[0]) if isinstance(holder, list) else path[0]
    if len(path) > 1:
        _edit(holder[key], path[1:], value)
    elif value is None:
        del holder[key]
    else:
        holder[key] = value


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"json"}:
            return json.dumps(value["json"])
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return UNKNOWN_STRING_VALUE if value == "UNKNOWN" else value
