"""Reading a checkpoint file: whatever is wrong with it is said by its path, with the way out, and it stays as it is."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from slipway.engine.errors import EngineError, UnsupportedError

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_VERSION, _VERSION_WITH_FEATURES = 3, 4
_FEATURES = frozenset({"hooks", "taint"})
"""What version 4 lists for readers to know; the others (refreshBeforeUpdate, views) need what this engine has not."""
_TEXTS = ("urn", "type", "id", "parent", "provider", "deletedWith")
_MAPPINGS = ("inputs", "outputs", "propertyDependencies")


@dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint file holds: the deployment is None before the first update."""

    version: int
    features: tuple[str, ...]
    deployment: dict[str, Any] | None


def read_checkpoint(file: str, data: bytes, stack: str, backup: str | None = None) -> Checkpoint:
    """Read the content of a checkpoint file of a stack (organization/PROJECT/STACK); `backup` is the one before it."""
    if data.startswith((_GZIP, _ZSTD)):
        raise UnsupportedError(
            f"{file}: a compressed state",
            "unset PULUMI_DIY_BACKEND_GZIP and run any update with the real `pulumi` once",
        )
    try:
        body = json.loads(data)
    except ValueError as error:
        raise _broken(file, backup, "it is empty" if not data.strip() else f"it is no JSON ({error})") from error
    version = body.get("version") if isinstance(body, dict) else None
    if version not in (_VERSION, _VERSION_WITH_FEATURES):
        if isinstance(version, int):
            raise UnsupportedError(f"{file}: state version {version} (versions 3 and 4 are known)")
        raise _broken(file, backup, "it is JSON, but has no `version` and `checkpoint`")
    unknown = sorted(set(body.get("features") or ()) - _FEATURES)
    if unknown:
        raise UnsupportedError(f"{file}: a state with the feature {unknown[0]!r}")
    checkpoint = body.get("checkpoint")
    if not isinstance(checkpoint, dict):
        raise _broken(file, backup, "it has no `checkpoint`")
    _refuse_foreign(file, str(checkpoint.get("stack") or ""), stack)
    deployment = checkpoint.get("latest")
    for problem in _problems(deployment):
        raise _broken(file, backup, problem)
    return Checkpoint(version, tuple(body.get("features") or ()), deployment)


def _broken(file: str, backup: str | None, reason: str) -> EngineError:
    """Say that a file is no checkpoint, and what to put in its place."""
    if backup is not None:
        way_out = f"look at the one before it, {backup}, and copy that over it if it is whole"
    else:
        way_out = "put a good one in its place; backups/ beside stacks/ keeps one of each update"
    return EngineError(f"the state {file} is broken: {reason}; {way_out}")


def _refuse_foreign(file: str, found: str, stack: str) -> None:
    """Refuse the file of another stack; one from before projects has the stack's bare name."""
    if found not in ("", stack, stack.rpartition("/")[2]):
        raise EngineError(
            f"the state {file} is not of {stack} but of {found}: was it copied here? Its resources are that stack's; "
            "to take them over, export them there and run `pulumi stack import --force` here"
        )


def _problems(deployment: Any) -> Iterator[str]:
    """Yield what keeps a deployment from being one."""
    if deployment is None:
        return
    if not isinstance(deployment, dict):
        yield "`latest` is no mapping"
        return
    resources, operations = deployment.get("resources") or [], deployment.get("pending_operations") or []
    if not isinstance(resources, list) or not isinstance(operations, list):
        yield "`resources` and `pending_operations` must be lists"
        return
    for number, resource in enumerate(resources):
        yield from _resource_problems(f"resource {number}", resource)
    for number, operation in enumerate(operations):
        place = f"pending operation {number}"
        if not isinstance(operation, dict) or not isinstance(operation.get("type"), str):
            yield f"{place} has no type"
        else:
            yield from _resource_problems(f"the resource of {place}", operation.get("resource"))


def _resource_problems(place: str, resource: Any) -> Iterator[str]:
    if not isinstance(resource, dict):
        yield f"{place} is no mapping"
        return
    missing = [key for key in ("urn", "type") if not resource.get(key)]
    if missing:
        yield f"{place} has no {missing[0]}"
    for keys, kind, word in ((_TEXTS, str, "text"), (_MAPPINGS, dict, "mapping"), (("dependencies",), list, "list")):
        for key in keys:
            if not isinstance(resource.get(key), kind | None):
                yield f"{key} of {place} is no {word}"
