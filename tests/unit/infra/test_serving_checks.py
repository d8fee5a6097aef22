"""Serving settings that do not go together, told all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from infra.settings import SettingsError, load_stack_settings

if TYPE_CHECKING:
    from collections.abc import Callable

Config = dict[str, Any]
NEURON = "al2-ami-sagemaker-inference-neuron-2"
CUDA = "al2023-ami-sagemaker-inference-gpu-4-1"
SERVERLESS = {
    "kind": "serverless",
    "serverless": {"memory_size_in_mb": 2048, "max_concurrency": 5},
    "capture_percentage": 0,
    "log_retention_days": 14,
}


@pytest.fixture
def dev(stack_config: Callable[[str], Config]) -> Config:
    return stack_config("dev")


def problems(config: Config) -> list[str]:
    try:
        load_stack_settings(config, file="Pulumi.dev.yaml")
    except SettingsError as error:
        return [str(problem) for problem in error.problems]
    return []


def test_a_serverless_endpoint_is_taken(dev: Config) -> None:
    dev["slipway:serving"] = SERVERLESS
    assert problems(dev) == []


def test_everything_that_serverless_excludes_is_refused_together(dev: Config) -> None:
    dev["slipway:serving"] |= {
        "kind": "serverless",
        "capture_percentage": 20,
        "inference_ami_version": CUDA,
        "asynchronous": {"notify": True},
        "rollout": {"type": "CANARY", "step_percent": 10},
        "autoscaling": {"min_capacity": 1, "max_capacity": 2},
    }
    found = problems(dev)
    keys = [one.partition(":")[2].partition(":")[0] for one in found]
    assert keys == [
        "serving.asynchronous",
        "serving.autoscaling",
        "serving.capture_percentage",
        "serving.inference_ami_version",
        "serving.inference_ami_version",
        "serving.initial_instance_count",
        "serving.initial_instance_count",
        "serving.instance_type",
        "serving.rollout.type",
        "serving.serverless",
    ]
    assert "slipway:serving.capture_percentage: kind serverless captures no data, got 20; use 0, or" in "\n".join(found)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"instance_type": None}, "serving.instance_type: kind realtime needs it; add one, such as ml.m5.large"),
        ({"serverless": SERVERLESS["serverless"]}, "serving.serverless: kind realtime has instances"),
        ({"asynchronous": {}}, "serving.asynchronous: kind realtime takes no requests from S3"),
        ({"inference_ami_version": CUDA}, "ml.m5.large has no accelerator"),
        ({"instance_type": "ml.g5.xlarge"}, "ml.g5.xlarge (GPU) needs a host image with its driver: al2-ami"),
        ({"instance_type": "ml.g5.xlarge", "inference_ami_version": NEURON}, "ml.g5.xlarge (GPU) needs a host image"),
        ({"instance_type": "ml.inf2.xlarge", "inference_ami_version": CUDA}, "(Neuron) needs a host image"),
        ({"instance_type": "ml.eia2.medium"}, "Elastic Inference ended in April 2024"),
        ({"rollout": {"step_percent": 10}}, "rollout.step_percent: ALL_AT_ONCE has no shares, got 10"),
        ({"rollout": {"type": "CANARY"}, "initial_instance_count": 2}, "CANARY needs it"),
        (
            {"rollout": {"type": "LINEAR", "step_percent": 5}, "initial_instance_count": 2},
            "LINEAR takes 10 to 50, got 5",
        ),
        ({"rollout": {"type": "CANARY", "step_percent": 10}}, "so there must be 2, got 1"),
        (
            {
                "rollout": {"type": "LINEAR", "step_percent": 10, "wait_seconds": 150},
                "initial_instance_count": 2,
                "bake_seconds": 600,
            },
            "together (2100 s) must be at most 1800 s",
        ),
    ],
)
def test_a_conflict_is_told_with_its_way_out(dev: Config, changes: Config, said: str) -> None:
    dev["slipway:serving"] |= changes
    dev["slipway:serving"] = {key: value for key, value in dev["slipway:serving"].items() if value is not None}
    (problem,) = problems(dev)
    assert said in problem


@pytest.mark.parametrize(
    "changes",
    [
        {"instance_type": "ml.g5.xlarge", "inference_ami_version": CUDA},
        {"instance_type": "ml.inf2.xlarge", "inference_ami_version": NEURON},
        {"kind": "async", "asynchronous": {"notify": True}},
        {
            "kind": "async",
            "autoscaling": {"min_capacity": 0, "max_capacity": 3, "target_backlog_per_instance": 5},
        },
        {"autoscaling": {"min_capacity": 1, "max_capacity": 3, "target_invocations_per_minute": 600}},
        {
            "initial_instance_count": 2,
            "rollout": {"type": "LINEAR", "step_percent": 50, "wait_seconds": 300},
            "bake_seconds": 600,
        },
    ],
)
def test_what_goes_together_is_taken(dev: Config, changes: Config) -> None:
    dev["slipway:serving"] |= changes
    assert problems(dev) == []


@pytest.mark.parametrize(
    ("kind", "scaling", "said"),
    [
        ("realtime", {"min_capacity": 0}, "only async endpoints scale to zero"),
        ("realtime", {"target_invocations_per_minute": None}, "kind realtime scales by it; add it"),
        ("realtime", {"target_backlog_per_instance": 3}, "kind realtime has no such load, got 3"),
        ("realtime", {"min_capacity": 5}, "must be at most max_capacity, 4, got 5"),
        ("realtime", {"min_capacity": 2}, "must be between min_capacity and max_capacity, 2 to 4, got 1"),
        (
            "async",
            {"target_invocations_per_minute": None, "target_backlog_per_instance": None},
            "kind async scales by it",
        ),
    ],
)
def test_scaling_that_cannot_work_is_refused(dev: Config, kind: str, scaling: Config, said: str) -> None:
    whole = {"min_capacity": 1, "max_capacity": 4, "target_invocations_per_minute": 600, **scaling}
    given = {key: value for key, value in whole.items() if value is not None}
    dev["slipway:serving"] |= {"kind": kind, "autoscaling": given}
    (problem,) = problems(dev)
    assert said in problem
