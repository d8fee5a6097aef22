"""The whole program, against the mock engine."""

from __future__ import annotations

import json
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


ASYNCHRONOUS = {
    "kind": "async",
    "autoscaling": {"min_capacity": 0, "max_capacity": 3, "target_backlog_per_instance": 5},
}


@pytest.mark.parametrize(("kind", "scaled"), [("realtime", 0), ("async", 1)])
def test_an_endpoint_scales_once_its_release_is_of_the_kind_that_the_stack_file_names(
    run_program: Any, stack_config: Callable[[str], Config], pinned_release: Any, kind: str, scaled: int
) -> None:
    config = stack_config("dev")
    config["slipway:serving"] |= ASYNCHRONOUS
    config["slipway:release"] = {"current": pinned_release(1, **({} if kind == "realtime" else {"kind": kind}))}
    graph = run_program(deploy, config=config)
    assert len(graph.of_type("aws:appautoscaling/target:Target")) == scaled
    (configuration,) = graph.of_type("aws:sagemaker/endpointConfiguration:EndpointConfiguration")
    assert ("asyncInferenceConfig" in configuration.inputs) == (kind == "async")


def test_a_serverless_release_is_deployed_as_it_is_pinned(
    run_program: Any, stack_config: Callable[[str], Config], pinned_release: Any
) -> None:
    pinned = pinned_release(
        1,
        kind="serverless",
        serverless={"memory_size_in_mb": 2048, "max_concurrency": 5},
        instance_type=None,
        initial_instance_count=None,
        container_startup_timeout_seconds=None,
        capture_percentage=0,
    )
    written = {name: value for name, value in pinned.items() if value is not None}
    graph = run_program(deploy, config={**stack_config("dev"), "slipway:release": {"current": written}})
    (configuration,) = graph.of_type("aws:sagemaker/endpointConfiguration:EndpointConfiguration")
    (variant,) = configuration.inputs["productionVariants"]
    assert variant["serverlessConfig"] == {"memorySizeInMb": 2048, "maxConcurrency": 5}


DRIFT = "aws:cloudwatch/compositeAlarm:CompositeAlarm"


def test_nobody_looks_for_drift_without_a_release_or_where_nobody_asks(
    run_program: Any, stack_config: Callable[[str], Config], pinned_release: Any
) -> None:
    asked = run_program(deploy, stack="staging", config=stack_config("staging"))
    unasked = run_program(deploy, config={**stack_config("dev"), "slipway:release": {"current": pinned_release(1)}})
    for graph in (asked, unasked):
        assert not [one for one in graph.resources if one.name.startswith("drift")]
        assert not [one for one in graph.resources if one.name == "monitoring-code"]


def test_drift_starts_the_training_pipeline_where_the_stack_file_says_so(
    run_program: Any, stack_config: Callable[[str], Config], pinned_release: Any
) -> None:
    config = stack_config("prod")
    config["slipway:release"] = {"current": pinned_release(1, config["slipway:stack"]["account"])}
    graph = run_program(deploy, stack="prod", config=config)
    pattern = json.loads(graph.one("aws:cloudwatch/eventRule:EventRule", "pipeline-retrain").inputs["eventPattern"])
    assert pattern["resources"] == [f"arn:of:{DRIFT}:drift"]

    config["slipway:monitoring"]["drift"]["retrain"] = False
    graph = run_program(deploy, stack="prod", config=config)
    assert graph.one(DRIFT, "drift")
    assert not [one for one in graph.resources if one.name == "pipeline-retrain"]


def test_models_and_jobs_join_the_network_where_the_stack_has_one(
    run_program: Any, stack_config: Callable[[str], Config], pinned_release: Any
) -> None:
    for stack, there in (("dev", False), ("prod", True)):
        config = stack_config(stack)
        config["slipway:release"] = {"current": pinned_release(1, config["slipway:stack"]["account"])}
        graph = run_program(deploy, stack=stack, config=config)
        (model,) = graph.of_type("aws:sagemaker/model:Model")
        assert ("vpcConfig" in model.inputs) == there
        training = json.loads(graph.one("aws:sagemaker/pipeline:Pipeline", "pipeline").inputs["pipelineDefinition"])
        jobs = {step["Name"]: step["Arguments"] for step in training["Steps"]}
        assert ("VpcConfig" in jobs["train"]) == there
        assert ("VpcConfig" in jobs["split"]["NetworkConfig"]) == there
        joining = {one.name for one in graph.of_type("aws:iam/rolePolicy:RolePolicy") if "-network" in one.name}
        assert joining == (
            {"drift-jobs-network", "pipeline-jobs-network", "serving-network", "training-network"} if there else set()
        )


def test_a_serverless_model_joins_no_network(
    run_program: Any, stack_config: Callable[[str], Config], pinned_release: Any
) -> None:
    config = stack_config("staging")
    pinned = pinned_release(
        1,
        config["slipway:stack"]["account"],
        kind="serverless",
        serverless={"memory_size_in_mb": 2048, "max_concurrency": 5},
        instance_type=None,
        initial_instance_count=None,
        container_startup_timeout_seconds=None,
        capture_percentage=0,
    )
    del config["slipway:monitoring"]["drift"]  # there is nothing to look at
    config["slipway:release"] = {"current": {name: value for name, value in pinned.items() if value is not None}}
    (model,) = run_program(deploy, stack="staging", config=config).of_type("aws:sagemaker/model:Model")
    assert "vpcConfig" not in model.inputs


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
