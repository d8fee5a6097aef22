from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slipway.cli.main import run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["down", "--pr", "prod"], "'prod' is no number of a pull request"),
        (["down", "--pr", "-1"], "'-1' is no number of a pull request"),
        (["down", "--pr", "042"], "'042' is no number of a pull request"),
        (["down"], "required: --pr"),
        (["down", "--pr", "4", "--patience", "long"], "--patience 'long' is no length of time"),
        (["extend", "--pr", "4", "--ttl", "eight hours"], "--ttl 'eight hours' is no length of time"),
        (["extend", "--pr", "4", "--ttl=-8h"], "--ttl '-8h' is no length of time"),
        (["reap", "--at-once", "0"], "--at-once 0 is out of bounds"),
        (["reap", "--at-once", "1000"], "--at-once 1000 is out of bounds"),
        ([], "required: COMMAND"),
        (["destroy"], "invalid choice: 'destroy'"),
    ],
)
def test_words_that_make_no_sense_end_with_2_before_anything_is_asked(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{tmp_path / 'nowhere'}")
    try:
        code: object = run(["ephemeral", *words])
    except SystemExit as ended:  # argparse's own
        code = ended.code
    assert code == 2
    assert said in capsys.readouterr().err


def test_up_is_refused_outside_of_a_project(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["ephemeral", "up", "--pr", "4"]) == 2
    assert "has no Pulumi.yaml" in capsys.readouterr().err
