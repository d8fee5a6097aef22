"""Stack tags: a small object beside the checkpoint."""

import json

from slipway.engine.backend.stacks import Backend, StackRef
from slipway.engine.errors import EngineError


def read_tags(backend: Backend, ref: StackRef) -> dict[str, str]:
    """Return the tags that were set, and the ones that every stack has."""
    key = backend.tags_key(ref)
    data = backend.storage.read(key)
    try:
        return dict(json.loads(data)["tags"]) if data else {}
    except (ValueError, KeyError, TypeError) as error:
        raise EngineError(f"{backend.storage.place(key)} holds no tags ({error}); correct or remove it") from error


def write_tags(backend: Backend, ref: StackRef, tags: dict[str, str]) -> None:
    """Replace the tags."""
    key = backend.tags_key(ref)
    if not tags:
        backend.storage.delete(key)
        return
    data = json.dumps({"version": 1, "tags": dict(sorted(tags.items()))}, indent=2).encode()
    backend.storage.write(key, data)
