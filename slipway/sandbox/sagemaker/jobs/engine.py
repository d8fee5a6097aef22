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
from slipway.sandbox.sagemaker.jobs import artifacts
from slipway.sandbox.sagemaker.jobs.metrics import MetricReader, cloudwatch_sender, compile_definitions
from slipway.sandbox.sagemaker.jobs.parameters import hosts_of
from slipway.sandbox.sagemaker.jobs.preparation import Host, prepare_host
from slipway.sandbox.sagemaker.jobs.record import KIND, TERMINAL, advance, artifact_uri, tell

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
STOP_GRACE_SECONDS = 120
"""Between SIGTERM and SIGKILL, as SageMaker gives it."""
CHECKPOINT_SECONDS = 5
DEFAULT_MAX_RUNTIME = 86_400

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """How a job ended."""

    status: str
    secondary: str
    reason: str = ""


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
        self._metrics = MetricReader(
            compile_definitions(record["AlgorithmSpecification"].get("MetricDefinitions", [])),
            cloudwatch_sender(context.aws.client("cloudwatch"), self._name),
        )
        self._s3 = context.aws.client("s3")
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
            outcome = Outcome("Failed", "Failed", f"InternalServerError: the sandbox failed: {error!r}")
        try:
            self._finish(outcome)
        finally:
            Workspace(self._root).remove()
            self.ended.set()

    def _run(self) -> Outcome:
        try:
            self._change("Downloading", TrainingStartTime=self._context.now())
            hosts = [
                prepare_host(self._record, name, Workspace(self._root / name), self._context)
                for name in hosts_of(self._record["ResourceConfig"])
            ]
            checkpoints = artifacts.Checkpoints(self._s3, self._record, hosts[0].workspace)
            checkpoints.fetch()
        except (S3SourceError, UnsafeArchiveError) as error:
            return Outcome("Failed", "Failed", f"ClientError: Data download failed: {error}")
        except ImageNotRunnableError as error:
            return Outcome("Failed", "Failed", f"ClientError: {error}")
        if self._stopping.is_set():
            return self._stopped_early()
        self._change("Training")
        processes: list[ContainerProcess] = []
        try:
            for host in hosts:
                processes.append(self._launch(host))  # noqa: PERF401 - those started must be known when one does not
            timed_out = self._watch(processes, checkpoints)
        except CommandNotStartedError as error:
            return Outcome("Failed", "Failed", f"ClientError: {error}")
        finally:
            self._end(processes)
        return self._upload(hosts, processes, checkpoints, timed_out=timed_out)

    def _launch(self, host: Host) -> ContainerProcess:
        stream = CloudWatchStream(
            self._context.aws.client("logs"), LOG_GROUP, f"{self._name}/{host.name}-{time.time_ns() // 1_000_000_000}"
        )
        sink = _Sink(stream, self._metrics)
        for note in host.notes:
            sink.write(note)
        launcher = launcher_of(self._context.state_dir)
        return launcher.start(host.command, host.environment, host.workspace, sink, self._wake.set)

    def _watch(self, processes: list[ContainerProcess], checkpoints: artifacts.Checkpoints) -> bool:
        """Wait for the end of all, the failure of one, a stop or the maximum runtime; True for the last."""
        limit = self._record.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", DEFAULT_MAX_RUNTIME)
        deadline = time.monotonic() + limit
        while not self._stopping.is_set():
            if all(process.ended.is_set() for process in processes):
                return False
            if any(process.ended.is_set() and process.exit_code for process in processes):
                return False
            left = deadline - time.monotonic()
            if left <= 0:
                return True
            if not self._wake.wait(min(left, CHECKPOINT_SECONDS)):
                self._send_checkpoints(checkpoints)
            self._wake.clear()
        return False

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

    def _upload(
        self,
        hosts: list[Host],
        processes: list[ContainerProcess],
        checkpoints: artifacts.Checkpoints,
        *,
        timed_out: bool,
    ) -> Outcome:
        if self._abandoned.is_set():
            return Outcome("Failed", "Failed", ABANDONED)
        outcome = self._judge(hosts, processes, timed_out=timed_out)
        try:
            checkpoints.send()
            _gather(hosts)
            artifacts.send_output(self._s3, self._record, hosts[0].workspace)
            if outcome.status == "Completed" or (
                outcome.status == "Stopped" and has_files(hosts[0].workspace.ml / "model")
            ):
                self._change("Uploading")
                artifacts.send_model(self._s3, self._record, hosts[0].workspace)
        except (S3SourceError, ClientError, BotoCoreError) as error:
            return Outcome("Failed", "Failed", f"ClientError: Artifact upload failed: {error}")
        return outcome

    def _judge(self, hosts: list[Host], processes: list[ContainerProcess], *, timed_out: bool) -> Outcome:
        if timed_out:
            return Outcome("Stopped", "MaxRuntimeExceeded")
        failed = [pair for pair in zip(hosts, processes, strict=True) if pair[1].exit_code]
        if self._stopping.is_set():
            return Outcome("Stopped", "Stopped")
        if failed:
            return Outcome("Failed", "Failed", failure_reason(*failed[0]))
        return Outcome("Completed", "Completed")

    def _stopped_early(self) -> Outcome:
        return Outcome("Failed", "Failed", ABANDONED) if self._abandoned.is_set() else Outcome("Stopped", "Stopped")

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


ABANDONED = "InternalServerError: the sandbox was stopped while the job ran; start the job again"


def failure_reason(host: Host, process: ContainerProcess) -> str:
    """Return `AlgorithmError: <the failure file, or the last lines of the log>, exit code: N`."""
    file = host.workspace.ml / "output/failure"
    text = file.read_text(encoding="utf-8", errors="replace")[:1024] if file.is_file() else ""
    if not text.strip():
        lines = "\n".join(process.last_lines())
        text = f"no /opt/ml/output/failure was written; the log of {host.name} ends with:\n{lines}"
    end = f", exit code: {process.exit_code}"
    return f"AlgorithmError: {text.strip()}"[: 1024 - len(end)] + end


def workspace_root(state_dir: Path, scope: Scope, name: str) -> Path:
    """Return the folder that holds a job's files while it runs."""
    return state_dir / "work" / "training" / scope.account / scope.region / name


def _gather(hosts: list[Host]) -> None:
    """Put the other hosts' model and output beside the first host's: SageMaker packs one archive for all."""
    first = hosts[0].workspace.ml
    for host in hosts[1:]:
        for folder in ("model", "output/data"):
            for path in sorted((host.workspace.ml / folder).rglob("*")):
                target = first / path.relative_to(host.workspace.ml)
                if path.is_file() and not target.exists():
                    target.parent.mkdir(parents=True, exist_ok=True)
                    path.replace(target)


_RUNS: dict[tuple[Path, Scope, str], TrainingRun] = {}
_LOCK = threading.Lock()


def begin(context: Context, record: dict[str, Any]) -> TrainingRun:
    """Start a job that the store already knows."""
    run = TrainingRun(context, record)
    key = (context.state_dir, context.scope, record["TrainingJobName"])
    with _LOCK:
        for old in [old for old, done in _RUNS.items() if done.ended.is_set()]:
            del _RUNS[old]
        _RUNS[key] = run
    run.start()
    return run


def running(context: Context, name: str) -> TrainingRun | None:
    """Return the run of a job of this process, None if there is none."""
    with _LOCK:
        return _RUNS.get((context.state_dir, context.scope, name))


def abandon_all(state_dir: Path, timeout: float) -> None:
    """End every job of a state folder and wait for their ends."""
    with _LOCK:
        runs = [run for key, run in _RUNS.items() if key[0] == state_dir]
    for run in runs:
        run.abandon()
    deadline = time.monotonic() + timeout
    for run in runs:
        run.ended.wait(max(0.0, deadline - time.monotonic()))


def fail_orphans(context: Context) -> None:
    """Fail what the store calls running and nobody runs: the sandbox ended without a goodbye."""
    for record in context.store.all(context.scope, KIND):
        name = record["TrainingJobName"]
        if record["TrainingJobStatus"] not in TERMINAL and running(context, name) is None:
            changed = context.store.update(context.scope, KIND, name, lambda each: _orphaned(each, context.now()))
            tell(context, changed)
            Workspace(workspace_root(context.state_dir, context.scope, name)).remove()


def _orphaned(record: dict[str, Any], now: float) -> None:
    advance(record, "Failed", now, status="Failed", reason=ABANDONED)
