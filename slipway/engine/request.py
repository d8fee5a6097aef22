"""The seam between the command line and the engine proper: what one operation is asked to do."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from slipway.engine.config import ConfigValue
from slipway.engine.options import Options
from slipway.engine.project import Project
from slipway.engine.secrets import SecretsManager

__all__ = ["OperationKind", "OperationRequest", "Options", "Stop"]

OperationKind = Literal["up", "preview", "refresh", "destroy"]


class Stop:
    """Two levels of stopping: first let what is in flight end, then end at once."""

    def __init__(self) -> None:
        self.canceled = threading.Event()
        self.terminated = threading.Event()

    def signal(self) -> None:
        """Take one step further: the first call cancels, the second terminates."""
        if self.canceled.is_set():
            self.terminated.set()
        self.canceled.set()


@dataclass(frozen=True, kw_only=True)
class OperationRequest:
    """One operation on one stack."""

    kind: OperationKind
    project: Project
    stack: str
    config: Mapping[str, ConfigValue]
    """By full key `namespace:name`; secrets are in plain text here and marked."""
    deployment: dict[str, Any] | None
    """The `deployment` object as stored (version 3), its secrets still encrypted; None for a new stack."""
    secrets: SecretsManager
    persist: Callable[[bytes], None] | None
    """Writes one whole deployment (JSON), atomically and durably; None when nothing may be written."""
    emit: Callable[[dict[str, Any]], None]
    """Takes each EngineEvent, sequenced and timestamped."""
    options: Options = field(default_factory=Options)
    stop: Stop = field(default_factory=Stop)
    read_stack: Callable[[str], dict[str, Any]] | None = None
    """Outputs of another stack of this backend by its reference, for StackReference."""
    organization: str = "organization"
    folder: Path = field(default_factory=Path)
    """Where relative paths of the flags begin."""
