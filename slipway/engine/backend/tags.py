"""Stack tags: a small file beside the checkpoint."""

import json
from pathlib import Path

from slipway.engine.backend.durable import read_bytes, write_durably
from slipway.engine.backend.file_backend import FileBackend, StackRef
from slipway.engine.errors import EngineError


def tags_file(backend: FileBackend, ref: StackRef) -> Path:
    """Return the path of the tags."""
    return backend.checkpoint_file(ref).with_name(f"{ref.name}.pulumi-tags")


def read_tags(backend: FileBackend, ref: StackRef) -> dict[str, str]:
    """Return the tags that were set, and the ones that every stack has."""
    file = tags_file(backend, ref)
    data = read_bytes(file)
    try:
        return dict(json.loads(data)["tags"]) if data else {}
    except (ValueError, KeyError, TypeError) as error:
        raise EngineError(f"{file} holds no tags ({error}); correct or remove it") from error


def write_tags(backend: FileBackend, ref: StackRef, tags: dict[str, str]) -> None:
    """Replace the tags."""
    file = tags_file(backend, ref)
    if not tags:
        file.unlink(missing_ok=True)
        return
    write_durably(file, json.dumps({"version": 1, "tags": dict(sorted(tags.items()))}, indent=2).encode())
