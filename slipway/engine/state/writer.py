"""Writing the state while an operation runs: durable around each step, one write for all steps that wait."""

import threading
import time
from collections.abc import Callable, Iterable

from slipway.engine.codec.state import StateCodec
from slipway.engine.errors import EngineError
from slipway.engine.secrets import SecretsManager
from slipway.engine.state.resource import ResourceState
from slipway.engine.state.snapshot import Operation, Snapshot, ordered, render

PATIENCE = 3.0
"""How many times as long as the last write took the next one may wait for steps that are about to end.

So a write holds what as many steps as possible wait for, and the state is being written a quarter of the time at most;
it costs no time where all steps in flight wait for the write, as in a chain of resources.
"""


class StateWriteError(EngineError):
    """The state could not be written: nothing more may be done."""


class SnapshotWriter:
    """Keeps the state on disk in step with what was done.

    The state is: what this operation made or kept, in that order, then what was there before and was not touched yet.
    """

    def __init__(
        self,
        base: Snapshot,
        secrets: SecretsManager,
        codec: StateCodec,
        persist: Callable[[bytes], None] | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._secrets = secrets
        self._codec = codec
        self._persist = persist
        self._metadata = base.metadata
        self._base = list(base.resources)
        self._done: set[int] = set()
        self._news: dict[int, ResourceState] = {}
        self._disordered = False
        self._carried = _carried(base)
        self._operations: dict[int, Operation] = {}
        self._changed = threading.Condition()
        self._version = 0
        self._written = 0
        self._writing = False
        self._running = 0
        """Steps that have begun and not ended: those that may yet have something to write."""
        self._earliest = 0.0
        self._failure: StateWriteError | None = None

    def begin(self, kind: str, resource: ResourceState) -> None:
        """Note durably that something is about to be done to a resource."""
        with self._changed:
            self._operations[id(resource)] = Operation(resource.copy(), kind)
            self._commit(wait=True)
            self._running += 1

    def end(
        self,
        subject: ResourceState | None,
        *,
        gone: Iterable[ResourceState] = (),
        made: Iterable[ResourceState] = (),
        renamed: tuple[str, str] | None = None,
        untouched: bool = False,
        wait: bool = True,
    ) -> None:
        """Note what became of a step: old states that no longer count, new ones that do.

        What was not touched yet refers to a resource that was `renamed` (old URN, new URN) by its new one from now on;
        an old state of it that is still to be deleted follows. What the operation leaves `untouched`, because it is no
        target, may need what the program has not registered yet, or never will. A step of which nobody knows what
        became of it has no end: its operation stays pending.
        """
        with self._changed:
            if subject is not None and self._operations.pop(id(subject), None) is not None:
                self._running -= 1
            for old in gone:
                self._done.add(id(old))
                self._news.pop(id(old), None)
            for new in made:
                self._news[id(new)] = new
            self._disordered = self._disordered or untouched
            if renamed is not None:
                for resource in self._resources():
                    resource.follow(*renamed)
            self._commit(wait=wait)

    def touched(self, *, wait: bool = False) -> None:
        """Note that a state which is part of the snapshot was changed."""
        with self._changed:
            self._commit(wait=wait)

    def rebase(self, base: Snapshot) -> None:
        """Start over from another base, as after a refresh."""
        with self._changed:
            self._base = list(base.resources)
            self._carried = _carried(base)
            self._done.clear()
            self._news.clear()
            self._commit(wait=True)

    def flush(self) -> None:
        """Write what is not written yet."""
        with self._changed:
            self._wait_for(self._version)

    def close(self) -> None:
        """Write nothing more: the lock is going to be given back, and a step that ends late must not undo another's.

        What such a step was about stays pending on disk.
        """
        with self._changed:
            while self._writing:
                self._changed.wait()
            self._failure = self._failure or StateWriteError("the state is not written any more: the operation is over")

    def current(self) -> Snapshot:
        """Return the state as it stands."""
        with self._changed:
            return Snapshot(self._resources(), [*self._operations.values(), *self._carried], self._metadata)

    def _resources(self) -> list[ResourceState]:
        standing = [*self._news.values(), *(old for old in self._base if id(old) not in self._done)]
        return ordered(standing) if self._disordered else standing

    def _commit(self, *, wait: bool) -> None:
        self._version += 1
        if wait:
            self._wait_for(self._version)

    def _wait_for(self, version: int) -> None:
        """Wait until a write that holds `version` is on disk; whoever finds nobody writing writes for all."""
        if self._persist is None:
            return
        while self._written < version:
            if self._failure is not None:
                raise self._failure
            if self._writing:
                self._changed.wait()
                continue
            pause = self._earliest - self._clock()
            if self._running and pause > 0:
                self._changed.wait(pause)
                continue
            target = self._version
            self._writing = True
            begun = self._clock()
            try:
                self._write(self._persist)
            except (OSError, EngineError) as error:
                self._failure = StateWriteError(f"the state could not be written: {error}")
                raise self._failure from error
            finally:
                self._writing = False
                self._earliest = self._clock() + PATIENCE * (self._clock() - begun)
                self._changed.notify_all()
            self._written = max(self._written, target)

    def _write(self, persist: Callable[[bytes], None]) -> None:
        """Write the state as it stands now; while the disk is at work others may change it."""
        operations = [*self._operations.values(), *self._carried]
        text = render(self._resources(), operations, self._metadata, self._secrets, self._codec)
        self._changed.release()
        try:
            persist(text)
        finally:
            self._changed.acquire()


def _carried(base: Snapshot) -> list[Operation]:
    """Return the pending operations that outlive an operation: interrupted creates, until a person settles them."""
    return [operation for operation in base.operations if operation.type == "creating"]
