"""One operation on a stack: up, preview, refresh or destroy."""

import contextlib
import threading
from dataclasses import dataclass, field
from typing import Any

from slipway.engine import urn as urns
from slipway.engine.codec.state import StateCodec
from slipway.engine.errors import EngineError, UnsupportedError
from slipway.engine.events.stream import EventStream
from slipway.engine.execution.deleting import run_deletions
from slipway.engine.execution.deployment import Deployment
from slipway.engine.execution.hooks import Hooks
from slipway.engine.execution.refreshing import Refresher
from slipway.engine.execution.runner import StepFailedError, StepRunner
from slipway.engine.planning.ending import plan_kept
from slipway.engine.planning.planner import Planner
from slipway.engine.planning.refusals import missing_target
from slipway.engine.planning.steps import Step
from slipway.engine.planning.targets import Selection, to_refresh
from slipway.engine.policies.packs import PolicyPacks
from slipway.engine.program.callbacks import Callbacks
from slipway.engine.program.monitor import EngineService, MonitorService, Server
from slipway.engine.program.process import (
    RAN_TO_ITS_END,
    ProgramContext,
    ProgramProcess,
    program_folder,
    untimely_end,
)
from slipway.engine.program.requests import RequestDecoder
from slipway.engine.program.stillness import Stillness
from slipway.engine.program.transforms import Transforms
from slipway.engine.providers.answers import ProviderError
from slipway.engine.providers.registry import ProviderRegistry
from slipway.engine.request import OperationRequest
from slipway.engine.state.integrity import verify
from slipway.engine.state.pending import interrupted_warning, settled
from slipway.engine.state.snapshot import load_snapshot
from slipway.engine.state.writer import SnapshotWriter
from slipway.engine.values import Properties, Secret, unwrap

RPC_THREADS = 300
"""Upper limit; threads are made as calls come in. Each registration holds one until it is done."""
PROGRAM_PATIENCE = 10.0
"""Seconds that a program gets to end by itself after something failed and nothing is in flight any more."""
CANCELED_PATIENCE = 2.0
"""The same after somebody asked to stop."""


@dataclass(frozen=True, kw_only=True)
class OperationResult:
    """How an operation ended."""

    succeeded: bool
    resource_changes: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)
    """Outputs of the stack, secrets as Secret."""


def run(request: OperationRequest) -> OperationResult:
    """Carry out an operation; what goes wrong is told in events and in the result."""
    return _Run(request).run()


class _Run:
    """The parts of one operation, and their order."""

    def __init__(self, request: OperationRequest) -> None:
        self.request = request
        self.preview = request.kind == "preview" or request.options.dry_run
        self.events = EventStream(request.emit, preview=self.preview, show_secrets=request.options.show_secrets)
        self.codec = StateCodec(request.secrets.encrypt, request.secrets.decrypt)
        self.base = load_snapshot(request.deployment, self.codec)
        verify(self.base.resources)
        self.writer = SnapshotWriter(self.base, request.secrets, self.codec, None if self.preview else request.persist)
        self.server = Server(min(RPC_THREADS, 4 * max(1, request.options.parallel) + 32))
        self.registry = ProviderRegistry(
            project=request.project.name,
            root=program_folder(request.project),
            folders=request.project.plugin_providers,
            engine_address=self.server.address,
            warn=lambda message: self.events.diagnostic("warning", message),
            stored=self._stored_provider,
        )
        self.packs = PolicyPacks(self.events.policies)
        self.callbacks = Callbacks()
        self.hooks = Hooks(preview=self.preview, callbacks=self.callbacks)
        self.runner = StepRunner(
            registry=self.registry,
            writer=self.writer,
            events=self.events,
            preview=self.preview,
            read_stack=request.read_stack,
            hooks=self.hooks,
            ignore_protect=request.options.ignore_protect,
        )
        self.failed = False
        self.over = threading.Event()
        self.deployment: Deployment | None = None
        self.program: ProgramProcess | None = None
        self.monitor: MonitorService | None = None

    def run(self) -> OperationResult:
        """Carry the operation out, and end every process however it goes."""
        request = self.request
        shown = {key: "[secret]" if item.secret else item.value for key, item in request.config.items()}
        self.events.secrets.learn([Secret(item.value) for item in request.config.values() if item.secret])
        watcher = threading.Thread(target=self._watch_for_stop, name="stop", daemon=True)
        watcher.start()
        try:
            try:
                self._start_packs()
            finally:
                self.events.prelude(shown)
            self._refuse_unsupported()
            self._carry_out()
            self.writer.flush()
        except EngineError as error:
            self.failed = True
            self.events.diagnostic("error", str(error))
        finally:
            self.over.set()
            self.writer.close()
            self._end_processes()
        return self._conclude()

    def _end_processes(self) -> None:
        try:
            if self.monitor is not None:
                self.monitor.shutdown.set()
            if self.program is not None:
                self.program.end()
        finally:
            self.callbacks.close()
            self.packs.close()
            self.registry.close()
            self.server.stop()

    def _conclude(self) -> OperationResult:
        """Say how it ended."""
        if self.request.stop.canceled.is_set():
            self.failed = True
            self.events.diagnostic("error", "update canceled" if not self.preview else "preview canceled")
        elif self.runner.failures or (self.deployment is not None and self.deployment.impossible):
            self.failed = True
            self.events.diagnostic("error", "preview failed" if self.preview else "update failed")
        if self.deployment is not None and self.deployment.refused:
            self.failed = True
        self.events.summary(succeeded=not self.failed, packs=self.packs.names, corrupt=self.runner.maybe_corrupt)
        self.events.cancel()
        return OperationResult(
            succeeded=not self.failed,
            resource_changes=dict(self.events.changes),
            errors=list(self.events.errors),
            outputs=self._stack_outputs(),
        )

    def _stack_outputs(self) -> Properties:
        candidates = [*self.writer.current().resources]
        if self.deployment is not None:
            candidates += [step.new for step in self.deployment.planner.registered.values() if step.new is not None]
        return next((item.outputs for item in reversed(candidates) if item.type == urns.STACK_TYPE), {})

    def _refuse_unsupported(self) -> None:
        if "pulumi:autonaming" in self.request.config:
            raise UnsupportedError("the configuration pulumi:autonaming", "name resources in the program")

    # -- the operations

    def _carry_out(self) -> None:
        engine = EngineService(self.events)
        if self.request.kind in ("refresh", "destroy"):
            self.server.start(engine, None)
            self._prewarm()
            if self.request.kind == "refresh":
                self.base = settled(self.base, self.request.options)
            self._warn_about_pending()
            if not self.preview or self.request.kind == "refresh":
                self._configure_stored_providers()
            if self.request.kind == "refresh" or self.request.options.refresh:
                self._refresh(count=self.request.kind == "refresh")
            if self.request.kind == "destroy" and not self.failed:
                self._new_deployment()
                self._delete()
            return
        self._warn_about_pending()
        project = self.request.project
        decoder = RequestDecoder(
            stack=self.request.stack, project=project.name, root=project.root, assets=program_folder(project)
        )
        monitor = self.monitor = MonitorService(decoder, self.hooks, Transforms(self.callbacks))
        self.server.start(engine, monitor)
        if self.request.options.refresh:
            self._prewarm()
            self._refresh(count=False)
            if self.failed:
                return
        deployment = self._new_deployment()
        if self._require(deployment.planner.missing_replacements()):
            self._run_program(deployment, monitor)

    def _new_deployment(self) -> Deployment:
        planner = Planner(self.base, self.request.options, preview=self.preview)
        self.deployment = Deployment(
            self.request,
            planner=planner,
            runner=self.runner,
            registry=self.registry,
            events=self.events,
            packs=self.packs,
        )
        if self.request.stop.canceled.is_set():
            self.deployment.halt()
        return self.deployment

    @property
    def _context(self) -> ProgramContext:
        request = self.request
        return ProgramContext(
            project=request.project,
            stack=request.stack,
            organization=request.organization,
            config=request.config,
            dry_run=self.preview,
        )

    def _start_packs(self) -> None:
        """Start the policy packs, which get ready while the program does."""
        options = self.request.options
        self.packs.start(options.policy_packs, options.policy_pack_configs, self._context, self.request.folder)

    def _prewarm(self) -> None:
        """Start the plugins of the state's providers while the program is still starting itself."""
        wanted = [
            (urns.provider_package(item.type), str(unwrap(item.inputs.get("version")) or ""))
            for item in self.base.resources
            if urns.is_provider(item.type) and not item.delete
        ]
        self.registry.prewarm(wanted)

    def _configure_stored_providers(self) -> None:
        """Make the providers of the state ready, each after those that it needs."""
        used = {item.provider for item in self.base.resources if item.provider}
        for item in self.base.resources:
            ref = urns.reference(item.urn, item.id)
            if urns.is_provider(item.type) and ref in used:
                try:
                    self.registry.get(ref)
                except ProviderError as error:
                    raise EngineError(f"{item.urn}: {error}") from error

    def _run_program(self, deployment: Deployment, monitor: MonitorService) -> None:
        """Run the program, then delete what it did not register."""
        self.program = ProgramProcess(
            self._context,
            address=self.server.address,
            parallel=self.request.options.parallel,
            on_output=self.events.diagnostic,
        )
        self._prewarm()
        self.packs.ready(self._context, self.server.address)
        monitor.serve(deployment)
        code = self._wait_for_program(deployment, monitor)
        deployment.drain()
        if code is not None:
            self.failed = True
            said = untimely_end(code)
            if said and not deployment.halted.is_set():
                self.events.diagnostic("error", said)
        elif not deployment.halted.is_set() and not self._incomplete(deployment):
            self._delete()
        deployment.finish()
        if not self.failed and not self.runner.failures and not code and not deployment.halted.is_set():
            deployment.judge_stack()
        monitor.shutdown.set()
        if code is None:
            self.program.wait(PROGRAM_PATIENCE)

    def _incomplete(self, deployment: Deployment) -> bool:
        """Say whether something failed and the rest did not go on, so that nobody knows what is to be deleted."""
        return deployment.refused or (bool(self.runner.failures) and not self.request.options.continue_on_error)

    def _wait_for_program(self, deployment: Deployment, monitor: MonitorService) -> int | None:
        """Wait until the program is done (None) or has ended (its exit code)."""
        if self.program is None:
            return None
        patience = PROGRAM_PATIENCE
        stillness = Stillness()
        while True:
            if monitor.program_done.wait(0.02):
                return None
            code = self.program.wait(0.0)
            if code is not None:
                return None if code == RAN_TO_ITS_END else code
            if deployment.halted.is_set() and not deployment.busy:
                patience -= 0.02
            if self.request.stop.canceled.is_set():
                patience = min(patience, CANCELED_PATIENCE)
            if patience < 0 or self.request.stop.terminated.is_set():
                self.program.end()
                return None
            for notice in stillness.look(busy=deployment.busy, asked=deployment.asked, in_hand=deployment.in_hand):
                self.events.diagnostic("warning", notice)

    def _delete(self) -> None:
        """Delete what is not wanted any more."""
        deployment = self.deployment
        if deployment is None:
            return
        self._require(deployment.planner.missing_targets())
        try:
            steps = deployment.plan_deletions()
        except EngineError as error:
            self.failed = True
            self.events.diagnostic("error", str(error))
            return
        if deployment.impossible and not self.preview:
            return
        for step in plan_kept(deployment.planner, steps):
            with contextlib.suppress(StepFailedError):  # it is said and counted
                self.runner.run(step)

        def run(step: Step) -> None:
            self.runner.run(step)
            deployment.heed_hooks()

        done = run_deletions(
            steps,
            run,
            parallel=self.request.options.parallel,
            stopped=deployment.halted.is_set,
            continue_on_error=self.request.options.continue_on_error,
        )
        if not done and not self.runner.failures and not deployment.halted.is_set():
            raise EngineError("some resources could not be deleted: they need each other in a circle")

    def _require(self, missing: list[str]) -> bool:
        """Say which of the named resources do not exist; return whether all of them do."""
        for urn in missing:
            self.failed = True
            self.events.diagnostic("error", missing_target(urn))
        return not missing

    def _refresh(self, *, count: bool) -> None:
        """Read everything, and go on from what was found."""
        known = [resource.urn for resource in self.base.resources]
        options = self.request.options
        named = [*Selection(options.targets).unmatched(known), *Selection(options.exclude).unmatched(known)]
        if known and not self._require(named):
            return
        refresher = Refresher(registry=self.registry, events=self.events, count=count)
        self.base = refresher.run(
            self.base,
            to_refresh(
                self.base.resources,
                targets=options.targets,
                excludes=options.exclude,
                dependents=options.target_dependents if options.targets else options.exclude_dependents,
            ),
            parallel=self.request.options.parallel,
            stopped=self.request.stop.canceled.is_set,
        )
        if refresher.failed:
            self.runner.failures += 1
            self.failed = True
        self.writer.rebase(self.base)

    # -- helpers of the parts

    def _warn_about_pending(self) -> None:
        if self.base.operations and not self.preview and self.request.kind != "refresh":
            self.events.diagnostic("warning", interrupted_warning(self.base.operations))

    def _stored_provider(self, ref: str) -> tuple[Properties, Properties] | None:
        urn, id_ = urns.split_reference(ref)
        for item in self.base.resources:
            if item.urn == urn and item.id == id_:
                return item.inputs, item.outputs
        return None

    def _watch_for_stop(self) -> None:
        """Pass a request to stop on: begin nothing more and tell the providers, then end what is in flight as well."""
        while not self.over.is_set():
            if self.request.stop.canceled.wait(0.1):
                if self.deployment is not None:
                    self.deployment.halt()
                self.registry.cancel()
                self.request.stop.terminated.wait()
                if not self.over.is_set():
                    self.packs.kill()
                    self.registry.kill()
                    if self.program is not None:  # a hook of the program may be what is waited for
                        self.program.end(0.2)
                return
