"""One instance of a job."""

from dataclasses import dataclass

from slipway.sandbox.sagemaker.containers.images import Command
from slipway.sandbox.sagemaker.containers.workspace import Workspace

MAX_HOSTS = 4
"""Instances of one job that this machine plays at once."""


@dataclass(frozen=True, kw_only=True)
class Host:
    """One instance of a job: its name, its files and what it runs."""

    name: str
    workspace: Workspace
    command: Command
    environment: dict[str, str]
    notes: tuple[str, ...] = ()
    """Lines for the log that tell where this differs from AWS."""
