"""The lock of a stack: an object that says who works on it, in the real engine's place and form."""

import contextlib
import json
import os
import pwd
import socket
import sys
import uuid
from collections.abc import Iterator
from datetime import datetime

from slipway.engine.backend.stacks import Backend, StackRef
from slipway.engine.errors import EngineError


def _locks(backend: Backend, ref: StackRef, own: str | None) -> list[str]:
    folder = backend.folder("locks", ref)
    return [key for key in backend.storage.keys(f"{folder}/") if key != own and key.endswith(".json")]


def _refuse(backend: Backend, locks: list[str]) -> EngineError:
    way_out = "Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`."
    lines = [f"the stack is currently locked by {len(locks)} lock(s). {way_out}"]
    for key in locks:
        try:
            who = json.loads(backend.storage.read(key) or b"")
            by = f"{who['username']}@{who['hostname']} (pid {who['pid']}) at {_seconds(who['timestamp'])}"
        except (EngineError, ValueError, KeyError, TypeError):
            by = "an unknown process (the lock file could not be read)"
        lines.append(f"  {_url(backend, key)}: created by {by}")
    return EngineError("\n".join(lines))


def _url(backend: Backend, key: str) -> str:
    return f"{backend.url.partition('?')[0].rstrip('/')}/{key}"


def _seconds(timestamp: str) -> str:
    head, dot, tail = timestamp.partition(".")
    return head + tail.lstrip("0123456789") if dot else timestamp


@contextlib.contextmanager
def locked(backend: Backend, ref: StackRef) -> Iterator[None]:
    """Hold the stack's lock; EngineError with the holders when it is taken.

    List, write, list again: of two that start together at least one sees the other's lock and goes. That holds in a
    bucket too: a list of S3 shows every write that ended before it began.
    """
    if found := _locks(backend, ref, None):
        raise _refuse(backend, found)
    own = f"{backend.folder('locks', ref)}/{uuid.uuid4()}.json"
    content = {
        "pid": os.getpid(),
        "username": _user(),
        "hostname": socket.gethostname(),
        "timestamp": datetime.now().astimezone().isoformat(),
    }
    try:
        backend.storage.write(own, json.dumps(content, separators=(",", ":")).encode())
        if found := _locks(backend, ref, own):
            raise _refuse(backend, found)
        yield
    finally:
        _give_back(backend, own)


def _give_back(backend: Backend, own: str) -> None:
    """Delete the own lock, which `pulumi cancel` may have taken away meanwhile; what the work raised goes first."""
    try:
        backend.storage.delete(own)
    except EngineError as error:
        print(
            f"warning: the lock stays behind ({error.message}); delete it with `pulumi cancel`",
            file=sys.stderr,
        )


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # no name for this user id, as in many containers
        return str(os.getuid())


def break_locks(backend: Backend, ref: StackRef) -> int:
    """Delete every lock of the stack; returns how many there were."""
    found = _locks(backend, ref, None)
    for key in found:
        backend.storage.delete(key)
    return len(found)
