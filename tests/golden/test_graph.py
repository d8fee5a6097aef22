"""Exactly what dev, staging and prod register."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from infra.program import deploy

if TYPE_CHECKING:
    from collections.abc import Callable

STACKS = ["dev", "staging", "prod"]

pytestmark = pytest.mark.usefixtures("project_folder")


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_without_a_release_registers_what_its_golden_file_says(
    stack: str, golden: Any, run_program: Any, stack_config: Callable[[str], dict[str, Any]]
) -> None:
    graph = run_program(deploy, stack=stack, config=stack_config(stack))
    golden.check(f"{stack}.yaml", _text(_described(graph), graph.exports))


@pytest.mark.parametrize("stack", STACKS)
def test_a_release_adds_what_the_golden_file_says(
    stack: str,
    golden: Any,
    run_program: Any,
    stack_config: Callable[[str], dict[str, Any]],
    pinned_release: Callable[..., dict[str, Any]],
) -> None:
    config = stack_config(stack)
    before = run_program(deploy, stack=stack, config=config)
    account = config["slipway:stack"]["account"]
    config["slipway:release"] = {"current": pinned_release(2, account), "previous": pinned_release(1, account)}
    after = run_program(deploy, stack=stack, config=config)

    there = _described(before)
    added = [one for one in _described(after) if one not in there]
    exports = {name: value for name, value in after.exports.items() if before.exports.get(name) != value}
    golden.check(f"{stack}-released.yaml", _text(added, exports))


def _described(graph: Any) -> list[dict[str, Any]]:
    described = [
        {
            "type": one.type,
            "name": one.name,
            "parent": one.parent,
            "provider": one.provider,
            **({"protect": True} if one.protect else {}),
            **({"deleted_with": one.deleted_with} if one.deleted_with else {}),
            **({"retain_on_delete": True} if one.retain_on_delete else {}),
            "depends_on": list(one.depends_on),
            "inputs": _readable(one.inputs),
        }
        for one in graph.resources
    ]
    return sorted(described, key=lambda one: (one["type"], one["name"]))


def _readable(value: Any) -> Any:
    """Show JSON texts as what they say and assets as their paths: a reviewer reads policies, not escapes."""
    if isinstance(value, dict):
        return {key: _readable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_readable(inner) for inner in value]
    if isinstance(value, str) and value.startswith("{"):
        return {"json text": json.loads(value)}
    if isinstance(value, float) and value.is_integer():
        return int(value)  # every number is a double on Pulumi's wire
    if hasattr(value, "path"):
        return {"file": value.path}
    return value


def _text(resources: list[dict[str, Any]], exports: dict[str, Any]) -> str:
    graph = {"exports": _readable(exports), "resources": resources}
    return yaml.safe_dump(graph, default_flow_style=None, sort_keys=True, width=120)
