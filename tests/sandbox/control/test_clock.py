"""`slipway sandbox clock`: shown, set forward, kept; and what is due on the way happens in a running sandbox."""

from __future__ import annotations

import http.client
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

pytestmark = pytest.mark.slow


def clock(control_word: Any, state: Any, *words: str) -> dict[str, Any]:
    done = control_word("clock", "--json", *words, state=state)
    assert done.returncode == 0, done.stderr
    reading: dict[str, Any] = json.loads(done.stdout)
    return reading


def test_a_clock_is_set_forward_and_kept_and_what_is_due_on_the_way_happens(
    start_sandbox: Any, control_word: Any
) -> None:
    running = start_sandbox()
    assert clock(control_word, running.state)["ahead_seconds"] == 0
    url = running.sqs.create_queue(QueueName="due")["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:{running.account}:due"
    running.events.put_rule(Name="hourly", ScheduleExpression="rate(1 hour)")
    running.events.put_targets(Rule="hourly", Targets=[{"Id": "1", "Arn": arn, "Input": '"rule"'}])
    running.client("scheduler").create_schedule(
        Name="nightly",
        ScheduleExpression="rate(90 minutes)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": arn, "RoleArn": "arn:aws:iam::123456789012:role/r", "Input": '"schedule"'},
    )

    def received() -> list[Any]:
        messages = running.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in messages:
            running.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in messages]

    reading = clock(control_word, running.state, "--advance", "2h5m")
    assert (reading["ahead_seconds"], reading["arrived"]) == (7500, True)
    shown = datetime.fromisoformat(reading["time"]) - datetime.now(UTC)
    assert abs(shown - timedelta(seconds=7500)) < timedelta(minutes=1)
    assert received() == ["rule", "schedule", "rule"]

    assert control_word("down", state=running.state).returncode == 0
    again = start_sandbox()
    assert clock(control_word, again.state)["ahead_seconds"] == 7500
    running.endpoint, running.secret = again.endpoint, again.secret
    running._clients.clear()
    assert received() == []
    clock(control_word, running.state, "--advance", "1h1m")
    assert received() == ["rule"]  # what was left is watched again, from the restart on


def test_only_who_has_the_secret_moves_the_clock_and_only_forward(start_sandbox: Any, control_word: Any) -> None:
    running = start_sandbox()
    port = int(running.endpoint.rpartition(":")[2])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", "/", body='{"advance_seconds": 60}', headers={"Content-Type": "application/json"})
    assert connection.getresponse().status == 403
    connection.close()
    for wrong in ("1 hour", "-1h", "1.5h"):
        assert control_word("clock", f"--advance={wrong}", state=running.state).returncode == 2
    for refused in ("0s", "9999d"):
        done = control_word("clock", "--advance", refused, state=running.state)
        assert (done.returncode, "forward only" in done.stderr) == (1, True)
    plain = control_word("clock", state=running.state).stdout
    assert "not ahead of the system's clock" in plain
    ahead = control_word("clock", "--advance", "1h", state=running.state).stdout
    assert "1:00:00 ahead of the system's clock" in ahead


def test_there_is_no_clock_without_a_sandbox(tmp_path: Any, control_word: Any) -> None:
    done = control_word("clock", state=tmp_path / "none")
    assert done.returncode == 1
    assert "no sandbox serves" in done.stderr
