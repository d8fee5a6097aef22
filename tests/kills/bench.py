"""Stacks whose engines die: a project, its state and its cloud in a folder, and the processes that run engines."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.kills.points import Point

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LAB = HERE.parent / "conformance" / "lab"
CLI = [sys.executable, "-m", "slipway.engine"]
PROJECT = "name: app\nruntime: python\nplugins:\n  providers:\n    - name: lab\n      path: ./provider\n"


def make_project(folder: Path) -> Path:
    """Make the project folder; all stacks share it."""
    folder.mkdir()
    (folder / "provider").symlink_to(HERE / "provider")
    (folder / "lab_sdk.py").symlink_to(LAB / "lab_sdk.py")
    (folder / "__main__.py").symlink_to(HERE / "program.py")
    (folder / "Pulumi.yaml").write_text(PROJECT)
    return folder


@dataclass(frozen=True)
class Ended:
    """How a run ended; `code` is negative for a signal, `left` are processes that did not leave by themselves."""

    code: int
    left: list[str]
    said: str


class Zygote:
    """A process that forks engines, one at a time."""

    def __init__(self) -> None:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        self._env = {"PATH": path, "HOME": os.environ.get("HOME", "/"), "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.kills.zygote"],
            cwd=ROOT,
            env=self._env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, stack: "Stack", *argv: str, edition: str = "2", point: Point | None = None) -> Ended:
        """Run one command line on a stack to its end, or to its death."""
        output = stack.folder / "output"
        output.unlink(missing_ok=True)
        for log in (stack.calls, stack.writes):
            log.unlink(missing_ok=True)
        env = self._env | {
            "PULUMI_BACKEND_URL": f"file://{stack.folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_HOME": str(stack.folder / "home"),
            "LAB_CLOUD": str(stack.cloud_file),
            "PROGRAM_EDITION": edition,
            "KILLS_AT": str(point or ""),
            "KILLS_CALLS": str(stack.calls),
        }
        order = {
            "argv": [*argv, "--stack", "dev", "--non-interactive"],
            "cwd": str(stack.project),
            "env": env,
            "output": str(output),
            "point": str(point or ""),
            "writes": str(stack.writes),
        }
        if self._process.stdin is None or self._process.stdout is None:
            raise AssertionError("made with pipes")
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return Ended(answer["code"], answer["left"], output.read_text(errors="replace"))

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


@dataclass(frozen=True)
class Stack:
    """One stack `dev` of the project in a folder of its own."""

    project: Path
    folder: Path

    @property
    def cloud_file(self) -> Path:
        """The lab's cloud."""
        return self.folder / "cloud.json"

    @property
    def calls(self) -> Path:
        """Where the provider notes each call of the last run."""
        return self.folder / "calls"

    @property
    def writes(self) -> Path:
        """Where the engine notes each durable write of the last run."""
        return self.folder / "writes"

    @property
    def state_file(self) -> Path:
        """The checkpoint."""
        return self.folder / "state" / ".pulumi" / "stacks" / "app" / "dev.json"

    def environment(self) -> dict[str, str]:
        """Return the environment of a command line on this stack, with the lab as it is."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PULUMI_", "LAB_"))}
        return kept | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}",
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'state'}",
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "",
            "LAB_CLOUD": str(self.cloud_file),
        }

    def names(self) -> list[str]:
        """Return the names of the resources in the state."""
        return [item["urn"].rpartition("::")[2] for item in self.deployment().get("resources", [])]

    def deployment(self) -> dict[str, Any]:
        """Return the deployment of the checkpoint; empty before the first write."""
        found: dict[str, Any] = self.checkpoint()["checkpoint"].get("latest") or {}
        return found

    def locks(self) -> list[Path]:
        """Return the lock files."""
        return sorted((self.folder / "state" / ".pulumi" / "locks").rglob("*.json"))

    def checkpoint(self) -> dict[str, Any]:
        """Read the checkpoint; it must be whole."""
        found: dict[str, Any] = json.loads(self.state_file.read_bytes())
        return found

    def cloud(self) -> dict[str, Any]:
        """Read the cloud."""
        if not self.cloud_file.exists():
            return {"things": {}}
        found: dict[str, Any] = json.loads(self.cloud_file.read_text())
        return found

    def forget_by_hand(self, ids: set[str]) -> None:
        """Delete things from the cloud, as a person does whom a pending operation sends there."""
        cloud = self.cloud()
        for id_ in ids:
            del cloud["things"][id_]
        self.cloud_file.write_text(json.dumps(cloud))

    @classmethod
    def make(cls, project: Path, folder: Path) -> Self:
        """Make an empty folder for a stack."""
        (folder / "state").mkdir(parents=True)
        return cls(project, folder)

    def clone(self, folder: Path) -> "Stack":
        """Return another stack that is as this one is now."""
        shutil.copytree(self.folder, folder)
        return Stack(self.project, folder)
