"""The one door to Pulumi's generated protocol code; import messages and stubs from here only."""

import importlib.util
import sys
from types import ModuleType


def _without_the_sdk() -> None:
    """Make `pulumi.runtime.proto` importable without running the SDK's own packages.

    `import pulumi` costs half a second (telemetry, the whole SDK); the generated code needs none of it and a provider
    starts at every command.
    Hollow packages with the real search paths stand in, in this process only; where the SDK is already imported it is
    used as it is.
    """
    if "pulumi" in sys.modules:
        return
    spec = importlib.util.find_spec("pulumi")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("the package pulumi is not installed: install requirements/tool.txt")
    root = spec.submodule_search_locations[0]
    for name, path in {
        "pulumi": root,
        "pulumi.runtime": f"{root}/runtime",
        "pulumi.runtime.proto": f"{root}/runtime/proto",
    }.items():
        module = ModuleType(name)
        module.__path__ = [path]
        sys.modules[name] = module


_without_the_sdk()

from pulumi.runtime.proto import (  # noqa: E402  the stand-ins come first
    engine_pb2,
    engine_pb2_grpc,
    plugin_pb2,
    provider_pb2,
    provider_pb2_grpc,
    status_pb2,
)

__all__ = ["engine_pb2", "engine_pb2_grpc", "plugin_pb2", "provider_pb2", "provider_pb2_grpc", "status_pb2"]
