"""Runs one training job from Starting to its end."""

import logging
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from slipway.sandbox.sagemaker.containers.archives import UnsafeArchiveError, has_files
from slipway.sandbox.sagemaker.containers.images import ImageNotRunnableError
from slipway.sandbox.sagemaker.containers.launcher import CommandNotStartedError
from slipway.sandbox.sagemaker.containers.log_stream import CloudWatchStream
from slipway.sandbox.sagemaker.containers.s3_objects import S3SourceError
from slipway.sandbox.sagemaker.containers.workspace import Workspace
from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.jobs.host import Host
from slipway.sandbox.sagemaker.jobs.outcome import ABANDONED, Outcome, failed, failure_reason
from slipway.sandbox.sagemaker.jobs.run import JobRun
from slipway.sandbox.sagemaker.jobs.training import artifacts
from slipway.sandbox.sagemaker.jobs.training.metrics import MetricReader, cloudwatch_sender, compile_definitions
from slipway.sandbox.sagemaker.jobs.training.parameters import hosts_of
from slipway.sandbox.sagemaker.jobs.training.preparation import prepare_host
from slipway.sandbox.sagemaker.jobs.training.record import TRAINING, advance

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Sink:
    """A host's lines go to its log stream and to the metrics."""

    stream: CloudWatchStream
    metrics: MetricReader

    def write(self, line: str) -> None:
        self.stream.write(line)
        self.metrics.write(line)

    def flush(self) -> None:
        self.stream.flush()
        self.metrics.flush()


class TrainingRun(JobRun):
    """One training job's life."""

    def __init__(self, context: Context, record: dict[str, Any]) -> None:
        super().__init__(TRAINING, context, record)
        self._metrics = MetricReader(
            compile_definitions(record["AlgorithmSpecification"].get("MetricDefinitions", [])),
            cloudwatch_sender(self.acting.aws.client("cloudwatch"), self.name),
        )

    def work(self) -> Outcome:
        """Bring the channels, run the hosts, send what they leave."""
        try:
            self._enter("Downloading", TrainingStartTime=self.context.now())
            hosts = [
                prepare_host(self.record, name, Workspace(self.root / name), self.acting)
                for name in hosts_of(self.record["ResourceConfig"])
            ]
            checkpoints = artifacts.Checkpoints(self.s3, self.record, hosts[0].workspace)
            checkpoints.fetch()
        except (S3SourceError, UnsafeArchiveError) as error:
            return failed(f"ClientError: Data download failed: {error}")
        except ImageNotRunnableError as error:
            return failed(f"ClientError: {error}")
        if self.stopping.is_set():
            return self.stopped()
        self._enter("Training")
        try:
            for host in hosts:
                self.launch(host, lambda stream: _Sink(stream, self._metrics))
            outcome = self.watch(
                lambda number: failed(failure_reason(hosts[number], self.processes[number], "output/failure")),
                lambda: self._send_checkpoints(checkpoints),
            )
        except CommandNotStartedError as error:
            return failed(f"ClientError: {error}")
        finally:
            self.end()
        return self._upload(outcome, hosts, checkpoints)

    def last_fields(self) -> dict[str, Any]:
        """Return the metrics."""
        final = self._metrics.final()
        return {"FinalMetricDataList": final} if final else {}

    def _send_checkpoints(self, checkpoints: artifacts.Checkpoints) -> None:
        try:
            checkpoints.send()
        except (ClientError, BotoCoreError, OSError) as error:
            # files come and go under a running job; the last upload, after its end, is the one that may fail it
            log.info("checkpoints of %s are not up to date: %s", self.name, error)

    def _upload(self, outcome: Outcome, hosts: list[Host], checkpoints: artifacts.Checkpoints) -> Outcome:
        if self.abandoned.is_set():
            return failed(ABANDONED)
        workspace = hosts[0].workspace
        try:
            checkpoints.send()
            artifacts.gather([host.workspace for host in hosts])
            artifacts.send_output(self.s3, self.record, workspace)
            partial = outcome.status == "Stopped" and has_files(workspace.ml / "model")
            if outcome.status == "Completed" or partial:
                self._enter("Uploading")
                artifacts.send_model(self.s3, self.record, workspace)
        except (S3SourceError, ClientError, BotoCoreError) as error:
            return failed(f"ClientError: Artifact upload failed: {error}")
        return outcome

    def _enter(self, secondary: str, **fields: Any) -> None:
        def change(record: dict[str, Any]) -> None:
            record.update(fields)
            # while a job is Stopping its secondary status stays so until the upload
            if record["TrainingJobStatus"] != "Stopping" or secondary == "Uploading":
                advance(record, secondary, self.context.now())

        self.change(change)
