"""The folder of one demo run: a copy of the project to work in, logs, and a note of who runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipway.demo import processes
from slipway.failure import Misuse

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTE = "run.json"
KEPT_RUNS = 5
# what a stack does not need; the tool itself runs from where it is installed
LEFT_BEHIND = frozenset({"slipway", "tests", "bench", "docs"})
CACHES = frozenset({"__pycache__", "build", "dist", "node_modules"})


@dataclass(frozen=True)
class RunFolder:
    """Where things of a run lie."""

    root: Path

    @property
    def project(self) -> Path:
        """The copied project."""
        return self.root / "project"

    @property
    def state(self) -> Path:
        """The sandbox's state: the default place inside the copy."""
        return self.project / ".slipway" / "sandbox"

    @property
    def logs(self) -> Path:
        """Full output of every command."""
        return self.root / "logs"

    @property
    def measurements(self) -> Path:
        """Times and memory, as JSON."""
        return self.root / "measurements.json"

    @property
    def report(self) -> Path:
        """The page that a person looks at."""
        return self.root / "report.html"

    def note(self, **more: Any) -> None:
        """Write down who runs this, for the next run to find."""
        text = json.dumps({"pid": os.getpid(), "kept": False, **more}) + "\n"
        (self.root / NOTE).write_text(text, "utf-8")

    def read_note(self) -> dict[str, Any]:
        """Return what the run wrote down about itself; empty for a folder that holds no run."""
        try:
            note: dict[str, Any] = json.loads((self.root / NOTE).read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return note


def make(project: Path, runs: Path) -> RunFolder:
    """Copy the project into a fresh folder under `runs`."""
    if not (project / "Pulumi.yaml").is_file():
        raise Misuse(f"{project} has no Pulumi.yaml: run `slipway demo` in the project's folder")
    name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{os.getpid()}"
    try:
        runs.mkdir(parents=True, exist_ok=True)
        root = runs.resolve() / name
        root.mkdir(mode=0o700)
        folder = RunFolder(root)
        folder.note()
        _copy(project, folder.project, runs.resolve())
        # Pulumi.yaml names `.venv` as the program's virtual environment
        (folder.project / ".venv").symlink_to(sys.prefix)
    except OSError as error:
        raise Misuse(
            f"the project can't be copied into {runs} ({error.strerror or error}): name a folder that can be written, "
            "with space on its disk, with --folder"
        ) from error
    return folder


def _copy(project: Path, target: Path, runs: Path) -> None:
    """Copy what belongs to the project: what git would commit, or without git everything but the obvious."""
    target.mkdir()
    for path in _committable(project) or _walk(project, runs):
        name = path.relative_to(project)
        if name.parts[0] in LEFT_BEHIND or name.parts[0].startswith(".") or not path.is_file():
            continue
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, place)


def _committable(project: Path) -> list[Path]:
    """Return the files that are tracked or could be; none where there is no git or no repository."""
    words = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    try:
        listed = subprocess.run(words, cwd=project, capture_output=True, check=True, stdin=subprocess.DEVNULL).stdout
    except (OSError, subprocess.CalledProcessError):
        return []
    return [project / os.fsdecode(name) for name in listed.split(b"\0") if name]


def _walk(project: Path, runs: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(project):
        place = Path(folder)
        names[:] = [
            name
            for name in names
            if not name.startswith(".")
            and name not in CACHES
            and not name.endswith(".egg-info")
            and not (place / name / "pyvenv.cfg").exists()
            and (place / name).resolve() != runs
        ]
        yield from (place / name for name in files)


@dataclass(frozen=True)
class Stale:
    """A run that was killed and left processes behind."""

    folder: RunFolder
    ended: list[int]


def end_stale(runs: Path) -> list[Stale]:
    """End what killed runs left behind; runs that are alive, or were asked to be kept, are left alone."""
    found = []
    for folder in _runs(runs):
        note = folder.read_note()
        if not note.get("kept") and not _is_running(note):
            ended = processes.end_run(folder.root)
            if ended:
                found.append(Stale(folder, ended))
    return found


def prune(runs: Path) -> None:
    """Delete the oldest runs that nobody needs any more."""
    idle = [
        folder for folder in _runs(runs) if not processes.of_run(folder.root) and not _is_running(folder.read_note())
    ]
    for folder in idle[: max(0, len(idle) - KEPT_RUNS)]:
        shutil.rmtree(folder.root, ignore_errors=True)


def _runs(runs: Path) -> list[RunFolder]:
    if not runs.is_dir():
        return []
    return [RunFolder(path) for path in sorted(runs.resolve().iterdir()) if (path / NOTE).is_file()]


def _is_running(note: dict[str, Any]) -> bool:
    pid = note.get("pid")
    if not isinstance(pid, int) or not processes.alive(pid):
        return False
    # the number may have been given to another process since; a demo says so in its command line
    return pid == os.getpid() or not processes.LINUX or "demo" in processes.command_line(pid)
