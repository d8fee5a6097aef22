"""An update: a second fleet comes up, takes the traffic stage by stage, and the first one goes; or all of it is undone.

Sources: botocore's documentation of UpdateEndpoint ("shifts endpoint traffic to the new instances ... and then deletes
the old instances") and of EndpointStatus; the developer guide's pages on deployment guardrails. That a rolled-back
endpoint is InService with the old configuration and a FailureReason is in hashicorp/terraform-provider-aws#39099.
"""

from collections.abc import Mapping
from typing import Any

from slipway.sandbox.sagemaker.endpoints.alarms import ClosedError, RollBackError, Watch
from slipway.sandbox.sagemaker.endpoints.container import STOP_GRACE_SECONDS
from slipway.sandbox.sagemaker.endpoints.fleet import Fleet, FleetNotStartedError
from slipway.sandbox.sagemaker.endpoints.launching import bring_up, start_fleet
from slipway.sandbox.sagemaker.endpoints.live import LiveEndpoint
from slipway.sandbox.sagemaker.endpoints.progress import TERMINATING, advance
from slipway.sandbox.sagemaker.endpoints.record import (
    KIND,
    REASON_LIMIT,
    RELEASE_KIND,
    serve_fields,
    set_status,
)
from slipway.sandbox.sagemaker.endpoints.traffic import (
    ACTIVATING,
    BAKING,
    CREATING,
    Stage,
    effective,
    instances_of,
    stages_of,
)


def roll(endpoint: LiveEndpoint, release: dict[str, Any], deployment: Mapping[str, Any] | None) -> None:
    """Replace what an endpoint serves; in the end it is InService, with the new release or with the old one."""
    fleets = endpoint.fleets()
    if not fleets:  # the old release did not come back with the sandbox: there is nothing to go back to
        endpoint.context.store.put(endpoint.context.scope, RELEASE_KIND, endpoint.name, {"current": release})
        bring_up(endpoint, release)
        return
    _Rollout(endpoint, release, deployment, fleets[0]).run()


class _Rollout:
    def __init__(
        self, endpoint: LiveEndpoint, release: dict[str, Any], deployment: Mapping[str, Any] | None, old: Fleet
    ) -> None:
        variants = release["config"]["ProductionVariants"]
        deployment = effective(deployment, variants)
        self._endpoint = endpoint
        self._release = release
        self._old = old
        self._new: Fleet | None = None
        self._stages = stages_of(deployment, instances_of(variants))
        self._watch = Watch(endpoint, deployment, _began(endpoint))

    def run(self) -> None:
        try:
            for stage in self._stages[:-1]:
                self._pass(stage)
        except ClosedError:
            self._leave()
        except RollBackError as error:
            self._undo(str(error))
        except FleetNotStartedError as error:
            self._fail_to_start(str(error))
        else:
            self._finish(self._stages[-1])

    def _pass(self, stage: Stage) -> None:
        if stage.status == BAKING and not stage.wait_seconds:
            self._watch.check()
            return
        now = self._endpoint.context.now()
        advance(self._endpoint.context, self._endpoint.name, stage)
        if stage.status == CREATING and self._new is None:
            # all processes at once, also for a rolling update: an instance more costs nothing here
            self._new = start_fleet(self._endpoint, self._release, self._watch, operation="UpdateEndpoint")
        if stage.status == ACTIVATING and self._new is not None:
            self._watch.check()
            self._endpoint.route([(stage.share, self._new), (1 - stage.share, self._old)])
        if stage.status == BAKING:
            self._watch.bake(now, stage.wait_seconds)

    def _finish(self, stage: Stage) -> None:
        """Let the old fleet answer what it took, and end it; from here on nothing is undone."""
        context, name = self._endpoint.context, self._endpoint.name
        if self._new is None:
            raise RuntimeError("an update without a new fleet")
        context.store.put(context.scope, RELEASE_KIND, name, {"current": self._release})
        advance(context, name, stage)
        self._old.drain()
        self._old.stop(STOP_GRACE_SECONDS)
        set_status(context, name, "InService", **serve_fields(self._release, self._new), FailureReason=None)

    def _leave(self) -> None:
        """Stop here, because the sandbox does: the update begins anew with its next life."""
        self._endpoint.route([(1.0, self._old)])
        if self._new is not None:
            self._new.stop(0)

    def _fail_to_start(self, reason: str) -> None:
        if self._endpoint.closing.is_set():
            return
        try:
            self._watch.check()
        except ClosedError:
            return
        except RollBackError as error:  # it did not start because its time was over, which says more
            reason = str(error)
        self._undo(reason)

    def _undo(self, reason: str) -> None:
        """Go on with the old fleet: the endpoint ends InService, and only its FailureReason tells."""
        context, name = self._endpoint.context, self._endpoint.name
        told = f"the update was rolled back to {self._old.config_name}: {reason}"[:REASON_LIMIT]
        releases = context.store.get(context.scope, RELEASE_KIND, name) or {}
        current = releases["current"]
        # should the sandbox end now, its next life must not try the update again
        context.store.put(context.scope, RELEASE_KIND, name, {"current": current})
        set_status(context, name, "RollingBack", FailureReason=told)
        self._endpoint.route([(1.0, self._old)])
        advance(context, name, TERMINATING, back=True)
        if self._new is not None:
            self._new.drain()
            self._new.stop(STOP_GRACE_SECONDS)
        set_status(context, name, "InService", **serve_fields(current, self._old), FailureReason=told)


def _began(endpoint: LiveEndpoint) -> float:
    """Return when the update was asked for: its time limit goes on while the sandbox is down."""
    context = endpoint.context
    record = context.store.get(context.scope, KIND, endpoint.name) or {}
    return float(record.get("PendingDeploymentSummary", {}).get("StartTime", context.now()))
