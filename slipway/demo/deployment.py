"""The stages that drive the stack: the first deployment, the release, the empty preview, the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slipway.demo.check import require
from slipway.event_log import is_custom, resource_name, resource_type, type_counts

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway.demo.console import Console
    from slipway.event_log import EventLog
    from slipway.pulumi_cli import Stack

MODEL = "aws:sagemaker/model:Model"
CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
RELEASE = (MODEL, CONFIGURATION, ENDPOINT)
# what hangs on an endpoint: alarms with its name as dimension, the right to see them ring, its widgets, its log group
BESIDE = (
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "aws:cloudwatch/dashboard:Dashboard",
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:iam/rolePolicy:RolePolicy",
)


@dataclass
class Deployment:
    """The stack and where its progress is shown."""

    stack: Stack
    console: Console

    def first(self) -> int:
        """Preview and make everything but the endpoint; return the number of AWS resources."""
        planned = self._preview("1-preview")
        creates = planned.urns("create")
        require(set(planned.changed()) == creates, f"a new stack's preview only creates, got {_ops(planned)}")
        custom = {urn for urn in creates if is_custom(urn)}
        served = [urn for urn in custom if resource_type(urn) in RELEASE]
        require(not served, f"there is no release, yet the preview makes {', '.join(map(resource_name, served))}")
        self.console.say(f"preview: {len(custom)} resources of AWS to create, no endpoint among them")
        done = self._up("1-up")
        self._same_as(planned, done)
        self.console.say(f"up: all {len(custom)} created, exactly those of the preview ({_kinds(custom)})")
        return len(custom)

    def release(self) -> list[str]:
        """Preview and roll out a release: the Model, EndpointConfiguration, Endpoint and what hangs on them."""
        planned = self._preview("2-release-preview")
        creates = {urn for urn in planned.urns("create") if is_custom(urn)}
        counts = type_counts(creates)
        for kind in RELEASE:
            require(counts[kind] == 1, f"a first release creates one {_short(kind)}, the preview has {counts[kind]}")
        strangers = [urn for urn in creates if resource_type(urn) not in (*RELEASE, *BESIDE)]
        require(not strangers, f"a release creates nothing else, yet: {', '.join(map(resource_name, strangers))}")
        others = {urn: op for urn, op in planned.changed().items() if op != "create" and is_custom(urn)}
        touched = [
            f"{op} {resource_name(urn)}"
            for urn, op in others.items()
            if op != "update" or resource_type(urn) != "aws:cloudwatch/dashboard:Dashboard"
        ]
        require(not touched, f"a first release leaves the rest alone, yet: {', '.join(touched)}")
        self.console.say(
            "preview: " + ", ".join(_named(urn) for urn in sorted(creates, key=_release_first)) + " to create"
        )
        if others:
            self.console.say("         " + ", ".join(f"{resource_name(urn)} to {op}" for urn, op in others.items()))
        done = self._up("2-release-up")
        self._same_as(planned, done)
        return sorted(resource_name(urn) for urn in creates)

    def unchanged(self) -> dict[str, int]:
        """Preview again: nothing may differ. Return the engine's own count."""
        planned = self._preview("3-empty-preview")
        changed = planned.changed()
        shown = ", ".join(f"{op} {resource_name(urn)}" for urn, op in sorted(changed.items())[:5])
        require(not changed, f"nothing was changed, yet the preview wants: {shown}")
        changes = planned.changes or {}
        require(set(changes) <= {"same"} and changes.get("same"), f"the engine's summary is not only `same`: {changes}")
        return changes

    def destroy(self) -> int:
        """Delete everything; return how many resources of AWS were deleted."""
        events = self.stack.destroy("4-destroy", progress=self._progress("destroy"))
        deleted = {urn for urn in events.done if is_custom(urn)}
        left = [item["urn"] for item in (self.stack.export().get("deployment") or {}).get("resources") or []]
        left = [urn for urn in left if is_custom(urn)]
        require(not left, f"destroy left {', '.join(map(resource_name, left))} in the state")
        return len(deleted)

    def _preview(self, label: str) -> EventLog:
        events = self.stack.preview(label, progress=self._progress("preview"))
        require(events.changes is not None, f"the engine wrote no summary into {events.path}")
        return events

    def _up(self, label: str) -> EventLog:
        return self.stack.up(label, progress=self._progress("up"))

    def _same_as(self, planned: EventLog, done: EventLog) -> None:
        wanted, got = planned.changed(), done.changed()
        odd = sorted(
            f"{got.get(urn, 'nothing')} {resource_name(urn)}" for urn, op in wanted.items() if got.get(urn) != op
        )
        odd += sorted(f"{op} {resource_name(urn)}" for urn, op in got.items() if urn not in wanted)
        require(not odd, f"`up` did not do what its preview said: {', '.join(odd[:5])}")

    def _progress(self, what: str) -> Callable[[EventLog], None]:
        def show(events: EventLog) -> None:
            done, begun = len(events.done), len(events.changed())
            self.console.now(f"{what}: {done} done, {max(0, begun - done)} under way" if begun else f"{what} ...")

        return show


def _release_first(urn: str) -> tuple[int, str]:
    kind = resource_type(urn)
    return (RELEASE.index(kind) if kind in RELEASE else len(RELEASE), resource_name(urn))


def _named(urn: str) -> str:
    return f"{_short(resource_type(urn))} {resource_name(urn)}"


def _short(kind: str) -> str:
    return kind.rsplit(":", 1)[-1]


def _kinds(urns: set[str]) -> str:
    counts = type_counts(urns)
    services: dict[str, int] = {}
    for kind, count in counts.items():
        service = kind.split(":")[1].split("/")[0]
        services[service] = services.get(service, 0) + count
    return ", ".join(f"{count} {service}" for service, count in sorted(services.items()))


def _ops(events: EventLog) -> str:
    ops = sorted(set(events.changed().values()))
    return ", ".join(ops) or "nothing"
