"""The demo as a person runs it: whole, interrupted, and killed."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from slipway.demo import processes
from slipway.demo.stages import ROWS, STAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).parents[2]
WHOLE_DEMO_SECONDS = 500


class Running:
    """A `slipway demo` in a process of its own, its output read line by line."""

    def __init__(self, runs: Path, *words: str) -> None:
        self.runs = runs
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PULUMI_"))}
        argv = [sys.executable, "-m", "slipway", "demo", "--engine", "embedded", "--folder", str(runs), *words]
        self.process = subprocess.Popen(
            argv,
            cwd=PROJECT,
            env=environment | {"PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines: list[str] = []
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            with self._changed:
                self.lines.append(line.rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def wait_for(self, pattern: str, seconds: float = 120) -> str:
        """Wait until a line matches; return it."""

        def found() -> str | None:
            return next((line for line in self.lines if re.search(pattern, line)), None)

        with self._changed:
            self._changed.wait_for(lambda: found() is not None or not self._reader.is_alive(), seconds)
            line = found()
        assert line is not None, "\n".join(self.lines)
        return line

    def wait(self, seconds: float) -> int:
        """Wait for the end; return the exit code."""
        code = self.process.wait(seconds)
        self._reader.join(5)
        return code

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def folder(self) -> Path:
        return max(path for path in self.runs.iterdir() if path.is_dir())

    def port(self) -> int:
        return int(self.wait_for(r"sandbox: http").split("127.0.0.1:")[1].split()[0].rstrip(","))


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Path]:
    """Where the runs of a test are kept; whatever a failed test leaves alive is ended."""
    folder = tmp_path / "runs"
    yield folder
    for run in folder.iterdir() if folder.is_dir() else ():
        processes.end_run(run)


def tree_digest() -> str:
    """Digest every file that the demo could be tempted to write."""
    files = [*PROJECT.glob("Pulumi*.yaml"), PROJECT / "__main__.py"]
    for folder in ("infra", "training", "serving"):
        files += [path for path in (PROJECT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(os.fsencode(file) + b"\0" + file.read_bytes())
    return digest.hexdigest()


@pytest.mark.timeout(WHOLE_DEMO_SECONDS + 20)
@pytest.mark.parametrize("enforced", [False, True], ids=["free", "under the roles' permissions"])
def test_the_whole_loop_passes_and_leaves_nothing_behind(
    runs: Path,
    monkeypatch: pytest.MonkeyPatch,
    enforced: bool,  # noqa: FBT001
) -> None:
    monkeypatch.setenv("SLIPWAY_SANDBOX_ENFORCE_IAM", str(int(enforced)))
    before = tree_digest()
    demo = Running(runs)
    port = demo.port()
    assert demo.wait(WHOLE_DEMO_SECONDS) == 0, demo.text
    assert "\x1b" not in demo.text
    report = json.loads((demo.folder() / "measurements.json").read_text())
    assert report["outcome"] == "passed"
    assert report["rows"] == ROWS
    assert report["largest_difference"] <= 1e-6
    assert set(report["unchanged"]) == {"same"}
    assert report["requests"] > 100
    assert (report["failed"], report["verdict_on_torn"]) == (0, 1)
    assert [stage["seconds"] > 0 for stage in report["stages"]] == [True] * STAGES
    assert report["peak_resident_bytes"] > 0
    words = ["engine", "stack", "data", "model", "model", "answers", "load", "fallback", "empty", "left", "cost"]
    words += ["report", "look"]
    assert [line.split()[0] for line in demo.lines[-len(words) :]] == words, demo.text
    told = demo.text.partition("slipway verdict -s dev: exit code 1")[2]
    assert "ANOTHER RELEASE SERVES" in told
    assert "model.onnx: damaged" in told
    page = (demo.folder() / "report.html").read_text()
    assert f"0 of {report['requests']:,} requests failed" in page
    assert not re.search(r"(?:src|href)=.https?:", page)
    release = yaml.safe_load((demo.folder() / "project" / "Pulumi.dev.yaml").read_text())["config"]["slipway:release"]
    assert [release[place]["model_package_arn"][-1] for place in ("current", "previous")] == ["2", "3"]
    log = (demo.folder() / "logs" / "sandbox.log").read_text()
    assert ("permissions enforced" in log, "denied: " in log) == (enforced, False)
    assert processes.of_run(demo.folder()) == []
    assert processes.port_is_free(port)
    assert tree_digest() == before


# in the first `up`, and in the middle of a rollout under load
@pytest.mark.timeout(300)
@pytest.mark.parametrize("stage", [pytest.param(2, marks=pytest.mark.soak), 8])
def test_an_interrupted_demo_ends_everything_that_it_started(runs: Path, stage: int) -> None:
    demo = Running(runs)
    port = demo.port()
    demo.wait_for(rf"^\[{stage}/{STAGES}\]", 250)
    assert processes.of_run(demo.folder())
    demo.process.send_signal(signal.SIGINT)
    assert demo.wait(60) == 130, demo.text
    assert processes.of_run(demo.folder()) == []
    assert processes.port_is_free(port)
    assert json.loads((demo.folder() / "measurements.json").read_text())["outcome"] == "interrupted"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("stage", [pytest.param(2, marks=pytest.mark.soak), 9])
def test_after_a_killed_demo_the_next_one_ends_what_is_left_and_runs(runs: Path, stage: int) -> None:
    killed = Running(runs)
    killed.wait_for(rf"^\[{stage}/{STAGES}\]", 250)
    folder = killed.folder()
    killed.process.kill()
    killed.wait(10)
    assert processes.of_run(folder)
    second = Running(runs)
    second.wait_for(rf"ended \d+ processes that the killed run {folder.name} left behind")
    assert processes.of_run(folder) == []
    second.wait_for(rf"^\[2/{STAGES}\]")
    second.process.terminate()
    assert second.wait(60) == 130, second.text
    assert processes.of_run(second.folder()) == []
