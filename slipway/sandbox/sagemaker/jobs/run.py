"""One job's life in a thread of its own, whatever its sort: begun, watched, stopped, and given an end."""

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from slipway.sandbox.sagemaker.containers.launcher import launcher_of
from slipway.sandbox.sagemaker.containers.log_stream import CloudWatchStream
from slipway.sandbox.sagemaker.containers.process import ContainerProcess, LineSink
from slipway.sandbox.sagemaker.containers.workspace import Workspace
from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.execution_roles import as_role, refused_volume
from slipway.sandbox.sagemaker.jobs.host import Host
from slipway.sandbox.sagemaker.jobs.kind import JobKind
from slipway.sandbox.sagemaker.jobs.outcome import ABANDONED, COMPLETED, OUT_OF_TIME, STOPPED, Outcome, failed

STOP_GRACE_SECONDS = 120
"""Between SIGTERM and SIGKILL, as SageMaker gives it."""
UPLOAD_SECONDS = 5
"""Between two uploads of what a running job keeps in S3."""
DEFAULT_MAX_RUNTIME = 86_400

log = logging.getLogger(__name__)


class JobRun(ABC):
    """One job's life; `ended` is set when the store says how it ended."""

    def __init__(self, kind: JobKind, context: Context, record: dict[str, Any]) -> None:
        self.kind = kind
        self.context = context
        self.record = record
        self.name: str = record[kind.name_member]
        self.root = kind.workspace_root(context.state_dir, context.scope, self.name)
        self.wake = threading.Event()
        self.stopping = threading.Event()
        self.abandoned = threading.Event()
        self.ended = threading.Event()
        # inputs, outputs, log and metrics of a job are the business of its execution role
        self.acting = as_role(context, kind.role_of(record, context), record[kind.arn_member])
        self.s3 = self.acting.aws.client("s3")
        self.processes: list[ContainerProcess] = []

    @property
    def max_runtime(self) -> int:
        """Seconds that the job may run."""
        return int(self.record.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", DEFAULT_MAX_RUNTIME))

    @abstractmethod
    def work(self) -> Outcome:
        """Do what the job is for and tell how it ended; look at `stopping` and wait on `wake`."""

    def last_fields(self) -> dict[str, Any]:
        """Return what of the record is only known at the end."""
        return {}

    def start(self) -> None:
        """Begin; returns at once."""
        threading.Thread(target=self._main, name=f"{self.kind.noun}-{self.name}", daemon=True).start()

    def stop(self) -> None:
        """Ask for the end that Stop asks for."""
        self.stopping.set()
        self.wake.set()

    def abandon(self) -> None:
        """End without grace, because the sandbox ends."""
        self.abandoned.set()
        self.stop()

    def stopped(self) -> Outcome:
        """Return the end of a job that `stopping` ended."""
        return failed(ABANDONED) if self.abandoned.is_set() else STOPPED

    def change(self, change: Callable[[dict[str, Any]], None]) -> None:
        """Change the job's record and announce it."""
        self.record = self.context.store.update(self.context.scope, self.kind.noun, self.name, change)
        self.kind.tell(self.context, self.record)

    def launch(self, host: Host, sink_of: Callable[[CloudWatchStream], LineSink]) -> None:
        """Start a host's process, with a log stream of its own. Raises CommandNotStartedError."""
        stream_name = f"{self.name}/{host.name}-{time.time_ns() // 1_000_000_000}"
        sink = sink_of(CloudWatchStream(self.acting.aws.client("logs"), self.kind.log_group, stream_name))
        for note in host.notes:
            sink.write(note)
        launcher = launcher_of(self.context.state_dir)
        process = launcher.start(host.command, host.environment, host.workspace, sink, self.wake.set)
        self.processes.append(process)

    def watch(self, on_failure: Callable[[int], Outcome], meanwhile: Callable[[], None]) -> Outcome:
        """Wait for the end of all processes, the failure of one, a stop or the maximum runtime; tell which it was.

        `on_failure` gets the number of the process that failed; `meanwhile` is called every few seconds.
        """
        deadline = time.monotonic() + self.max_runtime
        while not self.stopping.is_set():
            for number, process in enumerate(self.processes):
                if process.ended.is_set() and process.exit_code:
                    return on_failure(number)
            if all(process.ended.is_set() for process in self.processes):
                return COMPLETED
            left = deadline - time.monotonic()
            if left <= 0:
                return OUT_OF_TIME
            if not self.wake.wait(min(left, UPLOAD_SECONDS)):
                meanwhile()
            self.wake.clear()
        return STOPPED

    def end(self) -> None:
        """SIGTERM, then SIGKILL after the grace; at once when the sandbox ends."""
        grace = 0 if self.abandoned.is_set() else STOP_GRACE_SECONDS
        stoppers = [threading.Thread(target=process.stop, args=(grace,)) for process in self.processes]
        for stopper in stoppers:
            stopper.start()
        for stopper in stoppers:
            while stopper.is_alive():
                stopper.join(0.1)
                if self.abandoned.is_set():
                    for process in self.processes:
                        process.signal(9)

    def _main(self) -> None:
        current = self.context.store.get(self.context.scope, self.kind.noun, self.name) or self.record
        if current[self.kind.status_member] == "Stopping":
            self.stop()  # asked for before this run could be found
        try:
            outcome = self._without_instances() or self.work()
        except Exception as error:
            # the outermost loop of a job: whatever went wrong, the job gets an end and the log the trace
            log.exception("%s %s failed in the sandbox itself", self.kind.words, self.name)
            outcome = failed(f"InternalServerError: the sandbox failed: {error!r}")
        # before the job is seen to have ended: then its name may be deleted and taken, and the folder be another job's
        Workspace(self.root).remove()
        try:
            self.change(lambda record: self._close(record, outcome))
        finally:
            self.ended.set()

    def _without_instances(self) -> Outcome | None:
        """Return the end of a job that gets no instances or volumes, None when there is nothing in its way."""
        shortage = self.context.shortage(f"Create{self.kind.noun}", self.name)
        if shortage is not None:
            return failed(shortage)
        refusal = refused_volume(self.acting, self.kind.volume_key_of(self.record))
        return None if refusal is None else failed(f"ClientError: {refusal}")

    def _close(self, record: dict[str, Any], outcome: Outcome) -> None:
        record.update(self.last_fields())
        self.kind.mark_ended(record, outcome, self.context.now())
