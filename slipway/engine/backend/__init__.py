"""Where stacks are kept: the real engine's layout in a folder, so that either engine continues the other's work."""

from slipway.engine.backend.file_backend import FileBackend
from slipway.engine.backend.opening import open_backend

__all__ = ["FileBackend", "open_backend"]
