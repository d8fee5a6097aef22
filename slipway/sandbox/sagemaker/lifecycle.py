"""What the serving process does with SageMaker's processes when it starts and when it ends."""

from __future__ import annotations

from slipway.sandbox.sagemaker.context import ContextFactory


def recover(context_factory: ContextFactory) -> None:
    """Pick up what the last run left: end its processes, fail its jobs, respawn its endpoints."""


def shutdown() -> None:
    """End every process that the service started."""
