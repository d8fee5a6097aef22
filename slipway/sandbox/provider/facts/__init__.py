"""What is known of every resource type, as data: see README.md beside the two files for where it comes from."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent

Shape = Mapping[str, Any]
"""One of {"type": "string" | "integer" | "number" | "boolean" | "asset" | "any", bounds...}, {"list".

Shape}, {"map": Shape, "keys": bounds}, {"object": {name: Shape}, "required": [names]}.
"""


@dataclass(frozen=True, kw_only=True)
class TypeFacts:
    """The observed facts of one resource type."""

    shape: Shape
    outputs: frozenset[str]
    secret_outputs: frozenset[str]
    replace_on: frozenset[str]
    replace_paths: Mapping[str, list[str]]
    replace_on_add_remove: Mapping[str, list[str]]
    defaults: Mapping[str, Any]
    auto_name: str | None

    @property
    def inputs(self) -> Mapping[str, Shape]:
        """Every input a program may give, by name."""
        found: Mapping[str, Shape] = self.shape["object"]
        return found

    @property
    def tagged(self) -> bool:
        """Whether the type carries tags, and so gets the provider's default tags."""
        return "tags" in self.inputs and "tagsAll" in self.outputs


@cache
def observed() -> Mapping[str, Mapping[str, Any]]:
    """aws-types.json: token -> what the real provider declares."""
    found: Mapping[str, Mapping[str, Any]] = json.loads((FOLDER / "aws-types.json").read_bytes())["types"]
    return found


@cache
def _shapes() -> Mapping[str, Shape]:
    found: Mapping[str, Shape] = json.loads((FOLDER / "shapes.json").read_bytes())["types"]
    return found


@cache
def facts_of(token: str) -> TypeFacts:
    """Give the facts of a type; KeyError for one that was never observed."""
    entry = observed()[token]
    return TypeFacts(
        shape=_shapes()[token],
        outputs=frozenset(entry.get("outputs", ())),
        secret_outputs=frozenset(entry.get("secretOutputs", ())),
        replace_on=frozenset(entry.get("replaceOn", ())),
        replace_paths=entry.get("replacePaths", {}),
        replace_on_add_remove=entry.get("replaceOnAddRemove", {}),
        defaults=entry.get("defaults", {}),
        auto_name=entry.get("autoName"),
    )


@cache
def provider_inputs() -> frozenset[str]:
    """Give the names of the arguments of the SDK's Provider."""
    return frozenset(json.loads((FOLDER / "shapes.json").read_bytes())["provider"])


@cache
def endpoint_names() -> frozenset[str]:
    """Give the service names that the SDK's `endpoints` input knows, several for one service at times."""
    return frozenset(json.loads((FOLDER / "shapes.json").read_bytes())["endpoints"])
