"""Puts the sandbox's parts together: gateway, moto behind it, SageMaker service, clockwork, and their memory."""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from cheroot.server import HTTPServer

from slipway.sandbox.clockwork.noticing import Noticing
from slipway.sandbox.clockwork.scalable_targets import ScalableTargets
from slipway.sandbox.clockwork.ticker import Ticker
from slipway.sandbox.faults.book import FaultBook
from slipway.sandbox.faults.controls import FaultControls
from slipway.sandbox.faults.shortages import Shortages
from slipway.sandbox.faults.striking import Faulty
from slipway.sandbox.gateway.app import Gateway
from slipway.sandbox.gateway.clients import AwsClients
from slipway.sandbox.gateway.server import make_server
from slipway.sandbox.moto_adapter.issued_keys import issued_key
from slipway.sandbox.moto_adapter.keeper import Keeper
from slipway.sandbox.moto_adapter.mount import Moto
from slipway.sandbox.moto_adapter.quiet import QuietLock
from slipway.sandbox.sagemaker import lifecycle
from slipway.sandbox.sagemaker.context import Context, Scope, system_clock
from slipway.sandbox.sagemaker.front import SageMaker
from slipway.sandbox.sagemaker.store import Store
from slipway.sandbox.state_folder import StateFolder

log = logging.getLogger(__name__)


class Sandbox:
    """Everything that lives in the serving process."""

    def __init__(
        self, state: StateFolder, secret: str, region: str, project: Path, health: Callable[[], bytes]
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
        self._moto = Moto(quiet, load_state=self._keeper.restore, keep=self._keeper.keep)
        self._sagemaker = SageMaker(self.context)
        self._targets = ScalableTargets(self.context, time.monotonic)
        self._clockwork = Ticker([self._targets])
        self.gateway = Gateway(
            secret=secret,
            region=region,
            issued=lambda key: issued_key(self._moto, key),
            own={
                "sagemaker": Faulty(self._sagemaker, self._faults),
                "slipway-sandbox": FaultControls(self._faults),
            },
            rest=Faulty(Noticing(self._moto, self._watch_targets), self._faults),
            health=health,
            clock=system_clock,
        )

    def server(self, port: int) -> HTTPServer:
        """Return the server of the gateway, not yet bound."""
        return make_server(port, self.gateway.handle)

    def context(self, scope: Scope) -> Context:
        """Return the surroundings of requests in a scope."""
        if scope not in self._contexts:
            clients = AwsClients(self._endpoint, scope.account, scope.region, self._secret, self.gateway.handle)
            self._contexts[scope] = Context(
                scope, self._store, clients, self._state.root, self._project, shortage=Shortages(self._faults)
            )
        return self._contexts[scope]

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
        from slipway.sandbox.sagemaker.endpoints.record import KIND  # noqa: PLC0415  (imported by recover just now)

        for scope in self._store.scopes():
            if self._store.names(scope, KIND):
                self._watch_targets(scope)

    def _watch_targets(self, scope: Scope) -> None:
        self._targets.notice(scope)
        self._clockwork.wake()

    def end_processes(self) -> None:
        """End every process that was started for somebody, and start none any more."""
        self._clockwork.stop()
        lifecycle.shutdown()

    def close(self) -> bool:
        """Write down what moto remembers, and let go of the files; tell whether everything is kept."""
        kept = self._keeper.stop()
        self._store.close()
        return kept
