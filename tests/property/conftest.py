"""How properties are tried."""

from __future__ import annotations

from hypothesis import settings

# A busy machine is no failure: the time of one example says nothing. Failing examples are printed, so none is kept on disk.
settings.register_profile("slipway", deadline=None, database=None)
settings.load_profile("slipway")
