"""Functions of the program that the engine calls back: hooks and transforms."""

import threading
from typing import Any

import grpc

from slipway.engine.errors import EngineError
from slipway.engine.protocol import CHANNEL_OPTIONS, callback_pb2, callback_pb2_grpc


class CallbackError(EngineError):
    """A function of the program failed; the message is the program's own."""


class Callbacks:
    """Connections to where the program serves its functions."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._channels: dict[str, grpc.Channel] = {}

    def call(self, target: str, token: str, request: bytes) -> bytes:
        """Call a function with a serialized request; return its serialized response."""
        with self._lock:
            channel = self._channels.get(target)
            if channel is None:
                channel = self._channels[target] = grpc.insecure_channel(target, options=CHANNEL_OPTIONS)
        stub = callback_pb2_grpc.CallbacksStub(channel)
        try:
            response: bytes = stub.Invoke(callback_pb2.CallbackInvokeRequest(token=token, request=request)).response
        except grpc.RpcError as error:
            failure: Any = error
            raise CallbackError(str(failure.details() or failure.code())) from error
        return response

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            for channel in self._channels.values():
                channel.close()
