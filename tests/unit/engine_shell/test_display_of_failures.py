"""How an operation that failed reads, and one that takes long."""

import io
from collections.abc import Iterable
from typing import Any

from slipway.engine.display import PlainDisplay, Style, TerminalDisplay
from slipway.engine.display.style import colors, tree

STACK = "urn:pulumi:dev::app::pulumi:pulumi:Stack::app-dev"
BUCKET = "urn:pulumi:dev::app::aws:s3/bucket:Bucket::raw"
ROLE = "urn:pulumi:dev::app::aws:iam/role:Role::scorer"
INTERRUPTED = """Traceback (most recent call last):
  File "/opt/pulumi-language-python-exec", line 232, in <module>
    loop.run_until_complete(coro)
KeyboardInterrupt
During handling of the above exception, another exception occurred:
Traceback (most recent call last):
  File "/project/__main__.py", line 3, in <module>
    t.join()
KeyboardInterrupt"""
LOGGED = """Traceback (most recent call last):
  File "/project/jobs.py", line 7, in load
    return json.loads(text)
  File "/usr/lib/python3.11/json/decoder.py", line 355, in raw_decode
    raise JSONDecodeError("Expecting value", s, err.value) from None
json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)"""


def step(op: str, urn: str) -> dict[str, Any]:
    return {"op": op, "urn": urn, "type": urn.split("::")[2], "old": {}, "new": {}, "detailedDiff": None}


def began(op: str, urn: str) -> dict[str, Any]:
    return {"resourcePreEvent": {"metadata": step(op, urn)}}


def said(severity: str, message: str, urn: str = "") -> dict[str, Any]:
    return {"diagnosticEvent": {"severity": severity, "message": message + "\n", "urn": urn}}


FAILED = {"summaryEvent": {"resourceChanges": {"create": 1, "same": 2}, "result": "failed"}}


def shown(events: Iterable[dict[str, Any]], *, planned: dict[str, str] | None = None, dry_run: bool = False) -> str:
    out = io.StringIO()
    display = PlainDisplay(
        out, "up", "dev", dry_run=dry_run, style=Style(progress=False), clock=lambda: 0.0, planned=planned
    )
    for event in events:
        display.event(event)
    display.close()
    return out.getvalue()


def test_the_errors_stand_together_each_with_its_resource_then_what_was_done_and_what_was_not() -> None:
    text = shown(
        [
            began("create", BUCKET),
            said("info", "hello", STACK),
            said("error", "access denied", BUCKET),
            {"resOpFailedEvent": {"metadata": step("create", BUCKET)}},
            said("error", "update failed"),
            FAILED,
        ],
        planned={BUCKET: "create", ROLE: "update"},
    )
    assert text.partition("\n\n")[2] == (
        "Diagnostics:\n  aws:s3:Bucket (raw):\n    error: access denied\n"
        "\n  pulumi:pulumi:Stack (app-dev):\n    hello\n"
        "\nResources:\n    + 1 created\n    2 unchanged\n    1 errored\n"
        "\nNot reached (1):\n ~  aws:iam:Role scorer\n"
        "\nupdate failed after 0s: 1 error, 1 change made and kept in the state, 1 not reached; exit code 1\n"
    )


def test_an_error_that_nothing_else_explains_is_shown_even_if_it_says_little() -> None:
    assert "error: update failed" in shown([said("error", "update failed"), FAILED])


def test_a_program_that_was_stopped_leaves_no_traceback_and_one_that_logged_one_leaves_its_own_frames() -> None:
    lines = [said("info#err", line) for text in (INTERRUPTED, "careful", LOGGED) for line in text.splitlines()]
    text = shown([said("error", "no", BUCKET), *lines, FAILED])
    assert "KeyboardInterrupt" not in text
    assert "another exception" not in text
    assert (
        '    careful\n    Traceback (most recent call last):\n      File "/project/jobs.py", line 7, in load\n' in text
    )
    assert "decoder.py" not in text
    assert "    json.decoder.JSONDecodeError: Expecting value" in text


def test_the_same_error_is_told_once() -> None:
    assert shown([said("error", "no", BUCKET)] * 3 + [FAILED]).count("error: no") == 2  # as it comes, and at the end


def test_a_mandatory_finding_is_an_error_as_soon_as_it_is_found() -> None:
    found = {
        "resourceUrn": ROLE, "message": "No stars.\ns3:* is too much\n", "policyName": "no-stars",
        "policyPackName": "p", "policyPackVersion": "1", "enforcementLevel": "mandatory",
    }  # fmt: skip
    text = shown([{"policyEvent": found}, FAILED])
    assert text.splitlines()[1] == "    aws:iam:Role scorer error: [mandatory] no-stars: s3:* is too much"
    assert text.splitlines()[-1].startswith("update failed after 0s: 1 error,")


def test_after_ten_quiet_seconds_it_says_what_is_waited_for_and_not_again_before_ten_more() -> None:
    moment = [0.0]
    out = io.StringIO()
    display = PlainDisplay(out, "up", "dev", dry_run=False, style=Style(progress=False), clock=lambda: moment[0])
    signs = []
    for second in range(36):
        moment[0] = float(second)
        if second == 12:
            for urn in (BUCKET, ROLE, STACK, BUCKET + "2", BUCKET + "3"):
                display.event(began("create", urn))
        size = len(out.getvalue())
        display.sign_of_life()
        signs += [(second, line) for line in out.getvalue()[size:].splitlines()]
    names = "aws:s3:Bucket raw {0}, aws:iam:Role scorer {0}, aws:s3:Bucket raw2 {0} and 1 more"
    assert signs == [
        (10, "@ updating.... waiting for the program (10s)"),
        (22, "@ updating.... waiting for " + names.format("(10s)")),
        (32, "@ updating.... waiting for " + names.format("(20s)")),
    ]


def test_a_terminal_that_became_narrower_is_cleaned_of_the_lines_that_it_wrapped() -> None:
    size = [80, 24]
    out = io.StringIO(newline="")
    display = TerminalDisplay(
        out, "up", "dev", dry_run=False, style=Style(progress=False, tree=True), clock=lambda: 0.0,
        size=lambda: (size[0], size[1]),
    )  # fmt: skip
    display.event(began("create", BUCKET))
    display.paint()
    wide = out.getvalue().count("\n")
    size[0] = 24
    out.truncate(0)
    out.seek(0)
    display.paint()
    # Header, row and footer were 3 lines (and the title, which stays); on 24 columns each takes two.
    assert wide == 4
    assert out.getvalue().startswith("\x1b[?2026h\r\x1b[6A")


def test_colours_and_a_moving_tree_are_for_terminals_that_can_and_people_who_want_them() -> None:
    xterm = {"TERM": "xterm"}
    assert tree(None, xterm, terminal=True, interactive=True)
    assert not tree(None, xterm, terminal=False, interactive=True)
    assert not tree(None, xterm, terminal=True, interactive=False)
    assert not tree("never", xterm, terminal=True, interactive=True)
    for quiet in ({"TERM": "dumb"}, {}, xterm | {"NO_COLOR": "1"}, xterm | {"CI": "true"}):
        assert not tree(None, quiet, terminal=True, interactive=True)
    assert colors(None, xterm, terminal=True)
    assert colors(None, xterm | {"NO_COLOR": ""}, terminal=True)
    assert colors("always", {"NO_COLOR": "1"}, terminal=False)
    for color, environment in ((None, xterm | {"NO_COLOR": "1"}), (None, {"TERM": "dumb"}), ("never", xterm)):
        assert not colors(color, environment, terminal=True)
