"""Which steps of an execution may run next; pure."""

from collections.abc import Mapping

from slipway.sandbox.sagemaker.pipelines.definition import Definition, Step


class Schedule:
    """Steps that wait, run, are done or will never run; the caller says what happened."""

    def __init__(self, definition: Definition, done: Mapping[str, bool | None]) -> None:
        """`done` holds the steps that an earlier try did, each Condition with its outcome."""
        self._steps = definition.steps
        self._done: dict[str, bool | None] = dict(done)
        self._running: set[str] = set()
        self._failed: set[str] = set()

    @property
    def running(self) -> int:
        """How many steps run."""
        return len(self._running)

    @property
    def failed(self) -> bool:
        """Tell whether any step failed: then none begins any more."""
        return bool(self._failed)

    def ready(self) -> list[Step]:
        """Return the steps that may begin now, in the order of the definition."""
        if self._failed:
            return []
        taken = self._running | set(self._done)
        return [step for name, step in self._steps.items() if name not in taken and self._may_run(step)]

    def _may_run(self, step: Step) -> bool:
        """Tell whether a step may begin: one of a branch that was not taken never may, nor what needs it."""
        if any(need not in self._done for need in step.needs):
            return False
        return step.inside is None or self._done[step.inside[0]] == step.inside[1]

    def begin(self, name: str) -> None:
        """Note that a step runs."""
        self._running.add(name)

    def finish(self, name: str, *, outcome: bool | None = None) -> None:
        """Note that a step succeeded, a Condition with its outcome."""
        self._running.discard(name)
        self._done[name] = outcome

    def fail(self, name: str) -> None:
        """Note that a step failed or was stopped."""
        self._running.discard(name)
        self._failed.add(name)
