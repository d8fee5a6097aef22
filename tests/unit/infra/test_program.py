"""The whole program, against the mock engine."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from infra.program import deploy

if TYPE_CHECKING:
    from collections.abc import Callable

Config = dict[str, Any]

ROOT = Path(__file__).parent.parent.parent.parent

pytestmark = pytest.mark.usefixtures("project_folder")


def test_every_resource_is_made_by_the_one_explicit_provider(
    run_program: Any, stack_config: Callable[[str], Config], pinned_release: Any
) -> None:
    config = {**stack_config("dev"), "slipway:release": {"current": pinned_release(1)}}
    graph = run_program(deploy, config=config)
    custom = [one for one in graph.resources if one.custom and one.type != "pulumi:providers:aws"]
    assert custom
    assert {one.provider for one in custom} == {"aws"}


def test_the_provider_refuses_other_accounts_and_tags_everything(
    run_program: Any, stack_config: Callable[[str], Config]
) -> None:
    config = stack_config("dev")
    config["slipway:stack"]["cost_center"] = "4711"
    provider = run_program(deploy, config=config).one("pulumi:providers:aws", "aws").inputs
    assert provider["allowedAccountIds"] == '["123456789012"]'
    assert '"cost-center": "4711"' in provider["defaultTags"]
    assert "endpoints" not in provider


def test_a_pull_requests_stack_says_so_in_the_tags_of_everything_and_others_do_not(
    run_program: Any, stack_config: Callable[[str], Config]
) -> None:
    config = stack_config("dev")
    plain = run_program(deploy, config=config).one("pulumi:providers:aws", "aws").inputs
    assert "pull-request" not in plain["defaultTags"]
    config["slipway:stack"]["pull_request"] = 42
    provider = run_program(deploy, stack="pr-42", config=config).one("pulumi:providers:aws", "aws").inputs
    assert '"pull-request": "42"' in provider["defaultTags"]
    assert '"stack": "pr-42"' in provider["defaultTags"]


def test_logical_names_do_not_depend_on_the_stack(run_program: Any, stack_config: Callable[[str], Config]) -> None:
    one, other = (
        sorted(
            (made.type, made.name) for made in run_program(deploy, stack=stack, config=stack_config("dev")).resources
        )
        for stack in ("one", "other")
    )
    assert one == other


def test_without_a_release_there_is_everything_but_the_endpoint(
    run_program: Any, stack_config: Callable[[str], Config]
) -> None:
    graph = run_program(deploy, config=stack_config("dev"))
    assert "endpoint" not in graph.exports
    serving = {"aws:sagemaker/endpoint:Endpoint", "aws:sagemaker/model:Model", "aws:cloudwatch/metricAlarm:MetricAlarm"}
    assert not serving & {one.type for one in graph.resources}


def test_two_runs_register_the_same(run_program: Any, stack_config: Callable[[str], Config]) -> None:
    def run() -> list[tuple[str, str, str]]:
        made = run_program(deploy, config=stack_config("dev")).resources
        # An asset is an object of its own in every run; its path stands for it.
        return sorted((one.type, one.name, str({**one.inputs, "source": None})) for one in made)

    assert run() == run()


def test_a_project_without_code_ends_with_one_error(
    run_program: Any, stack_config: Callable[[str], Config], project_folder: Path
) -> None:
    shutil.rmtree(project_folder / "training")
    with pytest.raises(pulumi.RunError, match="there is no folder 'training' to package"):
        run_program(deploy, config=stack_config("dev"))


@pytest.mark.slow
def test_the_program_imports_no_boto3_and_puts_off_every_service_of_pulumi_aws() -> None:
    # pulumi_aws loads a service when it is first used; an import of a name out of one would load it at once.
    code = """
import sys, infra.program
loaded = [name for name in sys.modules if name.startswith("pulumi_aws.") and name.endswith("._inputs")]
print(loaded, [name for name in ("boto3", "botocore") if name in sys.modules])
"""
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT)
    assert run.stdout.strip() == "['pulumi_aws._inputs'] []"
