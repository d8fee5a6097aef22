"""Whole operations through the command line, against the lab provider: what the recordings do not show."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

CLI = [sys.executable, "-m", "slipway.engine"]
pytestmark = pytest.mark.slow
Up = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def hanging(run: Up, project: Path, env: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Start an `up` and wait until its provider is busy creating `b`, for a minute if nobody interrupts."""
    assert run("stack", "--show-name").stdout == "dev\n"
    cloud = {"things": {}, "counters": {}, "faults": {"create:b": {"sleep": 60}}}
    (project.parent / "cloud.json").write_text(json.dumps(cloud))
    argv = [*CLI, "up", "--yes", "--skip-preview"]
    process = subprocess.Popen(
        argv,
        cwd=project,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "lab:index:Thing b creating" in line:
            break
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


def events(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_an_up_previews_first_and_both_are_in_the_event_log(run: Up, project: Path) -> None:
    done = run("up", "--yes", "--event-log", "log.jsonl", "--message", "first")
    assert done.returncode == 0, done
    assert done.stdout.index("+ 3 to create") < done.stdout.index("+ 3 created")
    assert 'last: "arn:lab:thing/b-1"' in done.stdout
    summaries = [
        event["summaryEvent"] for event in events((project / "log.jsonl").read_text()) if "summaryEvent" in event
    ]
    assert [summary["isPreview"] for summary in summaries] == [True, False]  # type: ignore[index]
    (entry,) = json.loads(run("stack", "history", "--json").stdout)
    assert (entry["kind"], entry["result"], entry["message"]) == ("update", "succeeded", "first")
    assert len(list((project.parent / "state" / ".pulumi" / "backups" / "app" / "dev").iterdir())) == 1


def test_json_goes_to_stdout_alone(run: Up) -> None:
    digest = json.loads(run("preview", "--json").stdout)
    assert digest["changeSummary"] == {"create": 3}
    done = run("up", "--yes", "--skip-preview", "--json")
    assert done.returncode == 0
    kinds = [next(key for key in event if key not in ("sequence", "timestamp")) for event in events(done.stdout)]
    assert kinds[0] == "preludeEvent"
    assert "summaryEvent" in kinds


def test_a_program_that_breaks_shows_where_and_nothing_of_the_machinery(run: Up, project: Path) -> None:
    (project / "__main__.py").write_text("def build():\n    raise ValueError('no such environment')\n\n\nbuild()\n")
    done = run("preview")
    assert done.returncode == 1
    assert "ValueError: no such environment" in done.stdout
    assert '__main__.py", line 2, in build' in done.stdout
    assert "runpy" not in done.stdout
    assert len(done.stdout.splitlines()) < 25


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_ends_at_once_and_the_lock_is_given_back(
    hanging: subprocess.Popen[str], project: Path, number: signal.Signals
) -> None:
    hanging.send_signal(number)
    assert hanging.stdout is not None
    for line in hanging.stdout:
        if "cancelling" in line:
            break
    started = time.monotonic()
    hanging.send_signal(number)
    rest, _ = hanging.communicate(timeout=50)
    assert time.monotonic() - started < 50  # the creation itself would take a minute
    assert hanging.returncode == 1, rest
    assert "Traceback" not in rest
    state = project.parent / "state" / ".pulumi"
    assert [path for path in (state / "locks").rglob("*") if path.is_file()] == []
    names = [
        r["urn"].rpartition("::")[2]
        for r in json.loads((state / "stacks/app/dev.json").read_text())["checkpoint"]["latest"]["resources"]
    ]
    assert "a" in names


def test_an_event_log_on_a_full_disk_does_not_end_an_update(run: Up) -> None:
    done = run("up", "--yes", "--skip-preview", "--event-log", "/dev/full")
    assert done.returncode == 0, done
    assert "warning: events are no longer written: No space left on device" in done.stderr
    assert "+ 3 created" in done.stdout


def test_an_update_whose_reader_leaves_is_carried_to_its_end(run: Up, project: Path, env: dict[str, str]) -> None:
    process = subprocess.Popen(
        [*CLI, "up", "--yes", "--skip-preview"], cwd=project, env=env, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    process.wait()
    assert json.loads(run("stack", "output", "--json").stdout) == {"last": "arn:lab:thing/b-1"}


def test_a_destroy_may_take_the_stack_with_it(run: Up, project: Path) -> None:
    assert run("up", "--yes", "--skip-preview").returncode == 0
    done = run("destroy", "--yes", "--remove")
    assert done.returncode == 0, done
    assert "and the history and configuration removed" in done.stdout
    assert not (project / "Pulumi.dev.yaml").exists()
    assert json.loads((project.parent / "cloud.json").read_text())["things"] == {}
    assert json.loads(run("stack", "ls", "--json").stdout) == []


def test_on_a_terminal_an_up_shows_a_preview_asks_and_takes_no_for_an_answer(
    run: Up, project: Path, env: dict[str, str]
) -> None:
    terminal, theirs = pty.openpty()
    argv = [*CLI, "up", "--color", "never"]
    with subprocess.Popen(argv, cwd=project, env=env, stdin=theirs, stdout=theirs, stderr=subprocess.PIPE) as process:
        os.close(theirs)
        seen = b""
        while b"[yes/no/details]" not in seen:
            seen += os.read(terminal, 4096)  # an end of the process is an error here, not an empty read
        os.write(terminal, b"no\n")
        _, err = process.communicate()
        os.close(terminal)
    assert b"+ 3 to create" in seen
    assert process.returncode == 1
    assert err == b"confirmation declined, not proceeding with the update\n"
    assert json.loads(run("stack", "output", "--json").stdout) == {}
