"""One serving container: a process that answers /ping and /invocations on a loopback port."""

import http.client
import itertools
import os
import select
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from slipway.sandbox.sagemaker.containers.process import ContainerProcess

PING_TIMEOUT = 2.0
INVOCATION_TIMEOUT = 60.0
"""Seconds that SageMaker gives /ping and /invocations."""
STOP_GRACE_SECONDS = 30
_LOOPBACK = "127.0.0.1"
# below the range that outgoing connections take their ports from, so that none grabs a container's port before it
_FIRST_PORT, _PORTS = 20_000, 12_000
_COUNTER = itertools.count(os.getpid() * 37)


class ContainerNotHealthyError(Exception):
    """A container died or did not answer /ping in time; the message says which, with the end of its log."""


class ContainerGoneError(Exception):
    """Nothing took the request: nobody listens there any more, so another container may be asked without harm."""


class ContainerBrokeError(Exception):
    """The container took the request and gave no answer; asking another might do the same to it."""


@dataclass(frozen=True)
class Reply:
    """What a container answered."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    for _ in range(_PORTS):
        port = _FIRST_PORT + next(_COUNTER) % _PORTS
        with socket.socket() as probe:
            try:
                probe.bind((_LOOPBACK, port))
            except OSError:
                continue
            return port
    raise OSError(f"no free port between {_FIRST_PORT} and {_FIRST_PORT + _PORTS} on {_LOOPBACK}")


class ServingContainer:
    """A started process and the kept connections to it. Safe for several threads."""

    def __init__(self, process: ContainerProcess, port: int, label: str) -> None:
        self._process = process
        self._port = port
        self._label = label
        self._lock = threading.Lock()
        self._idle: list[http.client.HTTPConnection] = []

    @property
    def process(self) -> ContainerProcess:
        """The process itself."""
        return self._process

    def wait_until_healthy(self, timeout: float, given_up: threading.Event) -> None:
        """Wait for /ping to answer 200. Raises ContainerNotHealthyError, at once when the process dies."""
        deadline = time.monotonic() + timeout
        pause = 0.005
        while True:
            if self.healthy():
                return
            if self._process.ended.is_set():
                raise ContainerNotHealthyError(
                    f"{self._label} ended with exit code {self._process.exit_code} before it passed /ping{self._log()}"
                )
            if time.monotonic() > deadline:
                raise ContainerNotHealthyError(
                    f"{self._label} did not pass the ping health check within {timeout:g} s: GET /ping must answer 200 "
                    f"on the port in SAGEMAKER_BIND_TO_PORT{self._log()}"
                )
            if given_up.is_set():
                raise ContainerNotHealthyError(f"{self._label} was stopped while it started")
            self._process.ended.wait(pause)
            pause = min(pause * 1.3, 0.1)

    def healthy(self) -> bool:
        """Tell whether /ping answers 200 now."""
        try:
            return self.request("GET", "/ping", b"", {}, PING_TIMEOUT).status == http.client.OK
        except (ContainerGoneError, ContainerBrokeError):
            return False

    def request(self, method: str, path: str, body: bytes, headers: Mapping[str, str], timeout: float) -> Reply:
        """Send one request and read its whole answer. Raises ContainerGoneError or ContainerBrokeError."""
        connection = self._take()
        sent = False
        if connection is not None:
            try:
                return self._exchange(connection, method, path, body, headers, timeout)
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                # the server closed this kept connection as we used it: ask once more, on a new one
                connection.close()
                sent = True
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                raise ContainerBrokeError(_told(error, timeout)) from error
        connection = http.client.HTTPConnection(_LOOPBACK, self._port, timeout=timeout)
        try:
            connection.connect()
        except OSError as error:
            if sent:  # it may have died of this very request, which must not kill the next one too
                raise ContainerBrokeError(_told(error, timeout)) from error
            raise ContainerGoneError(f"{self._label} does not listen on port {self._port}: {error}") from error
        try:
            return self._exchange(connection, method, path, body, headers, timeout)
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise ContainerBrokeError(_told(error, timeout)) from error

    def _exchange(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        body: bytes,
        headers: Mapping[str, str],
        timeout: float,
    ) -> Reply:
        if connection.sock is not None:
            connection.sock.settimeout(timeout)
        connection.request(method, path, body=body if method == "POST" else None, headers=dict(headers))
        _acknowledge_at_once(connection)
        response = connection.getresponse()
        content = response.read()
        reply = Reply(response.status, {name.lower(): value for name, value in response.getheaders()}, content)
        if response.will_close:
            connection.close()
        else:
            with self._lock:
                self._idle.append(connection)
        return reply

    def _take(self) -> http.client.HTTPConnection | None:
        """Return a kept connection that the server did not close; one that can be read without a request was closed."""
        while True:
            with self._lock:
                if not self._idle:
                    return None
                connection = self._idle.pop()
            if connection.sock is not None and not _readable(connection.sock):
                return connection
            connection.close()

    def stop(self, grace_seconds: float = STOP_GRACE_SECONDS) -> None:
        """Close the connections and end the process."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
        self._process.stop(grace_seconds)

    def _log(self) -> str:
        lines = self._process.last_lines()
        return "; its log ends with:\n" + "\n".join(lines) if lines else "; its log is empty"


def _readable(sock: socket.socket) -> bool:
    poll = select.poll()  # select() takes no descriptor above 1023
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))


def _acknowledge_at_once(connection: http.client.HTTPConnection) -> None:
    """Keep a server that writes head and body apart from waiting 40 ms for our acknowledgement of the head (Nagle).

    The option is not lasting, so it is set with each request; other systems than Linux have no such delay to spare.
    """
    option = getattr(socket, "TCP_QUICKACK", None)
    if option is not None and connection.sock is not None:
        connection.sock.setsockopt(socket.IPPROTO_TCP, option, 1)


def _told(error: Exception, timeout: float) -> str:
    if isinstance(error, TimeoutError):
        return (
            f"Your invocation timed out while waiting for a response from container primary after {timeout:g} seconds. "
            "Review the latency metrics for each container in Amazon CloudWatch, resolve the issue, and try again."
        )
    return f"the container closed the connection without an answer ({error})"
