"""What the embedded engine's display makes of event logs of the real engine (recordings/ORIGIN.md)."""

from __future__ import annotations

import gzip
import io
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyte
import pytest

from slipway.engine.display import HumanDisplay, PlainDisplay, Style, TerminalDisplay

if TYPE_CHECKING:
    from tests.golden.conftest import Golden

RECORDINGS = Path(__file__).parent / "recordings"
LOGS = sorted(path.name.removesuffix(".events.jsonl.gz") for path in RECORDINGS.glob("*.events.jsonl.gz"))
DETAILED = (
    "01-first-preview.preview",
    "04-model-rollout.preview",
    "08-iam-widened.preview",
    "10-secret-change.preview",
)
SIZES = {"01-first-preview.up": (100, 24), "04-model-rollout.up": (60, 24), "13-policy-mandatory.up": (80, 24)}
"""What is shown on a terminal, too, and on how large a one; the first has fewer lines than there are resources."""
STEP = re.compile(r"^ (\+ |~ |- |\+\+|\+-|--) \S+ \S+ [a-z*]")


class Utf8(io.StringIO):
    """A terminal's stream that can show the glyphs of the tree."""

    encoding = "utf-8"


def events(name: str) -> list[dict[str, Any]]:
    """Read an event log."""
    with gzip.open(RECORDINGS / f"{name}.events.jsonl.gz", "rt", encoding="utf-8") as log:
        return [json.loads(line) for line in log]


def operation(name: str) -> tuple[str, bool]:
    """Return kind and dryness of what was recorded."""
    verb = name.partition(".")[2]
    return verb.partition("-")[0], "preview" in verb


def plain(name: str, **style: bool) -> str:
    """Show a log in lines, at a clock that stands still."""
    kind, dry = operation(name)
    out = io.StringIO()
    display = PlainDisplay(out, kind, "dev", dry_run=dry, style=Style(progress=False, **style), clock=lambda: 0.0)
    feed(display, events(name))
    return out.getvalue()


def feed(display: HumanDisplay, log: list[dict[str, Any]]) -> None:
    """Hand a log to a display."""
    for event in log:
        display.event(event)
    display.close()


def on_a_terminal(name: str, width: int, height: int) -> tuple[str, str]:
    """Show a log on a terminal, a picture after each event, and return what stands there half way and at the end."""
    kind, dry = operation(name)
    screen = pyte.HistoryScreen(width, height, history=10_000)
    stream = pyte.Stream(screen)
    out = Utf8(newline="")
    log = events(name)
    moment = [0.0]
    display = TerminalDisplay(
        out, kind, "dev", dry_run=dry, style=Style(progress=False, tree=True),
        clock=lambda: moment[0], size=lambda: (width, height),
    )  # fmt: skip

    def take() -> None:
        # A terminal's driver makes \r\n of \n.
        stream.feed(re.sub(r"(?<!\r)\n", "\r\n", out.getvalue()))
        out.seek(0)
        out.truncate()

    half = ""
    for number, event in enumerate(log):
        moment[0] += 0.1
        display.event(event)
        display.paint()
        take()
        # All that was painted so far fits: had it scrolled, lines would be in the history.
        assert not screen.history.top
        if number == len(log) // 2:
            half = _text(screen.display)
    display.close()
    take()
    history = ["".join(line[n].data for n in range(width)) for line in screen.history.top]
    return half, _text([*history, *screen.display])


def _text(lines: list[str]) -> str:
    return "\n".join(line.rstrip() for line in lines).rstrip() + "\n"


@pytest.mark.parametrize("name", LOGS)
def test_a_log_of_the_real_engine_reads_as_the_golden_file_says(name: str, golden: Golden) -> None:
    text = plain(name)
    if name in DETAILED:
        text += "\n######## --diff\n" + plain(name, diff=True)
    if name in SIZES:
        half, end = on_a_terminal(name, *SIZES[name])
        text += f"\n######## on a terminal, half way\n{half}\n######## on a terminal, at the end\n{end}"
    golden.check(f"display/{name}.txt", text)


@pytest.mark.parametrize("name", LOGS)
def test_every_change_that_the_real_one_tells_is_told_in_the_same_words(name: str) -> None:
    with gzip.open(RECORDINGS / f"{name}.txt.gz", "rt", encoding="utf-8") as file:
        real = {_step(line) for line in file if STEP.match(line) and "error" not in line}
    ours = {_step(line) for line in plain(name, replacement_steps=True).splitlines() if STEP.match(line)}
    # Three things are said more briefly: a replacement begins with its halves, a stack is done when all is done, and a
    # resource that is read is told when something is found.
    brief = {line for line in real if " replacing" in line or "pulumi:pulumi:Stack" in line or "refreshing" in line}
    assert real - brief <= ours


def _step(line: str) -> str:
    """Return a line without how long it took, what was said about it, and the second of two equal halves."""
    line = re.sub(r" \([0-9.]+s\)", "", line.rstrip())
    return re.sub(r"(; .*| \d+ error.*| error:.*)$", "", line).rstrip()


@pytest.mark.parametrize("name", LOGS)
@pytest.mark.parametrize("width", [30, 47, 80])
def test_no_line_on_a_terminal_is_wider_than_the_terminal(name: str, width: int) -> None:
    kind, dry = operation(name)
    out = Utf8()
    display = TerminalDisplay(
        out, kind, "dev", dry_run=dry, style=Style(progress=False, tree=True),
        clock=lambda: 0.0, size=lambda: (width, 15),
    )  # fmt: skip
    for event in events(name):
        display.event(event)
        display.paint()
    painted = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", out.getvalue())
    assert max(len(line) for line in painted.splitlines()) < width


def test_what_fails_is_told_once_and_nothing_of_the_machinery() -> None:
    text = plain("05-bucket-replace-refused.up")
    assert "KeyboardInterrupt" not in text
    assert "Traceback" not in text
    assert text.count("as it is currently marked for protection") == 1
    assert text.splitlines()[-1].endswith("exit code 1")
