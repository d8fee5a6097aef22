"""What is asked before a stack is destroyed: is it the one that was named, and is nothing in it kept? Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from slipway.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slipway.ephemeral.life import Life

PROVIDER = "pulumi:providers:aws"
# a code package outlives its resource so that older releases find it; its bucket takes it along
WITH_ITS_BUCKET = "aws:s3/bucketObjectv2:BucketObjectv2"
BUCKET = "aws:s3/bucket:Bucket"


def check(state: Mapping[str, Any], life: Life, *, project: str, stack: str, pull_request: int) -> None:
    """Raise Failure with everything that speaks against destroying a stack; an empty one has nothing against it."""
    problems = list(_problems(state, life, project=project, stack=stack, pull_request=pull_request))
    if problems:
        told = "".join(f"\n  {problem}" for problem in problems[:8])
        raise Failure(
            f"stack {stack} is not torn down, it is not what an ephemeral stack is; nothing was touched:{told}"
        )


def _problems(state: Mapping[str, Any], life: Life, *, project: str, stack: str, pull_request: int) -> Iterator[str]:
    resources = [one for one in state.get("resources") or [] if not one.get("delete")]
    on_aws = [one for one in resources if str(one["type"]).startswith("aws:")]
    providers = [one for one in resources if one["type"] == PROVIDER]
    if on_aws and not providers:
        yield "its state has no provider of its own that would say which account it lives in"
    wanted = {"project": project, "stack": stack, "environment": "dev", "pull-request": str(pull_request)}
    for provider in providers:
        inputs = provider.get("inputs") or {}
        accounts = _parsed(inputs.get("allowedAccountIds"))
        if accounts != [life.account]:
            yield f"its provider allows the accounts {accounts}, its tag says {life.account}"
        if inputs.get("region") != life.region:
            yield f"its provider works in {inputs.get('region')}, its tag says {life.region}"
        tags = (_parsed(inputs.get("defaultTags")) or {}).get("tags") or {}
        for name, value in wanted.items():
            if tags.get(name) != value:
                yield f"its resources bear the tag {name}={tags.get(name)!r}, {value!r} is expected"
    for one in resources:
        yield from _kept(one, stack)


def _kept(resource: Mapping[str, Any], stack: str) -> Iterator[str]:
    """Yield why a resource is not there to be thrown away."""
    name = f"{resource['type']} {resource['urn'].rpartition('::')[2]}"
    outputs = resource.get("outputs") or {}
    if resource.get("protect"):
        yield f"{name} is protected: it holds data that somebody wants to keep"
    if resource.get("retainOnDelete") and resource["type"] != WITH_ITS_BUCKET:
        yield f"{name} would be retained: it holds data that somebody wants to keep"
    if resource["type"] == BUCKET and not outputs.get("forceDestroy", False):
        yield f"{name} refuses to go with what is in it (forceDestroy is false): its data is not ephemeral"
    foreign = (outputs.get("tagsAll") or {}).get("stack", stack)
    if foreign != stack:
        yield f"{name} belongs to stack {foreign} by its tags"


def _parsed(value: Any) -> Any:
    """Return a structured input of a provider, which the engine keeps as JSON text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
