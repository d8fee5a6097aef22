"""Lines for the user, sent to the engine beside the resource that they are about."""

import threading

import grpc

from slipway.sandbox.provider.protocol import engine_pb2, engine_pb2_grpc


class EngineLog:
    """Engine.Log at the address that the engine gave; silent when there is none."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._lock = threading.Lock()
        self._stub: engine_pb2_grpc.EngineStub | None = None

    def tell(self, urn: str, text: str, *, ephemeral: bool = True) -> None:
        """Show a line; an engine that has gone away is no reason to fail a create."""
        if not self._address:
            return
        with self._lock:
            if self._stub is None:
                self._stub = engine_pb2_grpc.EngineStub(grpc.insecure_channel(self._address))
        try:
            self._stub.Log(
                engine_pb2.LogRequest(severity=engine_pb2.INFO, message=text, urn=urn, ephemeral=ephemeral), timeout=5
            )
        except grpc.RpcError:
            return
