"""Starts the code package that the stack deployed, where nobody has unpacked it: a tuning job can't name a command."""

from __future__ import annotations

import os
import sys
import tarfile
from typing import TYPE_CHECKING

from training.contract import TrainingError

if TYPE_CHECKING:
    from pathlib import Path

    from training.contract import Folders

CHANNEL = "code"


def package(folders: Folders) -> Path | None:
    """Return the code package that waits to be unpacked; None where there is none, or it is unpacked already."""
    if (folders.root / "code/training").is_dir():
        return None
    return next(iter(sorted(folders.channel(CHANNEL).glob("*.tar.gz"))), None)


def hand_over(folders: Folders, archive: Path) -> None:
    """Unpack the code package to where Python looks first, and become it; raises TrainingError."""
    try:
        with tarfile.open(archive) as opened:
            opened.extractall(folders.root / "code", filter="data")
    except (OSError, tarfile.TarError) as error:
        raise TrainingError(f"the code package {archive} can't be unpacked: {error}") from error
    os.execv(sys.executable, [sys.executable, "-m", "training", "train"])  # noqa: S606 - ourselves, in another version
