"""Where SageMaker puts a training job's files, and how the job tells it that something went wrong."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

_FAILURE_CHARACTERS = 1024  # what SageMaker keeps of the file as the job's FailureReason


class TrainingError(Exception):
    """The job can't do its work; the message says why, in the words of who started it."""


@dataclass(frozen=True)
class Folders:
    """The container's /opt/ml, or the folder that stands for it in SLIPWAY_ML_ROOT."""

    root: Path

    @classmethod
    def here(cls) -> Folders:
        """Return the folders of this process."""
        return cls(Path(os.environ.get("SLIPWAY_ML_ROOT") or "/opt/ml"))

    @property
    def model(self) -> Path:
        """What lies here when the job ends becomes model.tar.gz."""
        return self.root / "model"

    def channel(self, name: str) -> Path:
        """Return the folder of one input channel."""
        return self.root / "input/data" / name

    def hyperparameters(self) -> dict[str, str]:
        """Read the job's hyperparameters; a job without any has no file, or an empty one."""
        path = self.root / "input/config/hyperparameters.json"
        text = path.read_text("utf-8").strip() if path.is_file() else ""
        try:
            given = json.loads(text or "{}")
        except ValueError as error:
            raise TrainingError(f"{path} is no JSON: {error}") from error
        if not isinstance(given, dict):
            raise TrainingError(f"{path} holds a {type(given).__name__}; an object of names and strings is expected")
        return {str(name): value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}

    def fail(self, reason: str) -> None:
        """Leave the reason where SageMaker looks for it."""
        path = self.root / "output/failure"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(reason[:_FAILURE_CHARACTERS], "utf-8")
