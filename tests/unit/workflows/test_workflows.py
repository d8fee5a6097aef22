"""What every workflow must be: pinned, with the least permissions, and without inputs in shell text."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def load(file: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    return document


def steps(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
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
        assert set(job["permissions"].items()) <= {("contents", "read"), ("id-token", "write")}
        assert job["timeout-minutes"] <= 90


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_no_expression_reaches_a_shell(file: Path) -> None:
    assert [step["run"] for step in steps(load(file)) if "${{" in step.get("run", "")] == []


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_no_key_is_stored(file: Path) -> None:
    assert "secrets." not in file.read_text("utf-8")


def test_a_stack_is_deployed_by_one_job_at_a_time_and_judged_after_its_up() -> None:
    document = load(ROOT / ".github/workflows/deploy.yml")
    assert document["concurrency"] == {"group": "deploy-${{ inputs.stack }}", "cancel-in-progress": False}
    runs = [step.get("run", "") for step in steps(document)]
    assert any("slipway up --stack" in run for run in runs)
    (judged,) = [step for step in steps(document) if "slipway verdict" in step.get("run", "")]
    assert judged["if"] == "${{ !cancelled() }}"
