"""Ends the processes that a killed sandbox left: the guard of its containers does so too, unless it was killed as well."""

from __future__ import annotations

from slipway.sandbox.state_folder import StateFolder


def end_leftovers(state: StateFolder) -> int:
    """End every process that a sandbox of this folder started and that still runs; says how many there were."""
    from slipway.sandbox.sagemaker.containers.launcher import Launcher  # noqa: PLC0415  (only needed after a kill)

    return len(Launcher(state.root).end_strays())
