"""A fleet is started: whole, or not at all."""

import threading
from typing import Any

from slipway.sandbox.sagemaker.endpoints.alarms import Watch
from slipway.sandbox.sagemaker.endpoints.fleet import Fleet, FleetNotStartedError
from slipway.sandbox.sagemaker.endpoints.live import LiveEndpoint
from slipway.sandbox.sagemaker.endpoints.record import REASON_LIMIT, serve_fields, set_status

_LOOK_SECONDS = 0.25


def start_fleet(
    endpoint: LiveEndpoint, release: dict[str, Any], watch: Watch | None = None, *, operation: str | None = None
) -> Fleet:
    """Return a healthy fleet. Raises FleetNotStartedError after everything that was started is gone.

    `operation` is what wants new instances; None for those that an endpoint has already.
    """
    shortage = None if operation is None else endpoint.context.shortage(operation, endpoint.name)
    if shortage is not None:
        raise FleetNotStartedError(shortage)
    fleet = Fleet(endpoint.context, endpoint.name, release, endpoint.folder())
    endpoint.started(fleet)
    up = threading.Event()
    if watch is not None:
        threading.Thread(target=_cancel_when_late, args=(fleet, watch, up), daemon=True).start()
    try:
        fleet.start()
    except FleetNotStartedError:
        fleet.stop(0)
        raise
    finally:
        up.set()
        endpoint.forget(fleet)
    if endpoint.closing.is_set():
        fleet.stop(0)
        raise FleetNotStartedError(f"endpoint {endpoint.name} was closed while it started")
    return fleet


def _cancel_when_late(fleet: Fleet, watch: Watch, up: threading.Event) -> None:
    while not up.wait(_LOOK_SECONDS):
        if watch.late():
            fleet.cancel()
            return


def bring_up(
    endpoint: LiveEndpoint,
    release: dict[str, Any],
    *,
    settle: bool = True,
    reason: str | None = None,
    operation: str | None = None,
) -> bool:
    """Start what an endpoint serves and route to it; `settle` says that it then is InService, with this reason."""
    try:
        fleet = start_fleet(endpoint, release, operation=operation)
    except FleetNotStartedError as error:
        if not endpoint.closing.is_set():
            told = str(error)[:REASON_LIMIT]
            set_status(endpoint.context, endpoint.name, "Failed", FailureReason=told, PendingDeploymentSummary=None)
        return False
    endpoint.route([(1.0, fleet)])
    if settle:
        set_status(endpoint.context, endpoint.name, "InService", **serve_fields(release, fleet), FailureReason=reason)
    return True
