"""One execution from Executing to its end: steps begun as they become ready, each in a thread of its own."""

import logging
import threading
from collections.abc import Callable
from typing import Any

from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.pipelines.definition import Step, parse_definition
from slipway.sandbox.sagemaker.pipelines.record import INTERRUPTED, KIND, STEP_FAILED, interrupt, set_status, set_step
from slipway.sandbox.sagemaker.pipelines.schedule import Schedule
from slipway.sandbox.sagemaker.pipelines.step_run import StepRun
from slipway.sandbox.sagemaker.pipelines.values import Values

DEFAULT_PARALLEL = 50
"""Steps of one execution at once when no ParallelismConfiguration says otherwise."""

log = logging.getLogger(__name__)


class ExecutionRun:
    """One execution's life; `ended` is set when the store says how it ended.

    `pause` waits before a retry and tells whether the wait was cut short; tests give one that does not wait.
    """

    def __init__(self, context: Context, record: dict[str, Any], pause: Callable[[float], bool] | None = None) -> None:
        self._context = context
        self._record = record
        self._arn: str = record["PipelineExecutionArn"]
        self._stopping = threading.Event()
        self._abandoned = threading.Event()
        self._pause = self._stopping.wait if pause is None else pause
        self._changed = threading.Condition()
        self.ended = threading.Event()

    def start(self) -> None:
        """Begin; returns at once."""
        threading.Thread(target=self._main, name=f"execution-{self._arn[-12:]}", daemon=True).start()

    def stop(self) -> None:
        """Begin no more steps and stop the jobs of those that run."""
        self._stopping.set()
        with self._changed:
            self._changed.notify_all()

    def abandon(self) -> None:
        """End because the sandbox ends; the jobs are abandoned by themselves."""
        self._abandoned.set()
        self.stop()

    def _main(self) -> None:
        try:
            self._drive()
        except Exception:
            # the outermost loop of an execution: whatever went wrong, it gets an end and the log the trace
            log.exception("execution %s failed in the sandbox itself", self._arn)
            interrupt(self._context, self._arn)
        finally:
            self.ended.set()

    def _drive(self) -> None:
        if self._current()["PipelineExecutionStatus"] == "Stopping":
            self._stopping.set()  # asked for before this run could be found
        definition = parse_definition(self._record["PipelineDefinition"])
        values = Values(self._context, self._record, definition)
        schedule = Schedule(definition, _done_before(self._record))
        with self._changed:
            while True:
                if not self._stopping.is_set():
                    for step in schedule.ready()[: max(0, self._parallel() - schedule.running)]:
                        schedule.begin(step.name)
                        self._begin(step, values, schedule)
                if not schedule.running:
                    break
                self._changed.wait()
        if self._abandoned.is_set():
            set_status(self._context, self._arn, "Failed", INTERRUPTED)
        elif schedule.failed and not self._stopping.is_set():
            set_status(self._context, self._arn, "Failed", STEP_FAILED)
        else:
            set_status(self._context, self._arn, "Stopped" if self._stopping.is_set() else "Succeeded")

    def _parallel(self) -> int:
        config = self._current().get("ParallelismConfiguration", {})
        return int(config.get("MaxParallelExecutionSteps", DEFAULT_PARALLEL))

    def _current(self) -> dict[str, Any]:
        return self._context.store.get(self._context.scope, KIND, self._arn) or self._record

    def _begin(self, step: Step, values: Values, schedule: Schedule) -> None:
        run = StepRun(self._context, self._record, step, values, self._stopping, self._pause)

        def work() -> None:
            succeeded, outcome = False, None
            try:
                succeeded, outcome = run.run()
            except Exception as error:
                # the outermost loop of a step: the execution must learn of every end
                log.exception("step %s of %s failed in the sandbox itself", step.name, self._arn)
                reason = f"InternalServerError: the sandbox failed: {error!r}"
                end = self._context.now()
                set_step(self._context, self._arn, step.name, StepStatus="Failed", EndTime=end, FailureReason=reason)
            finally:
                with self._changed:
                    if succeeded:
                        schedule.finish(step.name, outcome=outcome)
                    else:
                        schedule.fail(step.name)
                    self._changed.notify_all()

        threading.Thread(target=work, name=f"step-{step.name}", daemon=True).start()


def _done_before(record: dict[str, Any]) -> dict[str, bool | None]:
    """Return the steps that an earlier try of the execution did, each Condition with its outcome."""
    return {
        name: step["Properties"].get("Outcome") if step["StepType"] == "Condition" else None
        for name, step in record["Steps"].items()
        if step["StepStatus"] == "Succeeded"
    }
