"""What Terraform calls Pulumi's resource types and the parts of each: schema.json, written by regenerate.py."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FILE = Path(__file__).parent / "schema.json"

RENAMED: Mapping[str, Mapping[str, str]] = {
    "aws:cloudwatch/metricAlarm:MetricAlarm": {"name": "alarm_name"},
    "aws:lambda/function:Function": {"name": "function_name", "code": "filename"},
    "aws:lambda/permission:Permission": {"function": "function_name"},
    "aws:sns/topicSubscription:TopicSubscription": {"topic": "topic_arn"},
}
"""Where Pulumi's bridge gives a property a name of its own: token to property to Terraform's name."""

_HUMP = re.compile(r"(?<=[a-z0-9])[A-Z]")


@dataclass(frozen=True, kw_only=True)
class Block:
    """A block of Terraform's: a whole resource, or a part of one."""

    attributes: frozenset[str]
    """What may be given."""
    required: frozenset[str]
    """What must be given."""
    answered: frozenset[str]
    """What is known after it was made only."""
    blocks: Mapping[str, Block]
    """Parts that are blocks: Terraform writes them as lists, even those of which there is one at most."""

    def name_of(self, prop: str) -> str | None:
        """Return what Terraform calls a property of Pulumi's, `lifecycleRules` or `kmsKeyId`; None for an unknown one.

        Pulumi's bridge gives lists a plural, which Terraform's blocks rarely have.
        """
        return next((name for name in _spellings(snake(prop)) if name in self.attributes or name in self.blocks), None)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A resource type as Terraform knows it."""

    type: str
    """Such as `aws_s3_bucket`."""
    block: Block
    """What a resource of it is made of."""
    renamed: Mapping[str, str]
    """Property of Pulumi's to Terraform's name, where no rule says it."""

    def outputs(self) -> dict[str, str]:
        """Return property to Terraform's name for everything that another resource may refer to."""
        names = self.block.attributes | self.block.answered
        ours = {theirs: mine for mine, theirs in self.renamed.items()}
        return {ours.get(name, camel(name)): name for name in sorted(names)}


@cache
def kinds() -> Mapping[str, Kind]:
    """Return every known type by Pulumi's token."""
    types = json.loads(FILE.read_text("utf-8"))["types"]
    return {
        token: Kind(type=found["type"], block=_block(found), renamed=RENAMED.get(token, {}))
        for token, found in types.items()
    }


def _block(found: Mapping[str, Any]) -> Block:
    return Block(
        attributes=frozenset(found["attributes"]),
        required=frozenset(found.get("required", ())),
        answered=frozenset(found.get("answered", ())),
        blocks={name: _block(inner) for name, inner in found.get("blocks", {}).items()},
    )


def snake(name: str) -> str:
    """Return `kms_key_id` for `kmsKeyId`."""
    return _HUMP.sub(lambda hump: f"_{hump[0]}", name).lower()


def camel(name: str) -> str:
    """Return `kmsKeyId` for `kms_key_id`."""
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


def _spellings(name: str) -> Iterator[str]:
    """Give a name as it is and in the singulars that a plural may have."""
    yield name
    if name.endswith("ies"):
        yield f"{name[:-3]}y"
    if name.endswith("es"):
        yield name[:-2]
    if name.endswith("s"):
        yield name[:-1]
