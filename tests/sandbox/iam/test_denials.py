"""The list of what was denied: equal denials are counted, the oldest go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.sandbox.control.denials import told
from slipway.sandbox.iam.denials import MOST, Denial, Denials, read

if TYPE_CHECKING:
    from pathlib import Path


def denial(action: str, time: str = "2026-01-01T00:00:00+00:00") -> Denial:
    return Denial(time, "arn:aws:sts::1:assumed-role/r/s", action, "arn:aws:s3:::b/k", "not allowed by any policy")


def test_equal_denials_are_one_with_a_count_and_the_latest_time(tmp_path: Path) -> None:
    denials = Denials(tmp_path / "denials.jsonl")
    for time, action in (("1", "s3:GetObject"), ("2", "s3:PutObject"), ("3", "s3:GetObject")):
        denials.add(denial(action, time))
    found = read(tmp_path / "denials.jsonl")
    assert [(each.action, each.time, each.count) for each in found] == [
        ("s3:PutObject", "2", 1),
        ("s3:GetObject", "3", 2),
    ]
    assert "3, 2 times  arn:aws:sts::1:assumed-role/r/s\n    s3:GetObject on arn:aws:s3:::b/k\n" in told(found)


def test_the_list_outlives_the_process_and_is_bounded(tmp_path: Path) -> None:
    file = tmp_path / "denials.jsonl"
    for number in range(3):
        Denials(file).add(denial(f"s3:{number}"))
    assert [each.action for each in read(file)] == ["s3:0", "s3:1", "s3:2"]
    denials = Denials(file)
    for number in range(MOST + 1):
        denials.add(denial(f"sqs:{number}"))
    assert len(file.read_text().splitlines()) == MOST
    kept = [each.action for each in read(file)]
    assert (len(kept), kept[0], kept[-1]) == (MOST, "sqs:1", f"sqs:{MOST}")


def test_nothing_denied_is_said(tmp_path: Path) -> None:
    assert told(read(tmp_path / "none.jsonl")) == "nothing was denied"
