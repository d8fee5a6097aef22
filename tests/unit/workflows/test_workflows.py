"""What every workflow must be: pinned, with the least permissions, and without inputs in shell text."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from slipway.cli.parser import parser

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
COMMENTING = ("pull-requests", "write")
OURS = "github.event.pull_request.head.repo.full_name == github.repository"
FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def load(file: Path) -> dict[Any, Any]:
    document: dict[Any, Any] = yaml.safe_load(file.read_text("utf-8"))
    return document


def steps(document: dict[Any, Any]) -> Iterator[dict[str, Any]]:
    for job in document["jobs"].values():
        yield from job["steps"]


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_actions_are_pinned_by_commit(file: Path) -> None:
    used = [step["uses"] for step in steps(load(file)) if "uses" in step]
    assert used
    assert [one for one in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", one)] == []


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_nothing_is_permitted_but_what_a_job_names(file: Path) -> None:
    document = load(file)
    assert document["permissions"] == {}
    for job in document["jobs"].values():
        assert set(job["permissions"].items()) <= {("contents", "read"), ("id-token", "write"), COMMENTING}
        assert job["timeout-minutes"] <= 90


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_no_expression_reaches_a_shell(file: Path) -> None:
    assert [step["run"] for step in steps(load(file)) if "${{" in step.get("run", "")] == []


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_no_key_is_stored(file: Path) -> None:
    assert "secrets." not in file.read_text("utf-8")


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_no_job_has_credentials_of_aws_and_a_token_that_writes(file: Path) -> None:
    for job in load(file)["jobs"].values():
        assert not ("id-token" in job["permissions"] and COMMENTING in job["permissions"].items())
        signed_in = any("configure-aws-credentials" in step.get("uses", "") for step in job["steps"])
        assert signed_in is ("id-token" in job["permissions"])


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_pull_request_of_a_fork_gets_neither_credentials_nor_a_token_that_writes(file: Path) -> None:
    document = load(file)
    events = document[True]  # YAML 1.1 reads the key `on` as a truth value
    assert "pull_request_target" not in events
    if "pull_request" not in events:
        return
    for job in document["jobs"].values():
        strong = set(job["permissions"]) - {"contents"}
        # a job that needs one of ours is skipped with it
        for one in [job, *([document["jobs"][job["needs"]]] if "needs" in job else [])]:
            alone = OURS in one.get("if", "") and "||" not in one["if"]
            strong = set() if alone else strong
        assert not strong


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_checkout_leaves_no_token_behind(file: Path) -> None:
    checkouts = [step for step in steps(load(file)) if "actions/checkout" in step.get("uses", "")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_every_verb_that_a_workflow_runs_is_one_that_the_tool_has(file: Path) -> None:
    for step in steps(load(file)):
        for line in step.get("run", "").replace("\\\n", " ").splitlines():
            for words in re.findall(r"\.venv/bin/slipway ([^|;&>)]+)", line):
                given = shlex.split(re.sub(r'"\$\w+"', "1", words))
                if given[0] != "sandbox":  # its own parser
                    parser().parse_args(given)


def test_a_comment_is_written_whatever_became_of_the_preview_and_with_the_log_alone() -> None:
    jobs = load(ROOT / ".github/workflows/preview.yml")["jobs"]
    assert jobs["comment"]["if"].startswith("${{ !cancelled()")
    (told,) = [step for step in jobs["comment"]["steps"] if "slipway" in step.get("run", "")]
    assert "needs.plan.result != 'skipped'" in jobs["comment"]["if"]
    assert '--stack "$STACK" --events' in told["run"]
    (kept,) = [step for step in jobs["plan"]["steps"] if "upload-artifact" in step.get("uses", "")]
    assert kept["if"] == "${{ !cancelled() }}"
    assert told["env"]["GITHUB_TOKEN"] == "${{ github.token }}"
    assert jobs["plan"]["strategy"]["matrix"] == jobs["comment"]["strategy"]["matrix"]


def test_a_stack_that_no_pull_request_needs_any_more_is_ended_whatever_became_of_it() -> None:
    jobs = load(ROOT / ".github/workflows/ephemeral.yml")["jobs"]
    assert "always()" in jobs["down"]["if"]
    assert "github.event.action == 'closed'" in jobs["down"]["if"]
    assert "github.event.pull_request.state == 'open'" in jobs["up"]["if"]
    assert jobs["up"]["concurrency"] == jobs["down"]["concurrency"]
    (checkout,) = [step for step in jobs["down"]["steps"] if "checkout" in step.get("uses", "")]
    assert checkout["with"]["ref"] == "${{ github.event.repository.default_branch }}"
    assert load(ROOT / ".github/workflows/reap.yml")[True]["schedule"] == [{"cron": "41 * * * *"}]
    assert load(ROOT / ".github/workflows/drift.yml")[True]["schedule"] == [{"cron": "17 5 * * *"}]


def test_what_is_applied_is_the_plan_that_was_reviewed_before_its_environment_let_it() -> None:
    jobs = load(ROOT / ".github/workflows/deploy.yml")["jobs"]
    assert "environment" not in jobs["plan"]
    assert jobs["plan"]["outputs"] == {"digest": "${{ steps.digest.outputs.digest }}"}
    apply = jobs["apply"]
    assert (apply["needs"], apply["environment"]) == ("plan", "${{ inputs.stack || 'dev' }}")
    assert apply["env"]["DIGEST"] == "${{ needs.plan.outputs.digest }}"
    assert any('--plan-digest "$DIGEST"' in step.get("run", "") for step in apply["steps"])


def test_a_stack_is_deployed_by_one_job_at_a_time_and_judged_after_its_up() -> None:
    document = load(ROOT / ".github/workflows/deploy.yml")
    assert document["concurrency"] == {"group": "deploy-${{ inputs.stack || 'dev' }}", "cancel-in-progress": False}
    runs = [step.get("run", "") for step in steps(document)]
    assert any("slipway up --stack" in run for run in runs)
    (judged,) = [step for step in steps(document) if "slipway verdict" in step.get("run", "")]
    assert judged["if"] == "${{ !cancelled() }}"
