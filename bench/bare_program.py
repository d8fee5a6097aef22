"""Writes a stack's graph as a program of bare `pulumi_aws` calls: what somebody would type without any of `infra/`.

No components, settings, names or policies in functions: every resource is one call with literal values, and what
another resource answers is its attribute. Both programs register the same resources with the same inputs: a test holds
it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pulumi

from slipway.terraform.recording import PROVIDER
from slipway.terraform.schema import camel, kinds, snake

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.terraform.recording import Recording, Registered

REFERENCE = re.compile(r"@\{(aws_[a-z0-9_]+)\.([A-Za-z0-9_-]+)\.([a-z0-9_]+)\}")
HEAD = '"""Written by bench/bare_program.py."""\n\nimport pulumi\nimport pulumi_aws as aws\n\n'


def bare_program(recording: Recording) -> str:
    """Return the source of a program that registers what was recorded, components left out."""
    (provider,) = (one for one in recording.resources if one.type == PROVIDER)
    resources = [one for one in recording.resources if one.type != PROVIDER]
    lines = [f"provider = aws.Provider({provider.name!r}, {_provider(provider)})", ""]
    lines += [_call(one, resources) for one in _in_order(resources)]
    return HEAD + "\n".join(lines) + "\n"


def _provider(one: Registered) -> str:
    import json  # noqa: PLC0415 - a provider's lists are JSON on the wire

    tags = json.loads(one.inputs["defaultTags"])["tags"]
    accounts = json.loads(one.inputs["allowedAccountIds"])
    return f"region={one.inputs['region']!r}, allowed_account_ids={accounts!r}, default_tags={{'tags': {tags!r}}}"


def _in_order(resources: list[Registered]) -> Iterator[Registered]:
    """Give every resource after those that it refers to."""
    waiting = {_place(one): one for one in sorted(resources, key=_place)}
    while waiting:
        ready = [place for place, one in waiting.items() if not (_needs(one) & waiting.keys() - {place})]
        for place in ready:
            yield waiting.pop(place)


def _place(one: Registered) -> tuple[str, str]:
    return kinds()[one.type].type, one.name


def _needs(one: Registered) -> set[tuple[str, str]]:
    found = {(kind, name) for kind, name, _ in REFERENCE.findall(repr(one.inputs))}
    return found | {(kinds()[token].type, name) for token, name in one.depends_on if token in kinds()}


def _call(one: Registered, resources: list[Registered]) -> str:
    token = one.type.removeprefix("aws:").partition("/")[0]
    service, name = {"lambda": "lambda_"}.get(token, token), one.type.rpartition(":")[2]
    options = ["provider=provider"]
    known = {_place(other) for other in resources}
    after = [_variable(kinds()[t].type, n) for t, n in one.depends_on if t in kinds() and (kinds()[t].type, n) in known]
    if after:
        options.append(f"depends_on=[{', '.join(after)}]")
    if one.protect:
        options.append("protect=True")
    if one.ignore_changes:
        options.append(f"ignore_changes={list(one.ignore_changes)!r}")
    given = "".join(f"{_python(prop)}={_value(value)}, " for prop, value in one.inputs.items())
    opts = f"opts=pulumi.ResourceOptions({', '.join(options)})"
    return f"{_variable(*_place(one))} = aws.{service}.{name}({one.name!r}, {given}{opts})"


def _python(prop: str) -> str:
    return {"lambda": "lambda_", "type": "type"}.get(prop, snake(prop))


def _variable(kind: str, name: str) -> str:
    return f"{kind}_{name}".replace("-", "_").replace(".", "_")


def _value(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(key)}: {_value(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, pulumi.FileAsset | pulumi.FileArchive):
        return f"pulumi.{type(value).__name__}({value.path!r})"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return repr(value)


def _text(text: str) -> str:
    """Return a text as it is, an attribute for one reference, and a concatenation for texts with some inside."""
    parts = []
    end = 0
    for found in REFERENCE.finditer(text):
        kind, name, attribute = found.groups()
        parts += [repr(text[end : found.start()])] if found.start() > end else []
        parts.append(f"{_variable(kind, name)}.{_attribute(kind, attribute)}")
        end = found.end()
    parts += [repr(text[end:])] if end < len(text) else []
    if end == 0:
        return repr(text)
    return parts[0] if len(parts) == 1 else f"pulumi.Output.concat({', '.join(parts)})"


def _attribute(kind: str, attribute: str) -> str:
    renamed = next((one.renamed for one in kinds().values() if one.type == kind), {})
    ours = {theirs: mine for mine, theirs in renamed.items()}
    return snake(ours.get(attribute, camel(attribute)))
