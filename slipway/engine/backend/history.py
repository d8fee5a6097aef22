"""What was done to a stack: one entry an update, with a copy of the checkpoint it left."""

import json
import time
from pathlib import Path
from typing import Any

from slipway.engine.backend.durable import read_bytes, write_durably
from slipway.engine.backend.file_backend import FileBackend, StackRef


def _folder(backend: FileBackend, ref: StackRef) -> Path:
    return backend.base / "history" / ref.project / ref.name


def add_entry(backend: FileBackend, ref: StackRef, entry: dict[str, Any]) -> None:
    """Write an entry as the real engine does at the end of an update, and keep the checkpoint with it."""
    folder = _folder(backend, ref)
    # A clock that was set back must not put the newest entry among the old ones.
    moment = max([time.time_ns(), *(_moment(file) + 1 for file in folder.glob("*.history.json"))])
    stem = f"{ref.name}-{moment}"
    data = json.dumps(entry, separators=(",", ":"), ensure_ascii=False).encode()
    write_durably(folder / f"{stem}.history.json", data)
    checkpoint = read_bytes(backend.checkpoint_file(ref))
    if checkpoint is not None:
        write_durably(folder / f"{stem}.checkpoint.json", checkpoint)


def read_entries(backend: FileBackend, ref: StackRef) -> list[dict[str, Any]]:
    """Return the entries, newest first."""
    files = sorted(_folder(backend, ref).glob("*.history.json"), key=_moment, reverse=True)
    return [json.loads(file.read_bytes()) for file in files]


def _moment(file: Path) -> int:
    number = file.name.removesuffix(".history.json").rpartition("-")[2]
    return int(number) if number.isdigit() else 0


def rename_entries(backend: FileBackend, old: StackRef, new: StackRef) -> None:
    """Move the history of a stack that was renamed."""
    source, target = _folder(backend, old), _folder(backend, new)
    if not source.is_dir():
        return
    target.mkdir(parents=True, exist_ok=True)
    for file in source.iterdir():
        stem, dash, tail = file.name.rpartition("-")
        file.replace(target / (f"{new.name}{dash}{tail}" if stem == old.name else file.name))
    source.rmdir()
