"""What was done to a stack: one entry an update, with a copy of the checkpoint it left."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from slipway.engine.backend.stacks import Backend, StackRef

_READERS = 8
"""Entries read at once: each is a request where the backend is a bucket."""


def add_entry(backend: Backend, ref: StackRef, entry: dict[str, Any]) -> None:
    """Write an entry as the real engine does at the end of an update, and keep the checkpoint with it."""
    folder = backend.folder("history", ref)
    # A clock that was set back must not put the newest entry among the old ones.
    moment = max([time.time_ns(), *(_moment(key) + 1 for key in backend.storage.keys(f"{folder}/"))])
    stem = f"{folder}/{ref.name}-{moment}"
    data = json.dumps(entry, separators=(",", ":"), ensure_ascii=False).encode()
    backend.storage.write(f"{stem}.history.json", data)
    checkpoint = backend.storage.read(backend.checkpoint_key(ref))
    if checkpoint is not None:
        backend.storage.write(f"{stem}.checkpoint.json", checkpoint)


def read_entries(backend: Backend, ref: StackRef) -> list[dict[str, Any]]:
    """Return the entries, newest first."""
    keys = [key for key in backend.storage.keys(f"{backend.folder('history', ref)}/") if key.endswith(".history.json")]
    with ThreadPoolExecutor(_READERS) as readers:
        found = readers.map(backend.storage.read, sorted(keys, key=_moment, reverse=True))
        return [json.loads(data) for data in found if data is not None]


def _moment(key: str) -> int:
    number = key.removesuffix(".history.json").rpartition("-")[2]
    return int(number) if number.isdigit() else 0


def rename_entries(backend: Backend, old: StackRef, new: StackRef) -> None:
    """Move the history of a stack that was renamed."""
    source, target = backend.folder("history", old), backend.folder("history", new)
    for key in backend.storage.keys(f"{source}/"):
        name = key.removeprefix(f"{source}/")
        stem, dash, tail = name.rpartition("-")
        backend.storage.move(key, f"{target}/{f'{new.name}{dash}{tail}' if stem == old.name else name}")
    backend.storage.clear(source)
