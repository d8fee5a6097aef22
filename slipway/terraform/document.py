"""A whole stack as one Terraform document."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi.runtime import rpc

from slipway.failure import Failure
from slipway.terraform.recording import PROVIDER
from slipway.terraform.references import expression, local_name
from slipway.terraform.resources import plain, translated
from slipway.terraform.schema import kinds, snake

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slipway.terraform.recording import Recording, Registered

JsonObject = dict[str, Any]

NOTE = "written by `slipway export-terraform` for scanners to read; Pulumi makes the stack, nobody applies this"
REQUIRED = {"aws": {"source": "hashicorp/aws", "version": ">= 5.100.0"}}
_VARIABLE = re.compile(r"\$\{var\.([A-Za-z0-9_-]+)\}")


@dataclass(frozen=True, kw_only=True)
class Document:
    """What is written, and what of it a person is told."""

    content: JsonObject
    """The document."""
    counts: Mapping[str, int]
    """Terraform's type to how many there are."""
    variables: tuple[str, ...]
    """Names of the variables that stand for secrets."""

    def text(self) -> str:
        """Return the file, the same for the same stack."""
        return json.dumps(self.content, indent=2, sort_keys=True) + "\n"


def document(recording: Recording) -> Document:
    """Write a recording down; Failure for a type that Terraform's name is not known of, all of them at once."""
    providers = [one for one in recording.resources if one.type == PROVIDER]
    resources = sorted(
        (one for one in recording.resources if one.type != PROVIDER), key=lambda one: (one.type, one.name)
    )
    _refuse_unknown(resources)
    _refuse_twins(resources)
    several = len(providers) > 1
    made: JsonObject = {}
    for one in resources:
        inside = translated(one) | ({"provider": f"aws.{local_name(one.provider)}"} if several else {})
        made.setdefault(kinds()[one.type].type, {})[local_name(one.name)] = inside
    content: JsonObject = {
        "//": NOTE,
        "terraform": {"required_providers": REQUIRED},
        "provider": {"aws": [_provider(one, several=several) for one in sorted(providers, key=lambda one: one.name)]},
        "resource": made,
        "output": {local_name(name): _output(value) for name, value in recording.exports.items() if value is not None},
    }
    variables = tuple(sorted(set(_VARIABLE.findall(json.dumps(content)))))
    if variables:
        content["variable"] = {name: {"type": "string", "sensitive": True} for name in variables}
    return Document(content=content, counts=Counter(kinds()[one.type].type for one in resources), variables=variables)


def _provider(one: Registered, *, several: bool) -> JsonObject:
    made: JsonObject = {"alias": local_name(one.name)} if several else {}
    for prop, given in one.inputs.items():
        value = rpc.unwrap_rpc_secret(given)
        # on the wire, what a provider is configured with is text: lists and objects are JSON
        value = json.loads(value) if isinstance(value, str) and value[:1] in ("[", "{") else value
        if prop == "defaultTags":
            made["default_tags"] = [{"tags": plain(value["tags"])}]
        elif prop in ("region", "allowedAccountIds", "forbiddenAccountIds"):
            made[snake(prop)] = plain(value)
    return made


def _output(value: Any) -> JsonObject:
    if rpc.is_rpc_secret(value):
        return {"value": None, "sensitive": True}
    return {"value": _said(value)}


def _said(value: Any) -> Any:
    """Return an exported value, whose keys are the program's own and stay."""
    if isinstance(value, dict):
        return {expression(key): _said(inner) for key, inner in value.items()}
    return [_said(inner) for inner in value] if isinstance(value, list) else plain(value)


def _refuse_unknown(resources: list[Registered]) -> None:
    unknown = sorted({one.type for one in resources} - kinds().keys())
    if unknown:
        raise Failure(
            f"no Terraform name is known for {', '.join(unknown)}: add it to TYPES in "
            "slipway/terraform/regenerate.py and run that"
        )


def _refuse_twins(resources: list[Registered]) -> None:
    counted = Counter((one.type, local_name(one.name)) for one in resources)
    twins = sorted(f"{token} {name!r}" for (token, name), count in counted.items() if count > 1)
    if twins:
        raise Failure(f"two resources have one name, which Terraform can't tell apart: {', '.join(twins)}; rename one")
