"""What happens to an endpoint over time: creation, blue/green update with rollback, new weights, deletion, restart."""

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.endpoints.container import STOP_GRACE_SECONDS
from slipway.sandbox.sagemaker.endpoints.fleet import Fleet, FleetNotStartedError
from slipway.sandbox.sagemaker.endpoints.live import LiveEndpoint, make_live, unmake_live
from slipway.sandbox.sagemaker.endpoints.record import (
    KIND,
    RELEASE_KIND,
    planned_variants,
    serve_fields,
    set_status,
)
from slipway.sandbox.sagemaker.endpoints.traffic import alarms_of, steps_of
from slipway.sandbox.sagemaker.endpoints.variant import NOT_STARTED

REASON_LIMIT = 1024
WAIT_LIMIT_VARIABLE = "SLIPWAY_SANDBOX_MAX_WAIT_SECONDS"
"""Shortens the waits of deployment policies, which run as declared unless this is set."""
_ALARM_SECONDS = 0.5

log = logging.getLogger(__name__)


def create(context: Context, name: str, release: dict[str, Any]) -> None:
    """Bring a new endpoint up, in the background."""
    context.store.put(context.scope, RELEASE_KIND, name, {"current": release})
    endpoint = make_live(context, name)
    _begin(endpoint, lambda: _bring_up(endpoint, release))


def update(context: Context, name: str, release: dict[str, Any], deployment: Mapping[str, Any] | None) -> None:
    """Replace what an endpoint serves, in the background."""

    def change(record: dict[str, Any]) -> None:
        record["next"] = release
        record["deployment"] = dict(deployment or {})

    context.store.update(context.scope, RELEASE_KIND, name, change)
    endpoint = make_live(context, name)
    _begin(endpoint, lambda: _roll(endpoint, release, deployment))


def reweigh(context: Context, name: str, wanted: list[dict[str, Any]]) -> None:
    """Give variants new weights and instance counts, in the background."""
    endpoint = make_live(context, name)
    _begin(endpoint, lambda: _reweigh(endpoint, wanted))


def delete(context: Context, name: str) -> None:
    """Take an endpoint down, in the background."""
    endpoint = make_live(context, name)
    endpoint.give_up()

    def down() -> None:
        endpoint.close(STOP_GRACE_SECONDS)
        unmake_live(endpoint)
        context.store.delete(context.scope, RELEASE_KIND, name)
        context.store.delete(context.scope, KIND, name)

    _begin(endpoint, down, though_closing=True)


def resume(context: Context, record: dict[str, Any]) -> None:
    """Go on where the last run of the sandbox ended."""
    name, status = record["EndpointName"], record["EndpointStatus"]
    if status == "Failed":
        return
    releases = context.store.get(context.scope, RELEASE_KIND, name)
    if status == "Deleting" or releases is None:
        delete(context, name)
        return
    endpoint = make_live(context, name)
    # one that was in service stays so to the outside, FailureReason and all: its requests wait for it
    endpoint.coming_back = status != "Creating"
    settle = status != "InService" and "next" not in releases

    def back() -> None:
        up = _bring_up(endpoint, releases["current"], settle=settle)
        endpoint.is_back()
        if up and "next" in releases:
            _roll(endpoint, releases["next"], releases.get("deployment"))

    _begin(endpoint, back)


def _begin(endpoint: LiveEndpoint, work: Callable[[], object], *, though_closing: bool = False) -> None:
    """Do the work in a thread of its own, after what the endpoint is busy with; not at all once it closes."""

    def main() -> None:
        try:
            with endpoint.deploying:
                if though_closing or not endpoint.closing.is_set():
                    work()
        except Exception as error:
            # the outermost loop of a deployment: the endpoint must leave its status, and the log have the trace
            log.exception("deployment of endpoint %s failed in the sandbox itself", endpoint.name)
            reason = f"InternalServerError: the sandbox failed: {error!r}"[:REASON_LIMIT]
            set_status(endpoint.context, endpoint.name, "Failed", FailureReason=reason)
        finally:
            endpoint.is_back()

    threading.Thread(target=main, name=f"deploy-{endpoint.name}", daemon=True).start()


def _start_fleet(endpoint: LiveEndpoint, release: dict[str, Any]) -> Fleet:
    """Return a healthy fleet. Raises FleetNotStartedError after everything that was started is gone."""
    fleet = Fleet(endpoint.context, endpoint.name, release, endpoint.folder())
    endpoint.started(fleet)
    try:
        fleet.start()
    except FleetNotStartedError:
        fleet.stop(0)
        raise
    finally:
        endpoint.forget(fleet)
    if endpoint.closing.is_set():
        fleet.stop(0)
        raise FleetNotStartedError(f"endpoint {endpoint.name} was closed while it started")
    return fleet


def _bring_up(endpoint: LiveEndpoint, release: dict[str, Any], *, settle: bool = True) -> bool:
    try:
        fleet = _start_fleet(endpoint, release)
    except FleetNotStartedError as error:
        if not endpoint.closing.is_set():
            set_status(endpoint.context, endpoint.name, "Failed", FailureReason=str(error)[:REASON_LIMIT])
        return False
    endpoint.route([(1.0, fleet)])
    if settle:
        fields = serve_fields(release, fleet) | {"FailureReason": None}
        set_status(endpoint.context, endpoint.name, "InService", **fields)
    return True


def _roll(endpoint: LiveEndpoint, release: dict[str, Any], deployment: Mapping[str, Any] | None) -> None:
    """Blue/green: the new fleet is up before it gets traffic, the old one keeps what it took, and stops last."""
    context, name = endpoint.context, endpoint.name
    fleets = endpoint.fleets()
    if not fleets:  # the old release did not come back with the sandbox: there is nothing to go back to
        context.store.put(context.scope, RELEASE_KIND, name, {"current": release})
        _bring_up(endpoint, release)
        return
    old = fleets[0]
    try:
        new = _start_fleet(endpoint, release)
    except FleetNotStartedError as error:
        if not endpoint.closing.is_set():
            _roll_back(endpoint, old, None, str(error))
        return
    instances = sum(variant.desired for variant in new.variants.values())
    for step in steps_of(deployment, instances):
        endpoint.route([(step.share, new), (1 - step.share, old)])
        firing = _bake(endpoint, alarms_of(deployment), step.wait_seconds)
        if endpoint.closing.is_set():
            # the sandbox ends: the update starts anew with its next life
            endpoint.route([(1.0, old)])
            new.stop(0)
            return
        if firing:
            _roll_back(endpoint, old, new, f"alarms in state ALARM during the deployment: {', '.join(firing)}")
            return
    old.drain()
    context.store.put(context.scope, RELEASE_KIND, name, {"current": release})
    fields = serve_fields(release, new) | {"FailureReason": None}
    set_status(context, name, "InService", **fields)
    old.stop(STOP_GRACE_SECONDS)


def _roll_back(endpoint: LiveEndpoint, old: Fleet, new: Fleet | None, reason: str) -> None:
    """Go on with the old fleet: the endpoint ends InService, and only its FailureReason tells."""
    context, name = endpoint.context, endpoint.name
    set_status(context, name, "RollingBack")
    endpoint.route([(1.0, old)])
    if new is not None:
        new.drain()
        new.stop(STOP_GRACE_SECONDS)
    releases = context.store.get(context.scope, RELEASE_KIND, name) or {}
    context.store.put(context.scope, RELEASE_KIND, name, {"current": releases["current"]})
    fields = serve_fields(releases["current"], old)
    told = f"the update was rolled back to {old.config_name}: {reason}"[:REASON_LIMIT]
    set_status(context, name, "InService", **fields, FailureReason=told)


def _bake(endpoint: LiveEndpoint, alarms: list[str], wait_seconds: float) -> list[str]:
    """Look at the alarms until the wait is over; return those that fired, at once."""
    limit = os.environ.get(WAIT_LIMIT_VARIABLE)
    deadline = time.monotonic() + (wait_seconds if limit is None else min(wait_seconds, float(limit)))
    while True:
        firing = _firing(endpoint.context, alarms)
        left = deadline - time.monotonic()
        if firing or left <= 0 or endpoint.closing.wait(min(left, _ALARM_SECONDS)):
            return firing


def _firing(context: Context, alarms: list[str]) -> list[str]:
    if not alarms:
        return []
    client = context.aws.client("cloudwatch")
    try:
        found = client.describe_alarms(AlarmNames=alarms, AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    except (ClientError, BotoCoreError) as error:
        log.warning("alarms %s could not be read: %s", alarms, error)
        return []
    every = [*found.get("MetricAlarms", []), *found.get("CompositeAlarms", [])]
    return sorted(alarm["AlarmName"] for alarm in every if alarm["StateValue"] == "ALARM")


def _reweigh(endpoint: LiveEndpoint, wanted: list[dict[str, Any]]) -> None:
    context, name = endpoint.context, endpoint.name
    releases = context.store.get(context.scope, RELEASE_KIND, name)
    fleets = endpoint.fleets()
    if releases is None or not fleets:
        set_status(context, name, "Failed", FailureReason="the endpoint did not come back with the sandbox")
        return
    release, reason = releases["current"], None
    for change in wanted:
        variant = fleets[0].variants[change["VariantName"]]
        declared = next(each for each in release["config"]["ProductionVariants"] if each["VariantName"] == variant.name)
        if "DesiredInstanceCount" in change:
            try:
                variant.scale(change["DesiredInstanceCount"])
            except NOT_STARTED as error:
                reason = str(error)[:REASON_LIMIT]
            else:
                declared["InitialInstanceCount"] = change["DesiredInstanceCount"]
        if "DesiredWeight" in change:
            variant.weight = float(change["DesiredWeight"])
            declared["InitialVariantWeight"] = variant.weight
    context.store.put(context.scope, RELEASE_KIND, name, {"current": release})
    set_status(context, name, "InService", **serve_fields(release, fleets[0]), FailureReason=reason)


def pending_summary(release: Mapping[str, Any], now: float) -> dict[str, Any]:
    """Return PendingDeploymentSummary for an update that begins."""
    variants = [
        {**each, "VariantStatus": [{"Status": "Creating", "StartTime": now}]} for each in planned_variants(release)
    ]
    return {
        "EndpointConfigName": release["config"]["EndpointConfigName"],
        "ProductionVariants": variants,
        "StartTime": now,
    }
