"""The folder that a container sees as /opt/ml, and its scratch space beside it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

TRAINING_FOLDERS = ("input/config", "input/data", "model", "output/data", "output/intermediate", "checkpoints", "code")
PROCESSING_FOLDERS = ("config", "processing", "output")
SERVING_FOLDERS = ("model", "additional-model-data-sources", "code")


@dataclass(frozen=True)
class Workspace:
    """One container's files: `ml` is its /opt/ml, `scratch` its working folder, `mounts` a place to build mounts in."""

    root: Path

    @property
    def ml(self) -> Path:
        """The folder that stands for /opt/ml."""
        return self.root / "ml"

    @property
    def scratch(self) -> Path:
        """Where the process starts and keeps temporary files."""
        return self.root / "scratch"

    @property
    def mounts(self) -> Path:
        """An empty folder that isolation may mount over, in the process's own namespace."""
        return self.root / "mounts"

    def prepare(self, folders: tuple[str, ...]) -> None:
        """Make the folders anew; whatever an earlier run left is removed."""
        self.remove()
        for folder in folders:
            (self.ml / folder).mkdir(parents=True)
        self.scratch.mkdir()
        self.mounts.mkdir()

    def remove(self) -> None:
        """Remove everything; what a process made unreadable is skipped."""
        shutil.rmtree(self.root, ignore_errors=True)
