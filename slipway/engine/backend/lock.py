"""The lock of a stack: a file that says who works on it, in the real engine's place and form."""

import contextlib
import json
import os
import pwd
import socket
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from slipway.engine.backend.durable import explain, write_durably
from slipway.engine.backend.file_backend import ORGANIZATION, FileBackend, StackRef
from slipway.engine.errors import EngineError


def _folder(backend: FileBackend, ref: StackRef) -> Path:
    return backend.base / "locks" / ORGANIZATION / ref.project / ref.name


def _locks(folder: Path, own: Path | None) -> list[Path]:
    return [file for file in sorted(folder.glob("*.json")) if file != own and not file.name.startswith(".")]


def _refuse(backend: FileBackend, locks: list[Path]) -> EngineError:
    way_out = "Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`."
    lines = [f"the stack is currently locked by {len(locks)} lock(s). {way_out}"]
    for file in locks:
        try:
            who = json.loads(file.read_bytes())
            by = f"{who['username']}@{who['hostname']} (pid {who['pid']}) at {_seconds(who['timestamp'])}"
        except (OSError, ValueError, KeyError, TypeError):
            by = "an unknown process (the lock file could not be read)"
        lines.append(f"  {backend.url.rstrip('/')}/{file.relative_to(backend.root)}: created by {by}")
    return EngineError("\n".join(lines))


def _seconds(timestamp: str) -> str:
    head, dot, tail = timestamp.partition(".")
    return head + tail.lstrip("0123456789") if dot else timestamp


@contextlib.contextmanager
def locked(backend: FileBackend, ref: StackRef) -> Iterator[None]:
    """Hold the stack's lock; EngineError with the holders when it is taken.

    List, write, list again: of two that start together at least one sees the other's file and goes.
    """
    folder = _folder(backend, ref)
    if found := _locks(folder, None):
        raise _refuse(backend, found)
    own = folder / f"{uuid.uuid4()}.json"
    content = {
        "pid": os.getpid(),
        "username": _user(),
        "hostname": socket.gethostname(),
        "timestamp": datetime.now().astimezone().isoformat(),
    }
    try:
        write_durably(own, json.dumps(content, separators=(",", ":")).encode())
        if found := _locks(folder, own):
            raise _refuse(backend, found)
        yield
    finally:
        # `pulumi cancel` may have taken it away meanwhile.
        own.unlink(missing_ok=True)


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # no name for this user id, as in many containers
        return str(os.getuid())


def break_locks(backend: FileBackend, ref: StackRef) -> int:
    """Delete every lock of the stack; returns how many there were."""
    found = _locks(_folder(backend, ref), None)
    for file in found:
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise explain(error, "delete the lock", file) from error
    return len(found)
