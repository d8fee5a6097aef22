"""Tuning jobs run real training jobs, tell the best of them, fail with all of them and stop what runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

ROLE = "arn:aws:iam::123456789012:role/worker"
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/slipway-test/training:1"
SCRIPT = """
import json, os, pathlib, sys, time
root = pathlib.Path(os.environ.get("SLIPWAY_ML_ROOT", "/opt/ml"))
given = json.loads((root / "input/config/hyperparameters.json").read_text())
if given["mode"] == "fail":
    sys.exit("no model today")
if given["mode"] == "wait":
    time.sleep(60)
print(f"score={float(given['x']) ** 2}", flush=True)
"""


@pytest.fixture
def tuning_world(tmp_path: Path, world_of: Callable[[Path], Any]) -> Iterator[Any]:
    """Start a sandbox whose training image scores what it is told."""
    world = world_of(tmp_path)
    (world.project / "training/__main__.py").write_text(SCRIPT, encoding="utf-8")
    world.up()
    world.client("s3").create_bucket(Bucket=world.bucket)
    yield world
    world.down()
    assert world.processes() == []


def tune(world: Any, mode: str, *, goal: str = "Maximize", jobs: int = 4, **changes: Any) -> str:
    """Create a tuning job; return its name."""
    name: str = world.name("search")
    world.sagemaker.create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=name,
        HyperParameterTuningJobConfig={
            "Strategy": "Random",
            "HyperParameterTuningJobObjective": {"Type": goal, "MetricName": "score"},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": jobs, "MaxParallelTrainingJobs": 2},
            "ParameterRanges": {"ContinuousParameterRanges": [{"Name": "x", "MinValue": "1", "MaxValue": "9"}]},
            **changes,
        },
        TrainingJobDefinition={
            "StaticHyperParameters": {"mode": mode},
            "AlgorithmSpecification": {
                "TrainingImage": IMAGE,
                "TrainingInputMode": "File",
                "MetricDefinitions": [{"Name": "score", "Regex": "score=([0-9.]+)"}],
            },
            "RoleArn": ROLE,
            "OutputDataConfig": {"S3OutputPath": f"s3://{world.bucket}/models/"},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
            "StoppingCondition": {"MaxRuntimeInSeconds": 100},
        },
    )
    return name


def ended(world: Any, name: str) -> dict[str, Any]:
    """Wait for a tuning job's end."""

    def look() -> dict[str, Any] | None:
        found: dict[str, Any] = world.sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
        return found if found["HyperParameterTuningJobStatus"] in {"Completed", "Failed", "Stopped"} else None

    found: dict[str, Any] = world.until(look, f"the end of {name}", 60)
    return found


def scores(world: Any, name: str) -> dict[str, float]:
    """Return what each training job of a tuning job came to."""
    jobs = [one["TrainingJobName"] for one in world.sagemaker.list_training_jobs()["TrainingJobSummaries"]]
    described = [world.sagemaker.describe_training_job(TrainingJobName=job) for job in jobs if job.startswith(name)]
    return {one["TrainingJobName"]: one["FinalMetricDataList"][0]["Value"] for one in described}


def test_a_tuning_job_tells_the_best_of_its_training_jobs_by_its_goal(tuning_world: Any) -> None:
    for goal, best in (("Maximize", max), ("Minimize", min)):
        name = tune(tuning_world, "score", goal=goal)
        found = ended(tuning_world, name)
        assert found["HyperParameterTuningJobStatus"] == "Completed", found.get("FailureReason")
        trained = scores(tuning_world, name)
        assert len(set(trained.values())) == 4
        told = found["BestTrainingJob"]
        assert told["TrainingJobName"] == best(trained, key=lambda job: trained[job])
        assert told["FinalHyperParameterTuningJobObjectiveMetric"]["MetricName"] == "score"
        assert list(told["TunedHyperParameters"]) == ["x"]
        assert found["ObjectiveStatusCounters"]["Succeeded"] == 4


def test_a_tuning_job_whose_training_jobs_all_fail_fails(tuning_world: Any) -> None:
    found = ended(tuning_world, tune(tuning_world, "fail", jobs=2))
    assert found["HyperParameterTuningJobStatus"] == "Failed"
    assert found["FailureReason"].startswith("No training job succeeded")
    assert found["TrainingJobStatusCounters"]["NonRetryableError"] == 2


def test_a_stopped_tuning_job_stops_what_runs_and_begins_nothing_more(tuning_world: Any) -> None:
    name = tune(tuning_world, "wait")
    tuning_world.until(lambda: tuning_world.sagemaker.list_training_jobs()["TrainingJobSummaries"], "training jobs")
    tuning_world.sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    assert ended(tuning_world, name)["HyperParameterTuningJobStatus"] == "Stopped"
    jobs = tuning_world.sagemaker.list_training_jobs()["TrainingJobSummaries"]
    assert len(jobs) == 2
    assert {one["TrainingJobStatus"] for one in jobs} == {"Stopped"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"Strategy": "Grid"}, "Strategy Grid is not in the sandbox"),
        ({"HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "auc"}}, "is not one of"),
        ({"ParameterRanges": {}}, "at least one range"),
        ({"ResourceLimits": {"MaxParallelTrainingJobs": 1}}, "without MaxNumberOfTrainingJobs"),
        (
            {"ResourceLimits": {"MaxNumberOfTrainingJobs": 1, "MaxParallelTrainingJobs": 2}},
            "cannot be greater than MaxNumberOfTrainingJobs",
        ),
    ],
)
def test_what_cannot_be_searched_is_refused_at_once(world: Any, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ClientError, match=said):
        tune(world, "score", **changes)
