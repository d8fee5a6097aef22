"""Exit codes and messages of the `slipway` command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from slipway.cli import calls
from slipway.cli import main as cli
from slipway.pinned.serving import Serving
from slipway.verdict import command
from slipway.verdict.judgement import Verdict

if TYPE_CHECKING:
    from slipway.verdict.judgement import Outcome

PROJECT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "the following arguments are required: VERB"),
        (["sail"], "invalid choice: 'sail'"),
        (["release"], "the following arguments are required: -s/--stack"),
        (
            ["train", "-s", "dev", "--train", "s3://a/b", "--validation", "s3://a/c", "--hyperparameter", "x"],
            "not NAME=VALUE",
        ),
        (["train", "-s", "dev"], "one of the arguments --train --job is required"),
        (["release", "-s", "dev", "--job", "a", "--model-package", "b"], "not allowed with argument"),
        (["release", "-s", "dev", "--shadow", "101"], "'101' is not 1 to 100"),
        (["release", "-s", "dev", "--end-shadow", "--job", "a"], "not allowed with argument"),
    ],
)
def test_misuse_ends_with_2_and_says_why(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.run(words)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["settings", "release", "demo"])
def test_a_folder_that_is_no_project_is_misuse(
    verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.run([verb] if verb == "demo" else [verb, "-s", "dev"]) == 2
    said = capsys.readouterr().err
    assert "no Pulumi.yaml" in said
    assert "Traceback" not in said


def test_training_data_without_validation_data_is_misuse(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(PROJECT)
    assert cli.run(["train", "-s", "dev", "--train", "s3://a/b"]) == 2
    assert "--validation is missing" in capsys.readouterr().err


def test_settings_are_printed_with_their_defaults(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(PROJECT)
    assert cli.run(["settings", "-s", "dev"]) == 0
    assert "abort_multipart_days: 7" in capsys.readouterr().out


def test_every_problem_of_a_stack_file_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (PROJECT / "Pulumi.dev.yaml").read_text()
    wrong = text.replace("capture_percentage: 100", "capture_percentage: 101").replace(
        "slipway:lake:", "slipway:lakes:"
    )
    (tmp_path / "Pulumi.yaml").write_text("name: slipway\nruntime: python\n")
    (tmp_path / "Pulumi.dev.yaml").write_text(wrong)
    monkeypatch.chdir(tmp_path)
    assert cli.run(["settings", "-s", "dev"]) == 1
    said = capsys.readouterr().err
    assert "capture_percentage" in said
    assert "slipway:lakes" in said


def test_an_unknown_stack_is_misuse_and_the_known_ones_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(PROJECT)
    assert cli.run(["settings", "-s", "qa"]) == 2
    assert "dev, prod, staging" in capsys.readouterr().err


class Engine:
    """A stack whose `up` ends as it is told to."""

    name = "dev"
    file = PROJECT / "Pulumi.dev.yaml"

    def __init__(self, code: int) -> None:
        self.code = code

    def up_attached(self, *, yes: bool, previewed: bool, policy_packs: list[str]) -> int:
        return self.code if yes and not previewed and policy_packs == [] else 99

    def outputs(self) -> dict[str, Any]:
        return {}


@pytest.mark.parametrize(
    ("words", "engine", "outcome", "code"),
    [
        (["verdict"], 0, "as pinned", 0),
        (["verdict"], 0, "another release serves", 1),
        (["verdict", "--json"], 0, "wrong answers", 1),
        (["up", "--yes"], 0, "as pinned", 0),
        (["up", "--yes"], 0, "another release serves", 1),
        (["up", "--yes"], 3, "as pinned", 3),
        (["up", "--yes"], 130, "another release serves", 130),
    ],
)
def test_a_verdict_that_is_not_good_and_an_up_that_failed_show_in_the_exit_code(
    words: list[str], engine: int, outcome: Outcome, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving = Serving(endpoint="slipway-dev", status="InService")
    found = Verdict(outcome=outcome, wanted=None, place=None, serves=None, serving=serving, smoke=None)
    monkeypatch.chdir(PROJECT)
    monkeypatch.setattr(calls, "_stack", lambda _: Engine(engine))
    monkeypatch.setattr(calls, "_outputs", lambda _: None)
    monkeypatch.setattr(command, "verdict", lambda *_, **__: found)
    assert cli.run([*words, "-s", "dev"]) == code


@pytest.mark.slow
def test_sandbox_words_go_to_the_sandbox_with_its_exit_code(tmp_path: Path) -> None:
    state = str(tmp_path / "state")
    ours = subprocess.run(
        [sys.executable, "-m", "slipway", "sandbox", "status", "--state", state],
        capture_output=True,
        text=True,
        check=False,
    )
    theirs = subprocess.run(
        [sys.executable, "-m", "slipway.sandbox", "status", "--state", state],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ours.returncode, ours.stdout, ours.stderr) == (theirs.returncode, theirs.stdout, theirs.stderr)
