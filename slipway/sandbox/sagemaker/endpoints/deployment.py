"""What happens to an endpoint over time, in the background: creation, update, new weights, deletion, restart."""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.endpoints.container import STOP_GRACE_SECONDS
from slipway.sandbox.sagemaker.endpoints.launching import bring_up
from slipway.sandbox.sagemaker.endpoints.live import LiveEndpoint, make_live, unmake_live
from slipway.sandbox.sagemaker.endpoints.progress import LAUNCHING, advance
from slipway.sandbox.sagemaker.endpoints.record import (
    KIND,
    REASON_LIMIT,
    RELEASE_KIND,
    set_status,
)
from slipway.sandbox.sagemaker.endpoints.rescaling import rescale
from slipway.sandbox.sagemaker.endpoints.rollout import roll

log = logging.getLogger(__name__)


def create(context: Context, name: str, release: dict[str, Any]) -> None:
    """Bring a new endpoint up."""
    context.store.put(context.scope, RELEASE_KIND, name, {"current": release})
    endpoint = make_live(context, name)
    _begin(endpoint, lambda: bring_up(endpoint, release, operation="CreateEndpoint"))


def update(context: Context, name: str, release: dict[str, Any], deployment: Mapping[str, Any] | None) -> None:
    """Replace what an endpoint serves."""
    _remember(context, name, {"next": release, "deployment": dict(deployment or {})})
    endpoint = make_live(context, name)
    _begin(endpoint, lambda: roll(endpoint, release, deployment))


def reweigh(context: Context, name: str, wanted: list[dict[str, Any]]) -> None:
    """Give variants new weights and instance counts."""
    _remember(context, name, {"weights": wanted})
    endpoint = make_live(context, name)
    _begin(endpoint, lambda: rescale(endpoint, wanted))


def _remember(context: Context, name: str, work: dict[str, Any]) -> None:
    """Write down what is to be done, beside what is served now: a restart goes on with it."""
    context.store.update(context.scope, RELEASE_KIND, name, lambda record: record.update(work))


def delete(context: Context, name: str) -> None:
    """Take an endpoint down."""
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
    # one that was in service stays so to the outside: its requests wait for it
    endpoint.coming_back = status != "Creating"
    if "next" in releases:  # an update begins anew, however far it was
        advance(context, name, LAUNCHING)

    def back() -> None:
        # InService keeps its FailureReason as RollingBack does: the update that it tells of is not tried again
        reason = record.get("FailureReason") if status in {"InService", "RollingBack"} else None
        going_on = "next" in releases or "weights" in releases
        up = bring_up(endpoint, releases["current"], settle=status != "InService" and not going_on, reason=reason)
        endpoint.is_back()
        if up and "next" in releases:
            roll(endpoint, releases["next"], releases.get("deployment"))
        elif up and "weights" in releases:
            rescale(endpoint, releases["weights"])

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
            set_status(endpoint.context, endpoint.name, "Failed", FailureReason=reason, PendingDeploymentSummary=None)
        finally:
            endpoint.is_back()

    threading.Thread(target=main, name=f"deploy-{endpoint.name}", daemon=True).start()
