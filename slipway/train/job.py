"""A SageMaker training job: its request, its log, its end."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from infra.instance_types import has_local_storage
from slipway.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker.literals import TrainingInstanceTypeType
    from mypy_boto3_sagemaker.type_defs import CreateTrainingJobRequestTypeDef, ResourceConfigTypeDef

    from slipway.outputs import Network, Training

METRICS = ("train:auc", "validation:auc", "validation:baseline_auc", "validation:log_loss")
ENDED = frozenset({"Completed", "Failed", "Stopped"})
FIRST_WAIT_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 10.0
# the stack's code package wins over the code that is baked into the image, see infra/packaging.py
START = (
    "mkdir -p /opt/ml/code && tar -xzf /opt/ml/input/data/code/*.tar.gz -C /opt/ml/code"
    " && exec python -m training train"
)


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a training job ended."""

    name: str
    status: str
    model_data: str | None
    metrics: dict[str, float]
    failure: str | None
    seconds: float | None
    """Billable seconds as SageMaker counts them."""


@dataclass(frozen=True, kw_only=True)
class Data:
    """The S3 addresses of a job's two data channels."""

    train: str
    validation: str


def request(
    name: str,
    training: Training,
    *,
    key_arn: str,
    network: Network | None = None,
    train: str,
    validation: str,
    hyperparameters: Mapping[str, str],
) -> CreateTrainingJobRequestTypeDef:
    """Write the CreateTrainingJob request.

    `train` and `validation` are S3 addresses: a prefix, or a manifest file when the address ends with `.manifest`.
    """
    # AWS refuses a key for the disks of instance types that bring their own: those are encrypted by hardware
    disks: ResourceConfigTypeDef = {} if has_local_storage(training.instance_type) else {"VolumeKmsKeyId": key_arn}
    wanted: CreateTrainingJobRequestTypeDef = {
        "TrainingJobName": name,
        "RoleArn": training.role_arn,
        "AlgorithmSpecification": {
            "TrainingImage": training.image,
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["/bin/sh", "-c"],
            "ContainerArguments": [START],
            "MetricDefinitions": [{"Name": metric, "Regex": f"{re.escape(metric)}=([0-9.]+)"} for metric in METRICS],
        },
        "HyperParameters": dict(hyperparameters),
        "InputDataConfig": [
            _channel("train", train),
            _channel("validation", validation),
            _channel("code", training.code_uri),
        ],
        "OutputDataConfig": {"S3OutputPath": training.output_path, "KmsKeyId": key_arn},
        "ResourceConfig": {
            "InstanceType": cast("TrainingInstanceTypeType", training.instance_type),
            "InstanceCount": training.instance_count,
            "VolumeSizeInGB": training.volume_size_gib,
            **disks,
        },
        "EnableNetworkIsolation": True,  # SageMaker itself brings data and code and takes the model and the log
        "StoppingCondition": {"MaxRuntimeInSeconds": training.max_runtime_seconds},
    }
    if network is not None:  # what SageMaker brings and takes goes through the stack's network, and stays in it
        wanted["VpcConfig"] = {
            "Subnets": list(network.subnet_ids),
            "SecurityGroupIds": list(network.security_group_ids),
        }
        wanted["EnableInterContainerTrafficEncryption"] = training.instance_count > 1
    if training.max_wait_seconds is not None:  # spare capacity: an interrupted job goes on from its checkpoints
        wanted["EnableManagedSpotTraining"] = True
        wanted["CheckpointConfig"] = {"S3Uri": f"{training.checkpoint_path}{name}"}
        wanted["StoppingCondition"]["MaxWaitTimeInSeconds"] = training.max_wait_seconds
    return wanted


def start(sagemaker: SageMakerClient, wanted: CreateTrainingJobRequestTypeDef) -> None:
    """Create the job once, also when an answer is lost and the request is sent again."""
    try:
        sagemaker.create_training_job(**wanted)
    except ClientError as error:
        # nobody else has a job of this name: an earlier try made it
        if error.response["Error"]["Code"] != "ResourceInUse":
            raise


def data_of(sagemaker: SageMakerClient, name: str) -> Data:
    """Return what a job learns from; Failure for a job that is not there, or that `slipway train` did not start."""
    try:
        job = sagemaker.describe_training_job(TrainingJobName=name)
    except ClientError as error:
        raise Failure(f"training job {name} is not there: {error.response['Error']['Message']}") from error
    found = {one["ChannelName"]: one["DataSource"].get("S3DataSource") for one in job.get("InputDataConfig", [])}
    train, validation = found.get("train"), found.get("validation")
    if train is None or validation is None:
        raise Failure(f"training job {name} has no channels train and validation: it is none of `slipway train`")
    return Data(train=train["S3Uri"], validation=validation["S3Uri"])


def _channel(name: str, uri: str) -> Any:
    kind = "ManifestFile" if uri.endswith(".manifest") else "S3Prefix"
    source = {"S3DataType": kind, "S3Uri": uri, "S3DataDistributionType": "FullyReplicated"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}}


class LogTail:
    """Follows the log streams of a job, each from where the last look ended."""

    def __init__(self, logs: CloudWatchLogsClient, group: str, job: str) -> None:
        self._logs = logs
        self._group = group
        self._prefix = f"{job}/"
        self._tokens: dict[str, str] = {}

    def new_lines(self) -> list[str]:
        """Return the lines that came since the last call."""
        try:
            answer = self._logs.describe_log_streams(logGroupName=self._group, logStreamNamePrefix=self._prefix)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return []  # SageMaker makes the group and the streams with the first line
            raise
        lines: list[str] = []
        for stream in sorted(stream["logStreamName"] for stream in answer["logStreams"]):
            lines += self._read(stream)
        return lines

    def _read(self, stream: str) -> list[str]:
        lines: list[str] = []
        while True:
            token = self._tokens.get(stream)
            more: dict[str, Any] = {} if token is None else {"nextToken": token}
            page = self._logs.get_log_events(logGroupName=self._group, logStreamName=stream, startFromHead=True, **more)
            lines += [str(event.get("message", "")) for event in page["events"]]
            # the end of a stream is reached when the same token comes back
            if page["nextForwardToken"] == token:
                return lines
            self._tokens[stream] = page["nextForwardToken"]
            if not page["events"]:
                return lines


def follow(
    sagemaker: SageMakerClient,
    tail: LogTail,
    name: str,
    *,
    on_line: Callable[[str], None],
    on_status: Callable[[str], None],
    sleep: Callable[[float], None] = time.sleep,
) -> Ended:
    """Wait for the job's end, passing on its log lines and every new secondary status."""
    wait, last = FIRST_WAIT_SECONDS, ""
    while True:
        job = sagemaker.describe_training_job(TrainingJobName=name)
        for line in tail.new_lines():
            on_line(line)
        status = str(job.get("SecondaryStatus", job["TrainingJobStatus"]))
        if status != last:
            last = status
            on_status(status)
        if job["TrainingJobStatus"] in ENDED:
            return Ended(
                name=name,
                status=job["TrainingJobStatus"],
                model_data=job.get("ModelArtifacts", {}).get("S3ModelArtifacts"),
                metrics={item["MetricName"]: float(item["Value"]) for item in job.get("FinalMetricDataList", [])},
                failure=job.get("FailureReason"),
                seconds=job.get("BillableTimeInSeconds"),
            )
        sleep(wait)
        wait = min(LONGEST_WAIT_SECONDS, wait * 1.2)


def model_of(ended: Ended) -> str:
    """Return the model artifact's address of a job that completed; Failure for one that did not."""
    if ended.status != "Completed" or ended.model_data is None:
        why = ended.failure or "no reason was given"
        raise Failure(f"training job {ended.name} ended {ended.status}: {why}")
    return ended.model_data
