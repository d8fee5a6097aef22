"""How properties are tried."""

from __future__ import annotations

from hypothesis import settings

# On a busy machine the time of one example says nothing. A failing example is printed, so none is kept on disk.
settings.register_profile("slipway", deadline=None, database=None)
settings.load_profile("slipway")
