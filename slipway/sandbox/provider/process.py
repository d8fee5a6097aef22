"""The provider as a process: port line first, gone with its parent, polite to signals."""

import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import Empty, SimpleQueue

import grpc

from slipway.sandbox.provider.protocol import provider_pb2_grpc
from slipway.sandbox.provider.servicer import Provider

THREADS = 32
GRACE_SECONDS = 20.0
PARENT_EVERY_SECONDS = 0.5
NO_LIMIT = -1


def serve(engine_address: str) -> int:
    """Serve until a signal comes or the parent is gone; calls in flight may finish within the grace."""
    parent = os.getppid()
    leave: SimpleQueue[None] = SimpleQueue()
    server = grpc.server(
        ThreadPoolExecutor(THREADS, thread_name_prefix="rpc"),
        options=[("grpc.max_receive_message_length", NO_LIMIT), ("grpc.max_send_message_length", NO_LIMIT)],
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(engine_address), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    _take_signals(leave)
    # the engine reads the very first line of stdout as the port
    print(port, flush=True)
    threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()
    # PR_SET_PDEATHSIG would fire when the thread of a Go engine ends, so the parent is polled
    while os.getppid() == parent:
        with suppress(Empty):
            leave.get(timeout=PARENT_EVERY_SECONDS)
            break
    server.stop(GRACE_SECONDS).wait()
    sys.stdout.flush()
    # threads that wait for AWS beyond the grace must not keep the process
    os._exit(0)


def _take_signals(leave: SimpleQueue[None]) -> None:
    """Leave in order at the first signal, at once at the second.

    A queue may be filled from within a handler, whatever that interrupted; the lock of an Event may not be taken there.
    """
    came: list[int] = []

    def handle(number: int, _frame: object) -> None:
        if came:
            os._exit(1)
        came.append(number)
        leave.put(None)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handle)


def _warm_up() -> None:
    from slipway.sandbox.provider.clients import warm_up  # noqa: PLC0415

    warm_up()
