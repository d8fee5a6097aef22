"""Runs one training job from Starting to its end, in a thread of its own."""

import logging
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from slipway.sandbox.sagemaker.containers.archives import UnsafeArchiveError, has_files
from slipway.sandbox.sagemaker.containers.images import ImageNotRunnableError
from slipway.sandbox.sagemaker.containers.launcher import CommandNotStartedError, launcher_of
from slipway.sandbox.sagemaker.containers.log_stream import CloudWatchStream
from slipway.sandbox.sagemaker.containers.process import ContainerProcess
from slipway.sandbox.sagemaker.containers.s3_objects import S3SourceError
from slipway.sandbox.sagemaker.containers.workspace import Workspace
from slipway.sandbox.sagemaker.context import Context, Scope
from slipway.sandbox.sagemaker.execution_roles import as_role, refused_volume
from slipway.sandbox.sagemaker.jobs import artifacts
from slipway.sandbox.sagemaker.jobs.metrics import MetricReader, cloudwatch_sender, compile_definitions
from slipway.sandbox.sagemaker.jobs.outcome import (
    ABANDONED,
    COMPLETED,
    OUT_OF_TIME,
    STOPPED,
    Outcome,
    failed,
    failure_reason,
)
from slipway.sandbox.sagemaker.jobs.parameters import hosts_of
from slipway.sandbox.sagemaker.jobs.preparation import Host, prepare_host
from slipway.sandbox.sagemaker.jobs.record import KIND, advance, artifact_uri, tell

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
STOP_GRACE_SECONDS = 120
"""Between SIGTERM and SIGKILL, as SageMaker gives it."""
CHECKPOINT_SECONDS = 5
DEFAULT_MAX_RUNTIME = 86_400

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


class TrainingRun:
    """One job's life; `ended` is set when the store says how it ended."""

    def __init__(self, context: Context, record: dict[str, Any]) -> None:
        self._context = context
        self._record = record
        self._name: str = record["TrainingJobName"]
        self._root = workspace_root(context.state_dir, context.scope, self._name)
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._abandoned = threading.Event()
        # channels, artifacts, log and metrics of a job are the business of its execution role
        self._acting = as_role(context, record["RoleArn"], record["TrainingJobArn"])
        self._metrics = MetricReader(
            compile_definitions(record["AlgorithmSpecification"].get("MetricDefinitions", [])),
            cloudwatch_sender(self._acting.aws.client("cloudwatch"), self._name),
        )
        self._s3 = self._acting.aws.client("s3")
        self.ended = threading.Event()

    def start(self) -> None:
        """Begin; returns at once."""
        threading.Thread(target=self._main, name=f"training-{self._name}", daemon=True).start()

    def stop(self) -> None:
        """Ask for the end that StopTrainingJob asks for."""
        self._stopping.set()
        self._wake.set()

    def abandon(self) -> None:
        """End without grace, because the sandbox ends."""
        self._abandoned.set()
        self.stop()

    def _main(self) -> None:
        try:
            outcome = self._run()
        except Exception as error:
            # the outermost loop of a job: whatever went wrong, the job gets an end and the log the trace
            log.exception("training job %s failed in the sandbox itself", self._name)
            outcome = failed(f"InternalServerError: the sandbox failed: {error!r}")
        # before the job is seen to have ended: then its name may be deleted and taken, and the folder be another job's
        Workspace(self._root).remove()
        try:
            self._finish(outcome)
        finally:
            self.ended.set()

    def _run(self) -> Outcome:
        try:
            self._change("Downloading", TrainingStartTime=self._context.now())
            refusal = refused_volume(self._acting, self._record["ResourceConfig"].get("VolumeKmsKeyId"))
            if refusal is not None:
                return failed(f"ClientError: {refusal}")
            hosts = [
                prepare_host(self._record, name, Workspace(self._root / name), self._acting)
                for name in hosts_of(self._record["ResourceConfig"])
            ]
            checkpoints = artifacts.Checkpoints(self._s3, self._record, hosts[0].workspace)
            checkpoints.fetch()
        except (S3SourceError, UnsafeArchiveError) as error:
            return failed(f"ClientError: Data download failed: {error}")
        except ImageNotRunnableError as error:
            return failed(f"ClientError: {error}")
        if self._stopping.is_set():
            return failed(ABANDONED) if self._abandoned.is_set() else STOPPED
        self._change("Training")
        processes: list[ContainerProcess] = []
        try:
            for host in hosts:
                processes.append(self._launch(host))  # noqa: PERF401 - those started must be known when one does not
            outcome = self._watch(hosts, processes, checkpoints)
        except CommandNotStartedError as error:
            return failed(f"ClientError: {error}")
        finally:
            self._end(processes)
        return self._upload(outcome, hosts, checkpoints)

    def _launch(self, host: Host) -> ContainerProcess:
        stream = CloudWatchStream(
            self._acting.aws.client("logs"), LOG_GROUP, f"{self._name}/{host.name}-{time.time_ns() // 1_000_000_000}"
        )
        sink = _Sink(stream, self._metrics)
        for note in host.notes:
            sink.write(note)
        launcher = launcher_of(self._context.state_dir)
        return launcher.start(host.command, host.environment, host.workspace, sink, self._wake.set)

    def _watch(
        self, hosts: list[Host], processes: list[ContainerProcess], checkpoints: artifacts.Checkpoints
    ) -> Outcome:
        """Wait for the end of all, the failure of one, a stop or the maximum runtime; tell which it was."""
        limit = self._record.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", DEFAULT_MAX_RUNTIME)
        deadline = time.monotonic() + limit
        while not self._stopping.is_set():
            for host, process in zip(hosts, processes, strict=True):
                if process.ended.is_set() and process.exit_code:
                    return failed(failure_reason(host, process))
            if all(process.ended.is_set() for process in processes):
                return COMPLETED
            left = deadline - time.monotonic()
            if left <= 0:
                return OUT_OF_TIME
            if not self._wake.wait(min(left, CHECKPOINT_SECONDS)):
                self._send_checkpoints(checkpoints)
            self._wake.clear()
        return STOPPED

    def _send_checkpoints(self, checkpoints: artifacts.Checkpoints) -> None:
        try:
            checkpoints.send()
        except (ClientError, BotoCoreError, OSError) as error:
            # files come and go under a running job; the last upload, after its end, is the one that may fail it
            log.info("checkpoints of %s are not up to date: %s", self._name, error)

    def _end(self, processes: list[ContainerProcess]) -> None:
        grace = 0 if self._abandoned.is_set() else STOP_GRACE_SECONDS
        stoppers = [threading.Thread(target=process.stop, args=(grace,)) for process in processes]
        for stopper in stoppers:
            stopper.start()
        for stopper in stoppers:
            while stopper.is_alive():
                stopper.join(0.1)
                if self._abandoned.is_set():
                    for process in processes:
                        process.signal(9)

    def _upload(self, outcome: Outcome, hosts: list[Host], checkpoints: artifacts.Checkpoints) -> Outcome:
        if self._abandoned.is_set():
            return failed(ABANDONED)
        workspace = hosts[0].workspace
        try:
            checkpoints.send()
            artifacts.gather([host.workspace for host in hosts])
            artifacts.send_output(self._s3, self._record, workspace)
            partial = outcome.status == "Stopped" and has_files(workspace.ml / "model")
            if outcome.status == "Completed" or partial:
                self._change("Uploading")
                artifacts.send_model(self._s3, self._record, workspace)
        except (S3SourceError, ClientError, BotoCoreError) as error:
            return failed(f"ClientError: Artifact upload failed: {error}")
        return outcome

    def _change(self, secondary: str, **fields: Any) -> None:
        def change(record: dict[str, Any]) -> None:
            record.update(fields)
            # while a job is Stopping its secondary status stays so until the upload
            if record["TrainingJobStatus"] != "Stopping" or secondary == "Uploading":
                advance(record, secondary, self._context.now())

        self._record = self._context.store.update(self._context.scope, KIND, self._name, change)
        tell(self._context, self._record)

    def _finish(self, outcome: Outcome) -> None:
        def change(record: dict[str, Any]) -> None:
            if outcome.status != "Failed":
                record["ModelArtifacts"] = {"S3ModelArtifacts": artifact_uri(record)}
            final = self._metrics.final()
            if final:
                record["FinalMetricDataList"] = final
            now = self._context.now()
            advance(record, outcome.secondary, now, status=outcome.status, reason=outcome.reason)

        self._record = self._context.store.update(self._context.scope, KIND, self._name, change)
        tell(self._context, self._record)


def workspace_root(state_dir: Path, scope: Scope, name: str) -> Path:
    """Return the folder that holds a job's files while it runs."""
    return state_dir / "work" / "training" / scope.account / scope.region / name
