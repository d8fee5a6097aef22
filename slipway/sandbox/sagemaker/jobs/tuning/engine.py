"""Runs one tuning job to its end: rounds of real training jobs, and the best of them by its objective."""

import random
import uuid
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.jobs import running
from slipway.sandbox.sagemaker.jobs.kind import JobKind
from slipway.sandbox.sagemaker.jobs.outcome import COMPLETED, STOPPED, Outcome, failed
from slipway.sandbox.sagemaker.jobs.run import JobRun
from slipway.sandbox.sagemaker.jobs.training.record import TRAINING
from slipway.sandbox.sagemaker.jobs.tuning.drawing import drawn

_LOOK_SECONDS = 0.1
_GIVEN_ON = (
    "CheckpointConfig",
    "EnableInterContainerTrafficEncryption",
    "EnableManagedSpotTraining",
    "EnableNetworkIsolation",
    "Environment",
    "InputDataConfig",
    "OutputDataConfig",
    "ResourceConfig",
    "RoleArn",
    "StoppingCondition",
    "VpcConfig",
)
"""Members of the definition that a training job has, too."""


class TuningKind(JobKind):
    """Tuning jobs, whose role is that of their training jobs, and which have no instances of their own."""

    @property
    def event(self) -> str:
        """`SageMaker HyperParameter Tuning Job State Change`."""
        return "SageMaker HyperParameter Tuning Job State Change"

    def new_record(self, params: Mapping[str, Any], context: Context) -> dict[str, Any]:
        """Return the record of a job that was just created."""
        counters = {"Completed": 0, "InProgress": 0, "RetryableError": 0, "NonRetryableError": 0, "Stopped": 0}
        objectives = {"Succeeded": 0, "Pending": 0, "Failed": 0}
        record = super().new_record(params, context)
        return {**record, "TrainingJobStatusCounters": counters, "ObjectiveStatusCounters": objectives}

    def role_of(self, record: Mapping[str, Any], context: Context) -> str | None:  # noqa: ARG002
        """Return the role of the training jobs."""
        role: str = record["TrainingJobDefinition"]["RoleArn"]
        return role


TUNING = TuningKind("HyperParameterTuningJob")


class TuningRun(JobRun):
    """One tuning job's life. SageMaker itself makes the training jobs: whoever asked needs no right to."""

    def __init__(self, context: Context, record: dict[str, Any]) -> None:
        super().__init__(TUNING, context, record)
        self._sagemaker = context.aws.client("sagemaker")
        self._config = record["HyperParameterTuningJobConfig"]
        self._objective: dict[str, str] = self._config["HyperParameterTuningJobObjective"]
        self._chance = random.Random(str(self._config.get("RandomSeed", self.name)))  # noqa: S311 - drawn, no secret

    def work(self) -> Outcome:
        """Train round by round, and remember the best."""
        limits = self._config["ResourceLimits"]
        left, parallel = int(limits["MaxNumberOfTrainingJobs"]), int(limits["MaxParallelTrainingJobs"])
        number = 0
        while left > 0:
            size = min(left, parallel)
            try:
                names = [self._begin(number + each) for each in range(1, size + 1)]
            except (ClientError, BotoCoreError) as error:
                return failed(f"ClientError: a training job could not be made: {error}")
            number, left = number + size, left - size
            for name in names:
                self._await(name)
                self._count(self._sagemaker.describe_training_job(TrainingJobName=name))
            if self.stopping.is_set():
                return self.stopped() if self.abandoned.is_set() else STOPPED
        if "BestTrainingJob" not in self.record:
            return failed("No training job succeeded: look at why the training jobs of this tuning job failed")
        return COMPLETED

    def _begin(self, number: int) -> str:
        definition = self.record["TrainingJobDefinition"]
        name = f"{self.name}-{number:03d}-{uuid.uuid4().hex[:8]}"
        ranges = self._config["ParameterRanges"]
        values = {**definition.get("StaticHyperParameters", {}), **drawn(ranges, self._chance)}
        values["_tuning_objective_metric"] = self._objective["MetricName"]
        given = {member: definition[member] for member in _GIVEN_ON if member in definition}
        self._sagemaker.create_training_job(
            TrainingJobName=name,
            AlgorithmSpecification=definition["AlgorithmSpecification"],
            HyperParameters=values,
            **given,
        )
        return name

    def _await(self, name: str) -> None:
        run = running.find(self.context, TRAINING.noun, name)
        asked = False
        while run is not None and not run.ended.wait(_LOOK_SECONDS):
            if self.stopping.is_set() and not asked:
                asked = True
                run.stop()

    def _count(self, job: dict[str, Any]) -> None:
        """Count a training job that ended, and remember it if none before was better."""
        metrics = {one["MetricName"]: one["Value"] for one in job.get("FinalMetricDataList", [])}
        value = metrics.get(self._objective["MetricName"])
        done = job["TrainingJobStatus"] == "Completed"

        def change(record: dict[str, Any]) -> None:
            failure = "Stopped" if job["TrainingJobStatus"] == "Stopped" else "NonRetryableError"
            record["TrainingJobStatusCounters"]["Completed" if done else failure] += 1
            record["ObjectiveStatusCounters"]["Succeeded" if done and value is not None else "Failed"] += 1
            if done and value is not None and self._better(value, record.get("BestTrainingJob")):
                record["BestTrainingJob"] = self._summary(job, value)

        self.change(change)

    def _better(self, value: float, best: dict[str, Any] | None) -> bool:
        if best is None:
            return True
        before: float = best["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]
        return value > before if self._objective["Type"] == "Maximize" else value < before

    def _summary(self, job: dict[str, Any], value: float) -> dict[str, Any]:
        static = {*self.record["TrainingJobDefinition"].get("StaticHyperParameters", {}), "_tuning_objective_metric"}
        return {
            "TrainingJobName": job["TrainingJobName"],
            "TrainingJobArn": job["TrainingJobArn"],
            "CreationTime": job["CreationTime"].timestamp(),
            "TrainingStartTime": job["TrainingStartTime"].timestamp(),
            "TrainingEndTime": job["TrainingEndTime"].timestamp(),
            "TrainingJobStatus": job["TrainingJobStatus"],
            "TunedHyperParameters": {name: text for name, text in job["HyperParameters"].items() if name not in static},
            "FinalHyperParameterTuningJobObjectiveMetric": {**self._objective, "Value": value},
            "ObjectiveStatus": "Succeeded",
        }
