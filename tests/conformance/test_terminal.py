"""Whole operations on a terminal: what stands on its screen while they run, and when they have ended."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyte
import pytest

CLI = [sys.executable, "-m", "slipway.engine"]
PATIENCE = 120.0  # seconds until something must have appeared
PROGRAM = """
import pulumi
from lab_sdk import Group, Thing

lake = Group("lake")
raw = Thing("raw", value="v", opts=pulumi.ResourceOptions(parent=lake))
slow = Thing("slow", value=raw.arn, opts=pulumi.ResourceOptions(parent=lake))
for n in range(30):
    Thing(f"thing-{n}", value="x")
last = Thing("last", value=slow.arn)
pulumi.export("last", last.arn)
"""
pytestmark = pytest.mark.slow
Run = Callable[..., subprocess.CompletedProcess[str]]


class Seen:
    """A command on a terminal of its own, and what stands there."""

    def __init__(self, argv: list[str], folder: Path, env: dict[str, str], width: int, height: int) -> None:
        self.screen = pyte.HistoryScreen(width, height, history=10_000)
        self._stream = pyte.ByteStream(self.screen)
        self._terminal, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        kept = {name: value for name, value in env.items() if name not in ("NO_COLOR", "CI")}
        self.process = subprocess.Popen(
            [*CLI, *argv], cwd=folder, env={**kept, "TERM": "xterm"}, stdin=theirs, stdout=theirs, stderr=theirs
        )
        os.close(theirs)

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    @property
    def everything(self) -> str:
        """And what has left it at the top."""
        history = ["".join(line[n].data for n in range(self.screen.columns)) for line in self.screen.history.top]
        return "\n".join(line.rstrip() for line in [*history, *self.screen.display])

    def read(self) -> bool:
        """Take in what was written; False when nobody writes any more."""
        ready, _, _ = select.select([self._terminal], [], [], 0.1)
        if ready:
            try:
                self._stream.feed(os.read(self._terminal, 65536))
            except OSError:  # the last writer is gone
                return False
        return True

    def until(self, pattern: str) -> None:
        """Wait until something stands on the screen."""
        end = time.monotonic() + PATIENCE
        while not re.search(pattern, self.text):
            assert self.read(), f"it ended before {pattern!r} was to be seen:\n{self.everything}"
            assert time.monotonic() < end, f"{pattern!r} was not to be seen:\n{self.text}"

    def type(self, text: str) -> None:
        """Type."""
        os.write(self._terminal, text.encode())

    def end(self) -> int:
        """Wait for the end; returns the exit code."""
        end = time.monotonic() + PATIENCE
        while self.read():
            assert time.monotonic() < end, self.text
        return self.process.wait()

    def close(self) -> None:
        """Leave no process behind."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._terminal)


@pytest.fixture
def see(run: Run, project: Path, env: dict[str, str]) -> Iterator[Callable[..., Seen]]:
    """Run a command line on a terminal; the creation of `slow` takes some seconds."""
    assert run("stack", "--show-name").stdout == "dev\n"
    (project / "__main__.py").write_text(PROGRAM)
    made: list[Seen] = []

    def call(*argv: str, width: int = 80, height: int = 24, seconds: float = 3) -> Seen:
        faults = {"create:slow": {"sleep": seconds}}
        cloud = {"things": {}, "counters": {}, "faults": faults}
        if not (project.parent / "cloud.json").exists():
            (project.parent / "cloud.json").write_text(json.dumps(cloud))
        made.append(Seen(list(argv), project, env, width, height))
        return made[-1]

    yield call
    for seen in made:
        seen.close()


def test_what_is_in_flight_is_seen_with_its_seconds_and_the_whole_tree_at_the_end(see: Callable[..., Seen]) -> None:
    seen = see("up", "--skip-preview")
    seen.until(r"lab:index:Thing +slow +creating \([12]s\)")
    assert "not shown" in seen.text  # 33 resources, 24 lines
    assert seen.text.count("slow") == 1
    assert not seen.screen.history.top  # nothing has scrolled so far
    assert seen.end() == 0
    text = seen.everything
    assert text.count("Updating (dev):") == 1
    assert len(re.findall(r"lab:index:Thing +thing-\d+ +created", text)) == 30
    assert re.search(r"└─ lab:index:Thing +slow +created \([3-9]s\)", text)
    assert "in flight" not in text
    assert text.rstrip().splitlines()[-1].startswith("Duration: ")


def test_details_are_shown_on_demand_without_another_preview(see: Callable[..., Seen], project: Path) -> None:
    seen = see("up", width=110, height=50)
    seen.until(r"\[yes/no/details\]\s*$")
    asked = (project.parent / "trace.jsonl").read_text().count('"Check"')
    seen.type("details\n")
    seen.until(r"(?s)value: .*\[yes/no/details\]\s*$")
    assert "value: output<string>" in seen.everything
    assert (project.parent / "trace.jsonl").read_text().count('"Check"') == asked
    seen.type("no\n")
    assert seen.end() == 1
    assert "confirmation declined, not proceeding with the update" in seen.everything


def test_an_interrupt_is_told_above_the_tree_and_what_was_not_done_below(see: Callable[..., Seen]) -> None:
    seen = see("up", "--yes", seconds=4, height=40, width=100)
    seen.until(r"lab:index:Thing +slow +creating")
    seen.process.send_signal(signal.SIGINT)
    seen.until("press \\^C again")
    assert seen.end() == 1
    text = seen.everything
    assert text.index("press ^C again") < text.rindex("slow")
    assert "error: update canceled" in text
    assert "Not reached (1):\n +  lab:index:Thing last" in text
    assert re.search(r"update failed after \d+s: 1 error, \d+ changes made and kept in the state, 1 not reached", text)


@pytest.mark.parametrize(
    ("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb"), ("CI", "true")], ids=["no-color", "dumb", "ci"]
)
def test_a_terminal_that_is_a_log_gets_a_line_a_change(
    see: Callable[..., Seen], project: Path, env: dict[str, str], name: str, value: str
) -> None:
    see("preview").end()  # so that it is a project with a cloud
    terminal, theirs = pty.openpty()
    argv = [*CLI, "preview"]
    with subprocess.Popen(
        argv, cwd=project, env={**env, "TERM": "xterm", name: value}, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        text = b""
        while True:
            try:
                text += os.read(terminal, 65536)
            except OSError:
                break
        assert process.wait() == 0
    os.close(terminal)
    assert b"lab:index:Thing slow" in text.replace(b"\x1b[32m", b"").replace(b"\x1b[0m", b"")
    assert b"\x1b[2" not in text.replace(b"\x1b[2m", b"")
    assert not re.search(rb"\x1b\[\d*[AJKH]", text)
    assert (b"\x1b" in text) == (name == "CI")  # colours a log may have
