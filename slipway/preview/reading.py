"""An event log becomes a plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from slipway.event_log import resource_name, resource_type
from slipway.preview import states
from slipway.preview.lines import Event, events
from slipway.preview.plan import STACK_TYPE, Judgement, Order, Outcome, Plan, Problem, Step
from slipway.preview.values import has_secret

_HALVES = frozenset({"create-replacement", "replace", "delete-replaced", "read-replacement", "import-replacement"})
_LEFT_OUT = frozenset({"remove-pending-replace", "discard", "discard-replaced"})
_KNOWN = frozenset({"create", "update", "delete", "same", "read", "import", "refresh", "replace"})
_PARTS_OF_A_URN = 4
# what the engine itself adds to the reasons that stand before it
_NO_REASON = frozenset({"preview failed", "update failed", "refresh failed", "destroy failed"})
_WITHHELD = "withheld: rules see the secrets of this resource in clear text"


def plan(lines: Iterable[bytes], *, project: str = "", stack: str = "") -> Plan:
    """Return the plan that a log tells; what could not be read is among its troubles. Never raises for any content.

    `project` and `stack` are whose log it is where no step of it says so.
    """
    found = events(lines)
    reader = _Reader()
    for event in found.events:
        reader.take(event)
    return reader.plan(found.troubles, (project, stack))


class _Reader:
    def __init__(self) -> None:
        self._steps: dict[tuple[str, bool], dict[str, Mapping[str, Any]]] = {}
        self._failed: set[str] = set()
        self._problems: list[Problem] = []
        self._policies: list[Mapping[str, Any]] = []
        self._remediated: list[Mapping[str, Any]] = []
        self._summary: Mapping[str, Any] | None = None
        self._malformed = 0
        self._strange: Counter[str] = Counter()

    def take(self, event: Event) -> None:
        """Take in one event."""
        kind, content = event
        if kind in ("resourcePreEvent", "resOutputsEvent", "resOpFailedEvent"):
            self._step(kind, content.get("metadata"))
        elif kind == "diagnosticEvent":
            if content.get("severity") == "error":
                self._problem(content)
        elif kind == "errorEvent":
            self._problem({"message": content.get("error") or content.get("message")})
        elif kind == "policyEvent":
            self._policies.append(content)
        elif kind == "policyRemediationEvent":
            self._remediated.append(content)
        elif kind == "summaryEvent":
            self._summary = content

    def _step(self, kind: str, metadata: Any) -> None:
        if not isinstance(metadata, Mapping) or not _is_urn(metadata.get("urn")):
            self._malformed += 1
            return
        urn, operation = str(metadata["urn"]), str(metadata.get("op"))
        if kind == "resOpFailedEvent":
            self._failed.add(urn)
        old = metadata.get("old")
        leftover = operation == "delete" and isinstance(old, Mapping) and old.get("delete") is True
        steps = self._steps.setdefault((urn, leftover), {})
        if kind == "resourcePreEvent" or operation not in _HALVES:
            # what is known when a resource is done tells more than what was known before; a refresh tells it only then
            if kind != "resOpFailedEvent" or not steps:
                steps.pop("refresh", None)
                steps[operation] = metadata
        elif operation in steps and metadata.get("new") is not None:
            steps[operation] = metadata

    def _problem(self, content: Mapping[str, Any]) -> None:
        message = str(content.get("message") or "").strip()
        if message and message not in _NO_REASON:
            problem = Problem(urn=str(content.get("urn") or ""), message=message)
            if problem not in self._problems:
                self._problems.append(problem)

    def plan(self, troubles: Iterable[str], named: tuple[str, str]) -> Plan:
        """Return what was taken in."""
        steps = [step for key, parts in self._steps.items() if (step := self._made(key[0], parts)) is not None]
        steps.sort(key=lambda step: (step.urn, step.operation))
        (project, stack), others = _owner(steps, named)
        mine = tuple(step for step in steps if step.urn.startswith(f"urn:pulumi:{stack}::{project}::"))
        judged = sorted(self._judgements(mine), key=lambda one: (one.level != "mandatory", one.rule, one.urn))
        return Plan(
            project=project,
            stack=stack,
            steps=mine,
            outcome=self._outcome(judged),
            problems=tuple(self._problems),
            judgements=tuple(judged),
            troubles=(*troubles, *self._troubles(others)),
            dry=self._summary is None or self._summary.get("isPreview") is not False,
        )

    def _made(self, urn: str, parts: Mapping[str, Mapping[str, Any]]) -> Step | None:
        if not _HALVES.isdisjoint(parts):
            return _replacement(urn, parts, failed=urn in self._failed)
        operation, metadata = list(parts.items())[-1]
        if operation in _LEFT_OUT:
            return None
        if operation not in _KNOWN:
            self._strange[operation] += 1
        return _step(urn, operation, metadata, failed=urn in self._failed)

    def _outcome(self, judged: list[Judgement]) -> Outcome:
        if self._summary is None:
            return "not finished"
        stopped = self._problems or any(one.level == "mandatory" for one in judged)
        result = self._summary.get("result")  # left out by engines before 3.230
        return "failed" if result == "failed" or (result is None and stopped) else "succeeded"

    def _judgements(self, steps: tuple[Step, ...]) -> Iterable[Judgement]:
        secret = {step.urn for step in steps if _holds_secrets(step)}
        for content in self._policies:
            urn = str(content.get("resourceUrn") or "")
            message = " ".join(str(content.get("message") or "").split())
            yield Judgement(
                rule=str(content.get("policyName") or "not named"),
                pack=str(content.get("policyPackName") or ""),
                level=str(content.get("enforcementLevel") or "advisory"),
                urn=urn,
                message=_WITHHELD if urn in secret else message,
            )
        for content in self._remediated:
            yield Judgement(
                rule=str(content.get("policyName") or "not named"),
                pack=str(content.get("policyPackName") or ""),
                level="remediated",
                urn=str(content.get("resourceUrn") or ""),
                message=", ".join(_remediated(content)) or "its inputs were put right",
            )

    def _troubles(self, others: Mapping[tuple[str, str], int]) -> Iterable[str]:
        if self._summary is None:
            yield "the log ends before the engine's summary: the run was cut off, steps may be missing"
        elif self._summary.get("maybeCorrupt") is True:
            yield "the engine says that this plan may be incomplete"
        if self._malformed:
            yield f"{self._malformed} steps without a URN were left out"
        for (project, stack), count in sorted(others.items()):
            yield f"{count} steps of another stack were left out: {stack[:60]} of project {project[:60]}"
        for operation, count in sorted(self._strange.items()):
            yield f"operation {operation[:60]!r} ({count} steps) is not known here: it is shown as it is"


def _owner(steps: list[Step], named: tuple[str, str]) -> tuple[tuple[str, str], dict[tuple[str, str], int]]:
    """Return project and stack of most steps, and how many steps belong to others."""
    counted = Counter(_project_and_stack(step.urn) for step in steps)
    if not counted:
        return named, {}
    most = max(counted, key=lambda key: (counted[key], key))
    return most, {key: count for key, count in counted.items() if key != most}


def _project_and_stack(urn: str) -> tuple[str, str]:
    stack, project = urn.removeprefix("urn:pulumi:").split("::")[:2]
    return project, stack


def _is_urn(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("urn:pulumi:") and value.count("::") >= _PARTS_OF_A_URN - 1


def _step(urn: str, operation: str, metadata: Mapping[str, Any], *, failed: bool) -> Step:
    old, new = states.pair(metadata)
    # the stack itself has no properties but its outputs, which no reviewer of resources asks for
    changes = () if resource_type(urn) == STACK_TYPE else states.changes(metadata, old, new)
    return Step(
        urn=urn,
        type=resource_type(urn),
        name=resource_name(urn),
        operation="same" if operation == "refresh" else operation,
        old=old,
        new=new,
        changes=changes if operation not in ("same", "read", "create", "delete") else (),
        failed=failed,
    )


def _replacement(urn: str, parts: Mapping[str, Mapping[str, Any]], *, failed: bool) -> Step:
    """Make one step of the three of a replacement; a lone `delete-replaced` ends an earlier replacement."""
    first = next(operation for operation in parts if operation in ("delete-replaced", *_HALVES))
    whole = next(
        (parts[name] for name in ("replace", "create-replacement", "import-replacement") if name in parts), None
    )
    if whole is None:
        lone = parts.get("delete-replaced") or parts[first]
        return _step(urn, "delete" if "delete-replaced" in parts else "replace", lone, failed=failed)
    done = parts.get("create-replacement", whole)
    # between its halves the engine marks the old one as leaving: here that is said by the replacement itself
    old = {**whole["old"], "delete": False} if isinstance(whole.get("old"), Mapping) else None
    new = _fuller(done.get("new"), whole.get("new"))
    step = _step(urn, "replace", {**whole, "old": old, "new": new}, failed=failed)
    order: Order = "delete first" if first == "delete-replaced" else "create first"
    return Step(
        urn=urn, type=step.type, name=step.name, operation="replace",
        old=step.old, new=step.new, changes=step.changes, order=order, failed=failed,
    )  # fmt: skip


def _fuller(one: Any, other: Any) -> Any:
    return one if isinstance(one, Mapping) and one.get("outputs") else other or one


def _holds_secrets(step: Step) -> bool:
    return any(has_secret(part) for state in (step.old, step.new) if state for part in (state.inputs, state.outputs))


def _remediated(content: Mapping[str, Any]) -> Iterable[str]:
    """Name the properties that a remediation put right; their values may be secrets."""
    before, after = content.get("before"), content.get("after")
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from sorted(f"{key} put right" for key in {*before, *after} if before.get(key) != after.get(key))
