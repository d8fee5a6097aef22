"""SLIPWAY_PROVIDER_TRACE=FILE: every RPC as one line of JSON, with what is secret masked."""

import json
import os
import threading
import time
from collections.abc import Mapping
from typing import Any

from google.protobuf.message import Message

from slipway.sandbox.provider.wire import SECRET, SIGNATURE

MASK = "[secret]"
SENSITIVE = ("accesskey", "secretkey", "token", "password")


def masked(value: Any) -> Any:
    """Give a message as plain data without its secrets: wrapped ones, and credentials by their names."""
    if isinstance(value, Mapping):
        if value.get(SIGNATURE) == SECRET:
            return MASK
        return {
            name: MASK if name.rsplit(":", 1)[-1].lower() in SENSITIVE and isinstance(item, str) else masked(item)
            for name, item in value.items()
        }
    return [masked(item) for item in value] if isinstance(value, list) else value


class Trace:
    """Writes the lines; does nothing without a file."""

    def __init__(self, path: str | None = None) -> None:
        self._path = path if path is not None else os.environ.get("SLIPWAY_PROVIDER_TRACE", "")
        self._lock = threading.Lock()

    def __bool__(self) -> bool:
        return bool(self._path)

    def write(self, rpc: str, request: Message, response: Message | None, error: str | None, seconds: float) -> None:
        """One line; appended whole, so several providers may share a file."""
        from google.protobuf.json_format import MessageToDict  # noqa: PLC0415  only a trace needs it

        line = {
            "rpc": rpc,
            "pid": os.getpid(),
            "time": round(time.time(), 3),
            "seconds": round(seconds, 4),
            "request": masked(MessageToDict(request)),
            "response": None if response is None else masked(MessageToDict(response)),
            "error": error,
        }
        with self._lock, open(self._path, "a", encoding="utf-8") as file:  # noqa: PTH123  one append, one line
            file.write(json.dumps(line, sort_keys=True) + "\n")
