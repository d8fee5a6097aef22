from __future__ import annotations

import io
from pathlib import Path

from slipway.ephemeral.progress import Progress
from slipway.event_log import EventLog


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def events() -> EventLog:
    return EventLog(Path("nowhere"), operations={"a": "delete", "b": "delete", "c": "same"}, done={"a"})


def test_a_log_gets_a_line_every_ten_seconds() -> None:
    stream, moments = io.StringIO(), iter((0.0, 1.0, 9.9, 10.0, 15.0, 20.5))
    progress = Progress(stream, now=lambda: next(moments))
    for _ in range(5):
        progress.of("destroy")(events())
    assert stream.getvalue() == "destroy: 1 done, 1 under way, 10 s\ndestroy: 1 done, 1 under way, 20 s\n"


def test_a_terminal_gets_one_line_that_changes_and_gives_way_to_what_stays() -> None:
    stream, moments = Terminal(), iter((0.0, 1.0, 2.0))
    progress = Progress(stream, now=lambda: next(moments))
    for _ in range(2):
        progress.of("up")(events())
    progress.say("done")
    assert stream.getvalue().split("\r\x1b[K") == [
        "",
        "up: 1 done, 1 under way, 1 s",
        "up: 1 done, 1 under way, 2 s",
        "done\n",
    ]
