"""Puts the sandbox's parts together: gateway, moto behind it, SageMaker service, clockwork, and their memory."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from cheroot.server import HTTPServer

from slipway.sandbox.clockwork.alarms.watch import Alarms
from slipway.sandbox.clockwork.clock import Clock
from slipway.sandbox.clockwork.clock_page import ClockPage
from slipway.sandbox.clockwork.delivery.courier import Courier
from slipway.sandbox.clockwork.functions.running import Functions
from slipway.sandbox.clockwork.noticing import Noticing
from slipway.sandbox.clockwork.scalable_targets import ScalableTargets
from slipway.sandbox.clockwork.scaling.policies import Policies
from slipway.sandbox.clockwork.schedules.planned import Planned
from slipway.sandbox.clockwork.schedules.rules import ScheduledRules
from slipway.sandbox.clockwork.schedules.schedules import Schedules
from slipway.sandbox.clockwork.ticker import Ticker
from slipway.sandbox.clockwork.timeline import Timeline
from slipway.sandbox.faults.book import FaultBook
from slipway.sandbox.faults.fault_page import FaultPage
from slipway.sandbox.faults.shortages import Shortages
from slipway.sandbox.faults.striking import Faulty
from slipway.sandbox.gateway.app import Gateway
from slipway.sandbox.gateway.clients import AwsClients
from slipway.sandbox.gateway.controls import NAME as CONTROLS
from slipway.sandbox.gateway.controls import Controls
from slipway.sandbox.gateway.server import make_server
from slipway.sandbox.iam.authority import Authority
from slipway.sandbox.iam.denials import Denials
from slipway.sandbox.iam.resources import Need, Place
from slipway.sandbox.moto_adapter.alarm_history import record_action
from slipway.sandbox.moto_adapter.holdings import MotoHoldings
from slipway.sandbox.moto_adapter.hooks import install
from slipway.sandbox.moto_adapter.issued_keys import issue_session, issued_key
from slipway.sandbox.moto_adapter.keeper import Keeper
from slipway.sandbox.moto_adapter.mount import Moto
from slipway.sandbox.moto_adapter.now import keep_time_by
from slipway.sandbox.moto_adapter.places import of_alarms, of_scaling_policies, of_scheduled_rules, of_schedules
from slipway.sandbox.moto_adapter.quiet import QuietLock
from slipway.sandbox.role_sessions import RoleSessions
from slipway.sandbox.sagemaker import lifecycle
from slipway.sandbox.sagemaker.context import Context, Scope, partition, system_clock
from slipway.sandbox.sagemaker.front import SageMaker
from slipway.sandbox.sagemaker.permissions import Permissions
from slipway.sandbox.sagemaker.store import Store
from slipway.sandbox.state_folder import StateFolder

log = logging.getLogger(__name__)


class Watched(Protocol):
    """A part of the clockwork that is told where there is something to watch."""

    def notice(self, scope: Scope) -> None:
        """Remember the account and region."""


class Several:
    """More than one part of the clockwork, told of the same."""

    def __init__(self, parts: Sequence[Watched]) -> None:
        self._parts = parts

    def notice(self, scope: Scope) -> None:
        """Tell every part."""
        for part in self._parts:
            part.notice(scope)


class Sandbox:
    """Everything that lives in the serving process."""

    def __init__(
        self,
        state: StateFolder,
        secret: str,
        region: str,
        project: Path,
        health: Callable[[], bytes],
        *,
        enforce_iam: bool = False,
    ) -> None:
        self._state = state
        self._secret = secret
        self._project = project
        self._endpoint = "http://127.0.0.1"
        self._contexts: dict[Scope, Context] = {}
        self._store = Store(state.store_file)
        self._faults = FaultBook(state.faults_file)
        quiet = QuietLock()
        self._keeper = Keeper(state.moto_folder, quiet)
        self._moto = Moto(
            quiet,
            load_state=self._keeper.restore,
            keep=self._keeper.keep,
            may_deliver=self._may_deliver if enforce_iam else None,
        )
        self._sagemaker = SageMaker(self.context)
        self._authority = self._make_authority() if enforce_iam else None
        self._roles = self._make_roles(self._authority) if self._authority is not None else None
        self._targets = ScalableTargets(self.context, time.monotonic)
        self._clock = Clock(state.clock_file)
        keep_time_by(self._clock)
        self._courier = Courier(self.context)
        install(self._courier, Functions(self.context))
        self._alarms = Alarms(self.context, self._clock, record_action)
        self._rules = Planned(ScheduledRules(self.context, self._courier), self._clock)
        self._schedules = Planned(Schedules(self.context, self._courier), self._clock)
        self._policies = Policies(self.context, self._clock)
        # what is due at one moment happens in this order
        sources = (self._rules, self._schedules, self._alarms, self._policies)
        self._timeline = Timeline(self._clock, sources)
        self._clockwork = Ticker([self._targets, self._timeline])
        controls = Controls(clock=ClockPage(self._clock, self._clockwork.wake), faults=FaultPage(self._faults))
        self.gateway = Gateway(
            secret=secret,
            region=region,
            issued=lambda key: issued_key(self._moto, key),
            own={"sagemaker": Faulty(self._sagemaker, self._faults), CONTROLS: controls},
            rest=Faulty(Noticing(self._moto, self._notices()), self._faults),
            health=health,
            clock=system_clock,
            judge=None if self._authority is None else self._authority.require,
        )

    def server(self, port: int) -> HTTPServer:
        """Return the server of the gateway, not yet bound."""
        return make_server(port, self.gateway)

    def context(self, scope: Scope) -> Context:
        """Return the surroundings of requests in a scope."""
        if scope not in self._contexts:
            clients = AwsClients(self._endpoint, scope.account, scope.region, self._secret, self.gateway.handle)
            self._contexts[scope] = Context(
                scope,
                self._store,
                clients,
                self._state.root,
                self._project,
                shortage=Shortages(self._faults),
                roles=self._roles,
            )
        return self._contexts[scope]

    def _make_authority(self) -> Authority:
        permissions = Permissions(self._store)
        holdings = MotoHoldings(self._moto, permissions.policies, permissions.tags)
        return Authority(holdings, Denials(self._state.denials_file), system_clock)

    def _may_deliver(self, account: str, region: str, action: str, resource: str, rule: str) -> bool:
        place = Place(partition(region), region, account)
        events = "events.amazonaws.com"
        return self._authority is None or self._authority.service_may(events, Need(action, resource), place, rule)

    def _make_roles(self, authority: Authority) -> RoleSessions:
        def connect(scope: Scope, keys: tuple[str, str, str]) -> AwsClients:
            access_key, secret, token = keys
            return AwsClients(self._endpoint, access_key, scope.region, secret, self.gateway.handle, token)

        return RoleSessions(authority, lambda *what: issue_session(self._moto, *what), connect)

    def start(self, endpoint: str) -> None:
        """Begin to work, behind the answer that the sandbox is ready: import moto, and pick up what was left."""
        self._endpoint = endpoint
        self._keeper.start()
        self._clockwork.start()
        threading.Thread(target=self._recover, name="recover", daemon=True).start()

    def _recover(self) -> None:
        try:
            self._moto.load()
            lifecycle.recover(self.context)
        except Exception:
            # the outermost loop of this thread: the sandbox still answers, and the log says what was not picked up
            log.exception("could not pick up what the last run left")
        finally:
            self._sagemaker.open()
        self._watch_what_was_left()

    def _watch_what_was_left(self) -> None:
        from slipway.sandbox.sagemaker.endpoints.record import KIND  # noqa: PLC0415  (imported by recover just now)

        for scope in self._store.scopes():
            if self._store.names(scope, KIND):
                self._targets.notice(scope)
        for source, places in (
            (self._alarms, of_alarms),
            (self._policies, of_scaling_policies),
            (self._rules, of_scheduled_rules),
            (self._schedules, of_schedules),
        ):
            for place in places():
                source.notice(Scope(*place))
        self._clockwork.wake()

    def _notices(self) -> dict[tuple[str, str], Callable[[Scope], None]]:
        """Return what begins to be watched after which request."""
        watched: dict[tuple[str, str], Watched] = {
            ("application-autoscaling", "PutScalingPolicy"): Several([self._alarms, self._policies]),
            ("application-autoscaling", "RegisterScalableTarget"): self._targets,
            ("monitoring", "PutMetricAlarm"): self._alarms,
            ("monitoring", "PutCompositeAlarm"): self._alarms,
            ("monitoring", "SetAlarmState"): self._alarms,
            **{("events", f"{verb}Rule"): self._rules for verb in ("Put", "Enable", "Disable", "Delete")},
            **{("scheduler", method): self._schedules for method in ("POST", "PUT", "DELETE")},
        }
        return {request: self._noticing(source) for request, source in watched.items()}

    def _noticing(self, source: Watched) -> Callable[[Scope], None]:
        def notice(scope: Scope) -> None:
            source.notice(scope)
            self._clockwork.wake()

        return notice

    def end_processes(self) -> None:
        """End every process that was started for somebody, and start none any more."""
        self._timeline.stop()
        self._clockwork.stop()
        self._courier.close()
        lifecycle.shutdown()

    def close(self) -> bool:
        """Write down what moto remembers, and let go of the files; tell whether everything is kept."""
        kept = self._keeper.stop()
        self._store.close()
        return kept
