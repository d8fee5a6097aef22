"""The whole program, against the mock engine."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from infra.program import deploy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Config = dict[str, Any]


def test_every_resource_is_made_by_the_one_explicit_provider(
    run_program: Any, stack_config: Callable[[str], Config], pinned_release: Any, project_folder: Path
):
    config = {**stack_config("dev"), "slipway:release": {"current": pinned_release(1)}}
    graph = run_program(deploy, config=config)
    custom = [one for one in graph.resources if one.custom and one.type != "pulumi:providers:aws"]
    assert custom
    assert {one.provider for one in custom} == {"aws"}


def test_the_provider_refuses_other_accounts_and_tags_everything(
    run_program: Any, stack_config: Callable[[str], Config], project_folder: Path
):
    config = stack_config("dev")
    config["slipway:stack"]["cost_center"] = "4711"
    provider = run_program(deploy, config=config).one("pulumi:providers:aws", "aws").inputs
    assert provider["allowedAccountIds"] == '["123456789012"]'
    assert '"cost-center": "4711"' in provider["defaultTags"]
    assert "endpoints" not in provider


def test_logical_names_do_not_depend_on_the_stack(
    run_program: Any, stack_config: Callable[[str], Config], project_folder: Path
):
    one, other = (
        sorted(
            (made.type, made.name) for made in run_program(deploy, stack=stack, config=stack_config("dev")).resources
        )
        for stack in ("one", "other")
    )
    assert one == other


def test_without_a_release_there_is_everything_but_the_endpoint(
    run_program: Any, stack_config: Callable[[str], Config], project_folder: Path
):
    graph = run_program(deploy, config=stack_config("dev"))
    assert "endpoint" not in graph.exports
    serving = {"aws:sagemaker/endpoint:Endpoint", "aws:sagemaker/model:Model", "aws:cloudwatch/metricAlarm:MetricAlarm"}
    assert not serving & {one.type for one in graph.resources}


def test_two_runs_register_the_same(run_program: Any, stack_config: Callable[[str], Config], project_folder: Path):
    def run() -> list[tuple[str, str, str]]:
        made = run_program(deploy, config=stack_config("dev")).resources
        # An asset is an object of its own in every run; its path stands for it.
        return sorted((one.type, one.name, str({**one.inputs, "source": None})) for one in made)

    assert run() == run()


def test_a_project_without_code_ends_with_one_error(
    run_program: Any, stack_config: Callable[[str], Config], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(pulumi.RunError, match="there is no folder 'training' to package"):
        run_program(deploy, config=stack_config("dev"))


@pytest.mark.slow
def test_the_program_does_not_import_ec2_or_boto3():
    code = "import sys, infra.program; print([m for m in sys.modules if m in ('boto3', 'botocore')])"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert found.strip() == "[]"
