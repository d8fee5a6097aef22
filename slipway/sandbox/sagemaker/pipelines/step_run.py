"""One step of an execution: its references resolved, the cache asked, then tried as its retry policies allow."""

import threading
from collections.abc import Callable
from typing import Any

from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.pipelines.caching import cache_key, newest_hit
from slipway.sandbox.sagemaker.pipelines.definition import Step
from slipway.sandbox.sagemaker.pipelines.errors import StepFailedError, StepStoppedError, UnresolvedError
from slipway.sandbox.sagemaker.pipelines.naming import made_name
from slipway.sandbox.sagemaker.pipelines.record import KIND, set_step
from slipway.sandbox.sagemaker.pipelines.retrying import pause_before_retry
from slipway.sandbox.sagemaker.pipelines.steps.attempt import Attempt, Result
from slipway.sandbox.sagemaker.pipelines.steps.types import RUN
from slipway.sandbox.sagemaker.pipelines.values import Values

_TEXTS = {"StepDisplayName": "DisplayName", "StepDescription": "Description"}


class StepRun:
    """Runs a step and keeps its record."""

    def __init__(
        self,
        context: Context,
        execution: dict[str, Any],
        step: Step,
        values: Values,
        stopping: threading.Event,
        pause: Callable[[float], bool],
    ) -> None:
        self._context = context
        self._execution = execution
        self._arn: str = execution["PipelineExecutionArn"]
        self._step = step
        self._values = values
        self._stopping = stopping
        self._pause = pause

    def run(self) -> tuple[bool, bool | None]:
        """Tell whether the step succeeded, and a Condition's outcome."""
        document = self._step.document
        self._set(
            StepStatus="Executing",
            StepType=self._step.type,
            StartTime=self._context.now(),
            **{name: document[key] for name, key in _TEXTS.items() if document.get(key)},
        )
        try:
            arguments = self._values.of(self._step.arguments)
            result = self._cached(arguments) or self._tried(arguments)
        except UnresolvedError as error:
            self._end("Failed", FailureReason=f"ClientError: {error}")
        except StepFailedError as error:
            self._end("Failed", FailureReason=str(error), **({"Metadata": error.metadata} if error.metadata else {}))
        except StepStoppedError:
            self._end("Stopped")
        else:
            self._end("Succeeded", Metadata=result.metadata, Properties=result.properties)
            return True, result.properties.get("Outcome") if self._step.type == "Condition" else None
        return False, None

    def _cached(self, arguments: dict[str, Any]) -> Result | None:
        """Return the result of an earlier run that may stand for this one; notes what this one will be known by."""
        if self._step.cache_seconds is None:
            return None
        key = cache_key(self._step.type, arguments)
        self._set(CacheKey=key)
        executions = [
            each
            for each in self._context.store.all(self._context.scope, KIND)
            if each["PipelineArn"] == self._execution["PipelineArn"]
        ]
        since = self._context.now() - self._step.cache_seconds
        hit = newest_hit(executions, self._step.name, key, since)
        if hit is None:
            return None
        source, step = hit
        self._set(CacheHitResult={"SourcePipelineExecutionArn": source})
        return Result(metadata=step["Metadata"], properties=step["Properties"])

    def _tried(self, arguments: dict[str, Any]) -> Result:
        started = self._context.now()
        attempt = 0
        while True:
            attempt += 1
            self._set(AttemptCount=attempt)
            if self._stopping.is_set():
                raise StepStoppedError
            try:
                return RUN[self._step.type](arguments, self._attempt())
            except StepFailedError as error:
                elapsed = self._context.now() - started
                pause = pause_before_retry(self._step.retry, error.kind, attempt, elapsed)
                if self._stopping.is_set() or pause is None:
                    raise
                if self._pause(pause):
                    raise StepStoppedError from error

    def _attempt(self) -> Attempt:
        return Attempt(
            context=self._context,
            name=made_name(self._arn.rpartition("/")[2], self._step.name),
            role=self._execution["RoleArn"],
            stopping=self._stopping,
            note=lambda metadata: self._set(Metadata=metadata),
        )

    def _set(self, **fields: Any) -> None:
        set_step(self._context, self._arn, self._step.name, **fields)

    def _end(self, status: str, **fields: Any) -> None:
        self._set(StepStatus=status, EndTime=self._context.now(), **fields)
