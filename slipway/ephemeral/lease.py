"""The lease of a stack: who works on it, renewed while they do; broken only when its owner is dead or silent."""

from __future__ import annotations

import getpass
import json
import os
import secrets
import socket
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from slipway.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slipway.ephemeral.clock import Clock
    from slipway.ephemeral.store import Store

FOLDER = ".slipway/leases/"
RENEWED_EVERY = timedelta(seconds=30)
SILENT_AFTER = timedelta(minutes=10)
"""A holder that lives renews twenty times in that time."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """A lease as it stands in the store."""

    token: str
    owner: str
    """For people: user and host."""
    host: str
    machine: str
    """Host, boot and process namespace: where the process number means something."""
    pid: int
    started: str
    """When the process started, in the kernel's ticks: numbers are given again."""
    work: str
    taken: str
    renewed: str

    def encoded(self) -> bytes:
        """Return it as JSON."""
        return json.dumps(asdict(self)).encode()


class Busy(Failure):
    """Somebody else works on the stack."""


@dataclass(frozen=True, kw_only=True)
class Here:
    """This process, as others are told apart from it."""

    owner: str
    host: str
    machine: str
    pid: int
    alive: Callable[[int, str], bool]
    """Tells whether a process of this machine runs, by number and start."""


def here() -> Here:
    """Return this process."""
    host = socket.gethostname()
    user = getpass.getuser()
    namespace = _read("/proc/sys/kernel/random/boot_id") + _link("/proc/self/ns/pid")
    return Here(
        owner=f"{user}@{host}", host=host, machine=f"{host} {namespace}".strip(), pid=os.getpid(), alive=is_alive
    )


def is_alive(pid: int, started: str) -> bool:
    """Tell whether a process runs: its number, and where the kernel tells it, when it started."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    found = start_of(pid)
    return not (found and started) or found == started


def start_of(pid: int) -> str:
    """Return when a process started, in ticks since the boot; empty where the system does not say, or for a zombie."""
    fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return fields[19] if len(fields) > 19 else ""  # noqa: PLR2004 - proc(5): field 22, counted behind the command


def _read(path: str) -> str:
    try:
        return Path(path).read_text("utf-8").strip()
    except OSError:
        return ""


def _link(path: str) -> str:
    try:
        return f" {Path(path).readlink()}"
    except OSError:
        return ""


def why_broken(record: Record, me: Here, now: datetime) -> str:
    """Say why a lease may be broken; empty where it may not."""
    if record.machine == me.machine and not me.alive(record.pid, record.started):
        return f"its owner, process {record.pid} on this machine, is gone"
    silent = now - datetime.fromisoformat(record.renewed)
    if silent > SILENT_AFTER:
        minutes = int(silent.total_seconds() // 60)
        return f"its owner {record.owner} (process {record.pid}) has not renewed it for {minutes} minutes"
    return ""


class Lease:
    """A lease that this process holds. Renewing may be called often: it writes every half a minute only."""

    def __init__(self, store: Store, key: str, record: Record, clock: Clock) -> None:
        self._store = store
        self._key = key
        self._record = record
        self._clock = clock
        self.broken: Record | None = None
        """The lease that had to be broken for this one."""

    def renew(self) -> None:
        """Say that the work goes on. Raises Failure where somebody else has taken the stack over meanwhile."""
        moment = self._clock.moment()
        if moment - datetime.fromisoformat(self._record.renewed) < RENEWED_EVERY:
            return
        after = replace(self._record, renewed=moment.isoformat())
        if not self._store.replace(self._key, self._record.encoded(), after.encoded()):
            raise Failure(f"the lease {self._key} was taken over by somebody else: this run stops where it is")
        self._record = after

    def end(self) -> None:
        """Give the stack free, if it is still ours."""
        if self._store.read(self._key) == self._record.encoded():
            self._store.delete(self._key)


@contextmanager
def held(
    store: Store, project: str, stack: str, work: str, *, clock: Clock, me: Here, tell: Callable[[str], None]
) -> Iterator[Lease]:
    """Hold the lease of a stack. Raises Busy while somebody who lives has it."""
    key = f"{FOLDER}{project}/{stack}.json"
    lease = _take(store, key, stack, work, clock, me, tell)
    try:
        yield lease
    finally:
        lease.end()


def _take(store: Store, key: str, stack: str, work: str, clock: Clock, me: Here, tell: Callable[[str], None]) -> Lease:
    now = clock.moment().astimezone(UTC)
    mine = Record(
        token=secrets.token_hex(8),
        owner=me.owner,
        host=me.host,
        machine=me.machine,
        pid=me.pid,
        started=start_of(me.pid),
        work=work,
        taken=now.isoformat(),
        renewed=now.isoformat(),
    )
    lease = Lease(store, key, mine, clock)
    for _ in range(3):  # who had it may give it free between two looks
        if store.create(key, mine.encoded()):
            return lease
        there = store.read(key)
        if there is None:
            continue
        other = _decoded(there, key)
        reason = why_broken(other, me, now)
        if not reason:
            raise Busy(
                f"stack {stack} is being worked on (`{other.work}` of {other.owner}, process {other.pid}, since "
                f"{other.taken[:19]}Z): wait for it; a lease is broken when its owner is gone, or silent for "
                f"{int(SILENT_AFTER.total_seconds() // 60)} minutes"
            )
        if store.replace(key, there, mine.encoded()):
            tell(f"broke the lease of stack {stack} (`{other.work}` since {other.taken[:19]}Z): {reason}")
            lease.broken = other
            return lease
    raise Busy(f"stack {stack} changes hands all the time: try again in a moment")


def _decoded(data: bytes, key: str) -> Record:
    try:
        return Record(**json.loads(data))
    except (ValueError, TypeError) as error:
        raise Failure(f"the lease {key} in the state backend can't be read ({error}): delete it") from error
