"""One resource of Pulumi's as a resource of Terraform's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.runtime import rpc

from slipway.failure import Failure
from slipway.terraform.references import expression, is_reference, local_name, reference
from slipway.terraform.schema import kinds, snake

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slipway.terraform.recording import Registered
    from slipway.terraform.schema import Block, Kind

JsonObject = dict[str, Any]


def translated(one: Registered) -> JsonObject:
    """Return what stands below `resource.TYPE.NAME`; a secret is a reference to a variable.

    Raises Failure for a property that Terraform has no name for: a scanner would not see it.
    """
    kind = kinds()[one.type]
    made: JsonObject = {}
    for prop, value in one.inputs.items():
        name = kind.renamed.get(prop) or kind.block.name_of(prop)
        if name is None:
            raise Failure(_unknown(one, prop))
        if isinstance(rpc.unwrap_rpc_secret(value), pulumi.StringAsset):
            name = "content"
        made[name] = _given(one, value, name, kind.block)
    # Pulumi gives a name of its own where the program gives none; Terraform insists on one for some types.
    made.update({name: one.name for name in kind.block.required - made.keys() if _is_name(name)})
    return made | _options(one, kind)


def _given(one: Registered, value: Any, name: str, block: Block) -> Any:
    if rpc.is_rpc_secret(value):
        hidden = rpc.unwrap_rpc_secret(value)
        secret = hidden if is_reference(hidden) else reference(f"var.{local_name(f'{_path(one)}.{name}')}")
        return expression(secret)
    if name in block.blocks:
        parts = value if isinstance(value, list) else [value]
        return [_part(one, part, block.blocks[name]) for part in parts]
    return plain(value)


def _part(one: Registered, value: Mapping[str, Any], block: Block) -> JsonObject:
    made = {}
    for prop, inner in value.items():
        name = block.name_of(prop)
        if name is None:
            raise Failure(_unknown(one, prop))
        made[name] = _given(one, inner, name, block)
    return made


def plain(value: Any) -> Any:
    """Return a value that is no block, as Terraform's JSON has it."""
    if isinstance(value, str):
        return expression(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)  # every number is a double on Pulumi's wire
    if isinstance(value, dict):
        return {expression(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        # a list of objects that is no block has Terraform's names all the same
        return [
            {snake(key): plain(inner) for key, inner in item.items()} if isinstance(item, dict) else plain(item)
            for item in value
        ]
    return _asset(value) if isinstance(value, pulumi.Asset | pulumi.Archive) else value


def _asset(value: pulumi.Asset | pulumi.Archive) -> str:
    if isinstance(value, pulumi.FileAsset | pulumi.FileArchive):
        return expression(str(value.path))
    if isinstance(value, pulumi.StringAsset):
        return expression(value.text)
    raise Failure("an asset is neither a file nor a text, and Terraform has only these: give it as a file")


def _options(one: Registered, kind: Kind) -> JsonObject:
    options: JsonObject = {}
    if one.depends_on:
        options["depends_on"] = [
            f"{kinds()[token].type}.{local_name(name)}" for token, name in one.depends_on if token in kinds()
        ]
    lifecycle: JsonObject = {}
    if one.protect:
        lifecycle["prevent_destroy"] = True
    if one.ignore_changes:
        lifecycle["ignore_changes"] = [_ignored(path, kind.block) for path in one.ignore_changes]
    if lifecycle:
        options["lifecycle"] = [lifecycle]
    return options


def _ignored(path: str, block: Block) -> str:
    """Return the attribute or block that a property path begins with: Terraform ignores no less."""
    prop = path.partition(".")[0].partition("[")[0]
    return block.name_of(prop) or snake(prop)


def _is_name(attribute: str) -> bool:
    return attribute == "name" or attribute.endswith("_name")


def _path(one: Registered) -> str:
    return f"{kinds()[one.type].type}.{local_name(one.name)}"


def _unknown(one: Registered, prop: str) -> str:
    return (
        f"{one.type} {one.name!r} gives {prop!r}, which has no name in slipway/terraform/schema.json: a scanner "
        "would not see it; add it there by slipway/terraform/regenerate.py"
    )
