"""The stages that drive the stack: previews held against what `up` does, and what each of them may touch."""

from __future__ import annotations

from dataclasses import dataclass, field
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
    "aws:cloudwatch/compositeAlarm:CompositeAlarm",
    "aws:cloudwatch/dashboard:Dashboard",
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:iam/rolePolicy:RolePolicy",
)
DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"


@dataclass
class Deployment:
    """The stack, where its progress is shown, and what every `up` did."""

    stack: Stack
    console: Console
    operations: dict[str, EventLog] = field(default_factory=dict)
    """Event logs of the `up`s by name, in their order."""

    def first(self) -> int:
        """Preview and make everything but the endpoint; return the number of AWS resources."""
        planned = self._preview("first-preview")
        creates = planned.urns("create")
        require(set(planned.changed()) == creates, f"a new stack's preview only creates, got {_ops(planned)}")
        custom = {urn for urn in creates if is_custom(urn)}
        served = [urn for urn in custom if resource_type(urn) in RELEASE]
        require(not served, f"there is no release, yet the preview makes {', '.join(map(resource_name, served))}")
        self.console.say(f"preview: {len(custom)} resources of AWS to create, no endpoint among them")
        done = self._up("first up")
        self._same_as(planned, done)
        self.console.say(f"up: all {len(custom)} created, exactly those of the preview ({_kinds(custom)})")
        return len(custom)

    def release(self, name: str) -> int:
        """Preview and roll out the first release: the Model, EndpointConfiguration, Endpoint and what hangs on them."""
        planned = self._preview(f"{name} preview")
        creates = {urn for urn in planned.urns("create") if is_custom(urn)}
        counts = type_counts(creates)
        for kind in RELEASE:
            require(counts[kind] == 1, f"a first release creates one {_short(kind)}, the preview has {counts[kind]}")
        strangers = [urn for urn in creates if resource_type(urn) not in (*RELEASE, *BESIDE)]
        require(not strangers, f"a release creates nothing else, yet: {', '.join(map(resource_name, strangers))}")
        others = self._others(planned, {"create"})
        require(set(others) <= {DASHBOARD}, f"a first release leaves the rest alone, yet changes {', '.join(others)}")
        self.console.say(
            "preview: " + ", ".join(_named(urn) for urn in sorted(creates, key=_release_first)) + " to create"
        )
        done = self._up(name)
        self._same_as(planned, done)
        return len(creates)

    def roll(self, name: str, *, preview: bool) -> tuple[int, int]:
        """Roll out another release: a new Model and EndpointConfiguration, the Endpoint in place.

        Only the release before the previous one may go. Returns how many resources of AWS were created and deleted.
        """
        planned = self._preview(f"{name} preview") if preview else None
        done = self._up(name)
        if planned is not None:
            self._same_as(planned, done)
        created, deleted = ([urn for urn in done.urns(op) if is_custom(urn)] for op in ("create", "delete"))
        updated = [urn for urn in done.urns("update") if is_custom(urn)]
        pair = {MODEL: 1, CONFIGURATION: 1}
        require(dict(type_counts(set(created))) == pair, f"a release creates {pair}, this one {', '.join(created)}")
        require(
            dict(type_counts(set(deleted))) in ({}, pair),
            f"a release deletes the one before the previous one or nothing, this one {', '.join(deleted)}",
        )
        require(
            [resource_type(urn) for urn in updated] == [ENDPOINT],
            f"a release updates the endpoint in place and nothing else, this one {', '.join(updated)}",
        )
        went = f", {', '.join(sorted(map(_named, deleted)))} deleted" if deleted else ", nothing deleted"
        made = ", ".join(sorted(map(_named, created)))
        told = "preview and up" if planned is not None else "up"
        self.console.say(f"{told}: {made} created, {', '.join(map(_named, updated))} updated in place{went}")
        return len(created), len(deleted)

    def rollback(self, name: str) -> None:
        """Bring the stack to a release that already serves: nothing is made, changed or deleted."""
        done = self._up(name)
        changed = {urn: op for urn, op in done.changed().items() if is_custom(urn)}
        told = ", ".join(f"{op} {resource_name(urn)}" for urn, op in sorted(changed.items()))
        require(not changed, f"both releases are declared and the old one serves, yet the rollback did: {told}")

    def unchanged(self) -> dict[str, int]:
        """Preview again: nothing may differ. Return the engine's own count."""
        planned = self._preview("empty preview")
        changed = planned.changed()
        shown = ", ".join(f"{op} {resource_name(urn)}" for urn, op in sorted(changed.items())[:5])
        require(not changed, f"nothing was changed, yet the preview wants: {shown}")
        changes = planned.changes or {}
        require(set(changes) <= {"same"} and changes.get("same"), f"the engine's summary is not only `same`: {changes}")
        return changes

    def destroy(self) -> int:
        """Delete everything; return how many resources of AWS were deleted."""
        events = self.stack.destroy("destroy", progress=self._progress("destroy"))
        deleted = {urn for urn in events.done if is_custom(urn)}
        left = [item["urn"] for item in (self.stack.export().get("deployment") or {}).get("resources") or []]
        left = [urn for urn in left if is_custom(urn)]
        require(not left, f"destroy left {', '.join(map(resource_name, left))} in the state")
        return len(deleted)

    def _others(self, planned: EventLog, expected: set[str]) -> list[str]:
        """Return the types of AWS's resources that something else than the expected operations happens to."""
        return sorted(
            resource_type(urn) for urn, op in planned.changed().items() if op not in expected and is_custom(urn)
        )

    def _preview(self, label: str) -> EventLog:
        events = self.stack.preview(label.replace(" ", "-"), progress=self._progress("preview"))
        require(events.changes is not None, f"the engine wrote no summary into {events.path}")
        return events

    def _up(self, name: str) -> EventLog:
        events = self.stack.up(name.replace(" ", "-"), progress=self._progress("up"))
        self.operations[name] = events
        return events

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
