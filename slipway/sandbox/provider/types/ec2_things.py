"""What all things of EC2 share: ARNs, and tags that are given with the request that makes a thing."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from slipway.sandbox.provider.declaration import Change, Properties
from slipway.sandbox.provider.problems import Gone
from slipway.sandbox.provider.scope import Scope


def specification(kind: str, inputs: Properties) -> dict[str, Any]:
    """Give the argument that tags what a request makes; nothing when there are no tags."""
    tags = [{"Key": key, "Value": value} for key, value in sorted((inputs.get("tagsAll") or {}).items())]
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": tags}]} if tags else {}


def arn(scope: Scope, kind: str, resource_id: str) -> str:
    """Give the ARN of a thing of EC2's, which most of its answers leave out."""
    return f"arn:{scope.partition}:ec2:{scope.region}:{scope.account}:{kind}/{resource_id}"


def told(found: Mapping[str, Any]) -> dict[str, str]:
    """Give the tags of a described thing, those of AWS itself left out."""
    return {tag["Key"]: tag["Value"] for tag in found.get("Tags") or [] if not tag["Key"].startswith("aws:")}


def change(scope: Scope, asked: Change) -> None:
    """Remove the tags that went and set what differs."""
    old, new = asked.olds.get("tagsAll") or {}, asked.news.get("tagsAll") or {}
    client = scope.client("ec2")
    removed: Any = [{"Key": key} for key in sorted(old.keys() - new.keys())]
    if removed:
        client.delete_tags(Resources=[asked.id], Tags=removed)
    set_: Any = [{"Key": key, "Value": value} for key, value in sorted(new.items()) if old.get(key) != value]
    if set_:
        client.create_tags(Resources=[asked.id], Tags=set_)


def tagged_only(how: Callable[[Scope, Change], None], props: Iterable[str]) -> Callable[[Scope, Change], None]:
    """Give an update that changes the tags too; `how` runs only when one of its properties differs."""
    wanted = frozenset(props)

    def both(scope: Scope, asked: Change) -> None:
        if asked.changed & wanted:
            how(scope, asked)
        change(scope, asked)

    return both


def first(found: list[Any]) -> dict[str, Any]:
    """Give the only thing described; Gone when there is none."""
    if not found:
        raise Gone
    one: dict[str, Any] = found[0]
    return one
