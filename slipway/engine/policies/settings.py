"""How strict each policy is and with which values it runs: the pack's own words, then those of --policy-pack-config.

The file is a JSON object: a policy's name, or `all`, to a level ("advisory", "mandatory", "remediate", "disabled") or
to an object with `enforcementLevel` and the policy's own properties.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from slipway.engine.backend.durable import read_bytes
from slipway.engine.errors import EngineError
from slipway.engine.policies.findings import Level, PackInfo, Policy

ALL = "all"
LEVELS: tuple[Level, ...] = ("advisory", "mandatory", "remediate", "disabled")
_LEVEL = "enforcementLevel"

Settings = dict[str, tuple[Level, dict[str, Any]]]


def read(path: Path) -> dict[str, dict[str, Any]]:
    """Read a file of --policy-pack-config."""
    data = read_bytes(path)
    if data is None:
        raise EngineError(f"--policy-pack-config {path}: there is no such file")
    try:
        found = json.loads(data)
    except ValueError as error:
        raise EngineError(f"--policy-pack-config {path} is no valid JSON: {error}") from error
    if not isinstance(found, dict):
        raise EngineError(
            f"--policy-pack-config {path} is no JSON object: it maps policies, or `all`, to what they get"
        )
    return {str(name): _entry(path, name, value) for name, value in found.items()}


def _entry(path: Path, name: str, value: object) -> dict[str, Any]:
    entry = {_LEVEL: value} if isinstance(value, str) else value
    if not isinstance(entry, dict):
        raise EngineError(f"--policy-pack-config {path}: {name} is {value!r}: a level or an object is allowed")
    level = entry.get(_LEVEL)
    if level is not None and level not in LEVELS:
        raise EngineError(f"--policy-pack-config {path}: {name} has the level {level!r}; allowed: {', '.join(LEVELS)}")
    if name == ALL and entry.keys() - {_LEVEL}:
        raise EngineError(f"--policy-pack-config {path}: `all` may only have an enforcementLevel")
    return entry


def reconciled(info: PackInfo, asked: Mapping[str, Mapping[str, Any]]) -> Settings:
    """Return level and values of every policy; what is asked for goes before the pack's own configuration."""
    known = {policy.name for policy in info.policies}
    strange = sorted(asked.keys() - known - {ALL})
    if strange:
        raise EngineError(
            f"policy pack {info.name} has no policy {', '.join(strange)}, which --policy-pack-config names; it has "
            f"{', '.join(sorted(known))}"
        )
    found = {policy.name: _of_policy(policy, info.initial_config, asked) for policy in info.policies}
    problems = [
        f"{policy.name}: {problem}" for policy in info.policies for problem in _problems(policy, *found[policy.name])
    ]
    if problems:
        listed = "\n".join(f"  {problem}" for problem in problems)
        raise EngineError(f"the configuration of policy pack {info.name} does not fit:\n{listed}")
    return found


def _of_policy(policy: Policy, *layers: Mapping[str, Mapping[str, Any]]) -> tuple[Level, dict[str, Any]]:
    level = policy.level
    values = {name: schema["default"] for name, schema in policy.schema.items() if "default" in schema}
    for layer in layers:
        for name in (ALL, policy.name):
            entry = layer.get(name, {})
            level = entry.get(_LEVEL) or level
            values |= {key: value for key, value in entry.items() if key != _LEVEL}
    return level, values


def _problems(policy: Policy, level: Level, values: dict[str, Any]) -> list[str]:
    """Hold the values against the policy's schema; a disabled policy needs none."""
    if level == "disabled" or not (policy.schema or policy.required):
        return []
    import jsonschema  # noqa: PLC0415 - few policies have a schema

    schema = {"type": "object", "properties": dict(policy.schema), "required": list(policy.required)}
    checker = jsonschema.Draft7Validator(schema)
    return sorted(
        f"{'.'.join(map(str, error.path))}: {error.message}" if error.path else error.message
        for error in checker.iter_errors(values)
    )
