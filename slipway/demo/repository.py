"""The copied project under git: every pin is a commit, so that the history of what was released is there to be read."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slipway import child
from slipway.failure import Failure

if TYPE_CHECKING:
    from pathlib import Path

AUTHOR = ("-c", "user.name=demo", "-c", "user.email=demo@slipway.invalid", "-c", "commit.gpgsign=false")
# what the user's own git is told to do with every commit has no place here
ISOLATED = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_TERMINAL_PROMPT": "0"}


@dataclass(frozen=True)
class Repository:
    """A repository of the run's own in the copied project."""

    project: Path

    def begin(self) -> None:
        """Make the repository and commit the project as it is copied."""
        if shutil.which("git") is None:
            raise Failure("git is not on PATH: the demo commits each release, so that its history can be told")
        self._git("init", "--quiet", "--initial-branch=main")
        self._git("add", "--", ".", ":!.slipway", ":!.venv")
        self._git("commit", "--quiet", "--message=Begin")

    def commit(self, file: Path, subject: str) -> None:
        """Commit what changed in one file."""
        self._git("commit", "--quiet", f"--message={subject}", "--", file.name)

    def _git(self, *words: str) -> None:
        # GIT_DIR and its like, set where a hook of the user's starts the demo, would point at another repository
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        finished = child.run(["git", *AUTHOR, *words], cwd=self.project, env={**inherited, **ISOLATED})
        if finished.code != 0:
            raise Failure(f"`git {words[0]}` failed in {self.project}: {finished.tail()}")
