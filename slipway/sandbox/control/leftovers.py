"""Ends the processes that a killed sandbox left, should the guard of its containers have been killed as well."""

from slipway.sandbox.state_folder import StateFolder


def end_leftovers(state: StateFolder) -> int:
    """End every process that a sandbox of this folder started and that still runs; says how many there were."""
    from slipway.sandbox.sagemaker.containers.launcher import Launcher  # noqa: PLC0415  (only needed after a kill)

    return len(Launcher(state.root).end_strays())
