"""Where stacks are kept: the real engine's layout in a folder or a bucket, so that either engine continues."""

from slipway.engine.backend.opening import open_backend
from slipway.engine.backend.stacks import Backend

__all__ = ["Backend", "open_backend"]
