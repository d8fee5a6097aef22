"""Pulumi's protobuf modules, as the SDK ships them, without the SDK.

`import pulumi.runtime.proto` runs the whole SDK first, which costs half a second of each command. The modules in that
folder import each other relatively only, so they are loaded from it under a name of ours.
"""

import importlib
import importlib.machinery
import sys
import types
from pathlib import Path
from typing import TYPE_CHECKING

_PACKAGE = "slipway.engine._protocol"


def _package() -> None:
    if _PACKAGE in sys.modules:
        return
    # not importlib.util.find_spec, which asks what may already be loaded under that name
    spec = importlib.machinery.PathFinder.find_spec("pulumi")
    if spec is None or spec.origin is None:
        raise ImportError("the Python package `pulumi` is not installed: pip install -r requirements.txt")
    module = types.ModuleType(_PACKAGE)
    module.__path__ = [str(Path(spec.origin).parent / "runtime" / "proto")]
    sys.modules[_PACKAGE] = module


_package()

if TYPE_CHECKING:
    from pulumi.runtime.proto import (
        alias_pb2,
        analyzer_pb2,
        analyzer_pb2_grpc,
        callback_pb2,
        callback_pb2_grpc,
        engine_pb2,
        engine_pb2_grpc,
        plugin_pb2,
        provider_pb2,
        provider_pb2_grpc,
        resource_pb2,
        resource_pb2_grpc,
        source_pb2,
        status_pb2,
    )
else:

    def __getattr__(name: str) -> types.ModuleType:
        if not name.endswith(("_pb2", "_pb2_grpc")):
            raise AttributeError(name)
        module = importlib.import_module(f"{_PACKAGE}.{name}")
        globals()[name] = module
        return module


__all__ = [
    "alias_pb2",
    "analyzer_pb2",
    "analyzer_pb2_grpc",
    "callback_pb2",
    "callback_pb2_grpc",
    "engine_pb2",
    "engine_pb2_grpc",
    "plugin_pb2",
    "provider_pb2",
    "provider_pb2_grpc",
    "resource_pb2",
    "resource_pb2_grpc",
    "source_pb2",
    "status_pb2",
]

MAX_MESSAGE = 400 * 1024 * 1024
CHANNEL_OPTIONS = [
    ("grpc.max_receive_message_length", MAX_MESSAGE),
    ("grpc.max_send_message_length", MAX_MESSAGE),
]
