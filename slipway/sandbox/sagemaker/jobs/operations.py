"""Create, describe, stop and delete of a sort of job."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.errors import in_use, not_found, validation
from slipway.sandbox.sagemaker.execution_roles import require_role
from slipway.sandbox.sagemaker.jobs import running
from slipway.sandbox.sagemaker.jobs.kind import JobKind
from slipway.sandbox.sagemaker.jobs.run import JobRun
from slipway.sandbox.sagemaker.protocol import model

Operation = Callable[[dict[str, Any], Context], dict[str, Any]]


@dataclass(frozen=True)
class JobOperations:
    """The operations of one sort of job."""

    kind: JobKind
    validate: Callable[[dict[str, Any], Context], None]
    """Raises ApiError for what is refused at once."""
    run_of: Callable[[Context, dict[str, Any]], JobRun]
    """Makes of a record what is started."""

    def table(self) -> dict[str, Operation]:
        """Return the operations that AWS has, by name."""
        verbs = {"Create": self.create, "Describe": self.describe, "Stop": self.stop, "Delete": self.delete}
        table = {f"{verb}{self.kind.noun}": operation for verb, operation in verbs.items()}
        return {name: operation for name, operation in table.items() if name in model().operation_names}

    def create(self, params: dict[str, Any], context: Context) -> dict[str, Any]:
        """Validate, remember and start a job."""
        kind = self.kind
        self.validate(params, context)
        name = params[kind.name_member]
        record = kind.new_record(params, context)
        require_role(context, kind.role_of(record, context), record[kind.arn_member])
        if not context.store.create(context.scope, kind.noun, name, record):
            raise in_use(f"{kind.words} names must be unique within an AWS account and region, got {name!r} again")
        kind.tell(context, record)
        running.begin(context, kind.noun, name, self.run_of(context, record))
        return {kind.arn_member: record[kind.arn_member]}

    def describe(self, params: dict[str, Any], context: Context) -> dict[str, Any]:
        """Return everything about one job."""
        return self.kind.described(self._existing(params, context))

    def stop(self, params: dict[str, Any], context: Context) -> dict[str, Any]:
        """Ask a running job to end; it becomes Stopping at once and Stopped when its process is gone."""
        kind = self.kind
        name = params[kind.name_member]
        record = self._existing(params, context)
        if kind.ended(record):
            status = record[kind.status_member]
            words = kind.words.lower()
            raise validation(f"The request was rejected because the {words} is in status {status}; it ended already")

        def change(current: dict[str, Any]) -> None:
            if current[kind.status_member] == "InProgress":
                kind.mark_stopping(current, context.now())

        kind.tell(context, context.store.update(context.scope, kind.noun, name, change))
        run = running.find(context, kind.noun, name)
        if run is not None:
            run.stop()
        return {}

    def delete(self, params: dict[str, Any], context: Context) -> dict[str, Any]:
        """Forget a job that ended; its name is free again, what it left stays in S3."""
        kind = self.kind
        record = self._existing(params, context)
        name = params[kind.name_member]
        if not kind.ended(record):
            raise in_use(f"{kind.words} {name} is {record[kind.status_member]}; stop it before deleting it")
        context.store.delete(context.scope, kind.noun, name)
        return {}

    def _existing(self, params: dict[str, Any], context: Context) -> dict[str, Any]:
        record = context.store.get(context.scope, self.kind.noun, params[self.kind.name_member])
        if record is None:
            raise not_found()
        return record
