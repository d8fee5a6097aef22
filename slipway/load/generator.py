"""Sends requests at a constant rate from a few clients and notes when each was due, sent and answered."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from slipway.load.samples import Sample

if TYPE_CHECKING:
    from collections.abc import Callable

    Send = Callable[[int], tuple[float | None, str]]


class Generator:
    """An open load: request n is due n / rate seconds after the beginning, however long the ones before it take.

    A client takes the next request as soon as it is free and waits until it is due. When no client is free in time the
    request leaves late, and its sample tells whose fault that was.
    """

    def __init__(
        self,
        send: Send,
        keep: Callable[[Sample], None],
        *,
        rate: float,
        clients: int,
        clock: Callable[[], float],
    ) -> None:
        """`send` takes the number of a request and returns the answer, or None and what went wrong."""
        self._send = send
        self._keep = keep
        self._rate = rate
        self._clients = clients
        self._clock = clock
        self._begin = 0.0
        self._next = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._broken: list[BaseException] = []

    def run(self) -> None:
        """Send until `stop`; requests that are under way are answered first.

        What `send` or `keep` raises ends the load and is raised here: a request that is not written down is not a
        request that went well.
        """
        self._begin = self._clock()
        threads = [threading.Thread(target=self._until_broken, name=f"client-{one}") for one in range(self._clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._broken:
            raise self._broken[0]

    def stop(self) -> None:
        """Let every client end after the request that it is busy with."""
        self._stopping.set()

    def _until_broken(self) -> None:
        try:
            self._client()
        except BaseException as error:  # noqa: BLE001 - this thread's outermost loop; `run` raises it
            self._broken.append(error)
            self.stop()

    def _client(self) -> None:
        while True:
            with self._lock:
                number, self._next = self._next, self._next + 1
            due = number / self._rate
            free = self._now()
            if self._stopping.wait(max(0.0, due - free)):
                return
            sent = self._now()
            answer, problem = self._send(number)
            answered = self._now()
            self._keep(
                Sample(
                    number=number,
                    due=due,
                    free=free,
                    sent=sent,
                    answered=answered,
                    answer=answer,
                    problem=problem,
                )
            )

    def _now(self) -> float:
        return self._clock() - self._begin
