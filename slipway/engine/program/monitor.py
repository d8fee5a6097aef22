"""The gRPC services that a program talks to: ResourceMonitor and Engine."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn

import grpc
from google.protobuf import empty_pb2

from slipway.engine import urn as urns
from slipway.engine.codec import wire
from slipway.engine.errors import EngineError
from slipway.engine.events.stream import EventStream
from slipway.engine.execution.deployment import Deployment, Outcome
from slipway.engine.execution.hooks import Hook, HookError, Hooks
from slipway.engine.execution.runner import StepFailedError
from slipway.engine.planning.questions import PlanError
from slipway.engine.program.requests import RequestDecoder
from slipway.engine.protocol import (
    CHANNEL_OPTIONS,
    engine_pb2,
    engine_pb2_grpc,
    provider_pb2,
    resource_pb2,
    resource_pb2_grpc,
)
from slipway.engine.providers.answers import ProviderError
from slipway.engine.values import has_unknown

_SEVERITIES = {0: "debug", 1: "info", 2: "warning", 3: "error"}
# What else the SDK has (transforms, parameterized packages ...) it refuses by name when it is not listed here.
_FEATURES = (
    resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
    resource_pb2.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACEMENT_TRIGGER,
    resource_pb2.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS,
)
_LEGACY_NAMES = frozenset(
    {"secrets", "resourceReferences", "outputValues", "aliasSpecs", "deletedWith", "replaceWith", "resourceHooks"}
)


class EngineService(engine_pb2_grpc.EngineServicer):
    """Logging, for programs and providers alike."""

    def __init__(self, events: EventStream) -> None:
        self._events = events
        self._root = ""

    def Log(self, request: Any, context: Any) -> empty_pb2.Empty:  # noqa: ARG002, N802 - gRPC's names
        """Pass a message on."""
        severity = _SEVERITIES[request.severity]
        self._events.program_log(severity, request.message, request.urn, ephemeral=request.ephemeral)
        return empty_pb2.Empty()

    def GetRootResource(self, request: Any, context: Any) -> engine_pb2.GetRootResourceResponse:  # noqa: ARG002, N802
        """Return the URN of the stack resource."""
        return engine_pb2.GetRootResourceResponse(urn=self._root)

    def SetRootResource(self, request: Any, context: Any) -> engine_pb2.SetRootResourceResponse:  # noqa: ARG002, N802
        """Remember the URN of the stack resource."""
        self._root = request.urn
        return engine_pb2.SetRootResourceResponse()

    def RequirePulumiVersion(self, request: Any, context: Any) -> engine_pb2.RequirePulumiVersionResponse:  # noqa: ARG002, N802
        """Accept any range: what this engine lacks it refuses by name."""
        return engine_pb2.RequirePulumiVersionResponse()


class MonitorService(resource_pb2_grpc.ResourceMonitorServicer):
    """Registrations, reads and invokes of the program."""

    def __init__(self, decoder: RequestDecoder, hooks: Hooks) -> None:
        self._served: Deployment | None = None
        self._serving = threading.Event()
        self._hooks = hooks
        self._decoder = decoder
        self.program_done = threading.Event()
        """The program has run to its end, and waits for the shutdown."""
        self.shutdown = threading.Event()

    def serve(self, deployment: Deployment) -> None:
        """Take registrations for a deployment from now on."""
        self._served = deployment
        self._serving.set()

    @property
    def _deployment(self) -> Deployment:
        # A program may be quicker than the policy packs that are to judge it.
        while not self._serving.wait(0.5):
            if self.shutdown.is_set():
                raise EngineError("the operation is over")
        if self._served is None:
            raise AssertionError("a deployment is served before it is there")
        return self._served

    def GetDeploymentInfo(self, request: Any, context: Any) -> resource_pb2.DeploymentInfo:  # noqa: ARG002, N802
        """Say what is deployed, and what this engine can do."""
        asked = self._deployment.request
        return resource_pb2.DeploymentInfo(
            project=asked.project.name,
            stack=asked.stack,
            organization=asked.organization,
            dryRun=self._deployment.preview,
            parallel=asked.options.parallel,
            supportedFeatures=_FEATURES,
        )

    def SupportsFeature(self, request: Any, context: Any) -> resource_pb2.SupportsFeatureResponse:  # noqa: ARG002, N802
        """Answer the same for SDKs that ask one by one."""
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id in _LEGACY_NAMES)

    def RegisterResource(self, request: Any, context: Any) -> resource_pb2.RegisterResourceResponse:  # noqa: N802
        """Make a resource what the program wants."""
        urn = self._decoder.urn(request.parent, request.type, request.name)
        try:
            provider = self._provider_of(request)
            outcome = self._deployment.register(self._decoder.registration(request, provider))
        except StepFailedError:
            outcome = Outcome(urn=urn)
        except (PlanError, EngineError, OSError) as error:
            self._deployment.refuse(error, urn)
            outcome = Outcome(urn=urn)
        if outcome.state is None:
            if not request.supportsResultReporting:
                context.abort(grpc.StatusCode.UNAVAILABLE, f"{outcome.urn} was not registered")
            return resource_pb2.RegisterResourceResponse(urn=outcome.urn, result=resource_pb2.FAIL)
        return self._registered(request, outcome)

    def _registered(self, request: Any, outcome: Outcome) -> resource_pb2.RegisterResourceResponse:
        state = outcome.state
        if state is None:
            raise AssertionError("a failed registration has no state")
        outputs = state.outputs if state.custom else {}
        if outcome.skipped:
            outputs = {}
        dialect = wire.Dialect(secrets=request.acceptSecrets, resources=request.acceptResources)
        return resource_pb2.RegisterResourceResponse(
            urn=outcome.urn,
            id=state.id,
            object=wire.encode_struct(outputs, dialect),
            unknown=outcome.skipped,
        )

    def _provider_of(self, request: Any) -> str:
        if not request.custom or urns.is_provider(request.type):
            return ""
        if request.provider:
            return str(request.provider)
        package = urns.package_of(request.type)
        return self._deployment.default_provider(package, request.type, request.version, request.pluginDownloadURL)

    def ReadResource(self, request: Any, context: Any) -> resource_pb2.ReadResourceResponse:  # noqa: N802
        """Look at a resource that the stack does not own."""
        urn = self._decoder.urn(request.parent, request.type, request.name)
        try:
            provider = request.provider or self._deployment.default_provider(
                urns.package_of(request.type), request.type, request.version, request.pluginDownloadURL
            )
            outcome = self._deployment.read(self._decoder.read(request, provider))
        except StepFailedError:
            outcome = Outcome(urn=urn)
        except (PlanError, EngineError, OSError) as error:
            self._deployment.refuse(error, urn)
            outcome = Outcome(urn=urn)
        if outcome.state is None:
            # Unlike a registration, a read has no way to fail and let the program go on that every SDK knows.
            context.abort(grpc.StatusCode.UNAVAILABLE, f"{urn} could not be read")
            raise AssertionError("abort raises")
        dialect = wire.Dialect(secrets=request.acceptSecrets, resources=request.acceptResources)
        return resource_pb2.ReadResourceResponse(
            urn=urn, id=outcome.state.id, properties=wire.encode_struct(outcome.state.outputs, dialect)
        )

    def RegisterResourceOutputs(self, request: Any, context: Any) -> empty_pb2.Empty:  # noqa: ARG002, N802
        """Take the outputs of a component; in an up, those that are known."""
        outputs = self._decoder.properties(request.outputs)
        if not self._deployment.preview:
            outputs = {key: value for key, value in outputs.items() if not has_unknown(value)}
        self._deployment.register_outputs(request.urn, outputs)
        return empty_pb2.Empty()

    def Invoke(self, request: Any, context: Any) -> resource_pb2.ResourceInvokeResponse:  # noqa: N802
        """Call a function of a provider."""
        args = self._decoder.properties(request.args)
        if request.tok.startswith("pulumi:"):
            _refuse(context, f"the function {request.tok}")
        try:
            provider = request.provider or self._deployment.default_provider(
                urns.package_of(request.tok), request.tok, request.version, request.pluginDownloadURL
            )
            answer = self._deployment.invoke(request.tok, args, provider)
        except StepFailedError as error:
            context.abort(grpc.StatusCode.UNAVAILABLE, str(error))
        except (PlanError, EngineError, ProviderError) as error:
            context.abort(grpc.StatusCode.UNKNOWN, str(error))
        response = resource_pb2.ResourceInvokeResponse(
            failures=[
                provider_pb2.CheckFailure(property=item.property, reason=item.reason) for item in answer.failures
            ],
            unknown=answer.result is None,
        )
        if answer.result is not None:
            dialect = wire.Dialect(resources=request.acceptResources)
            getattr(response, "return").CopyFrom(wire.encode_struct(answer.result, dialect))
        return response

    def SignalAndWaitForShutdown(self, request: Any, context: Any) -> empty_pb2.Empty:  # noqa: ARG002, N802
        """Hear that the program has run to its end; let it go when all is done."""
        self.program_done.set()
        self.shutdown.wait()
        return empty_pb2.Empty()

    def Call(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Refuse: methods of remote components."""
        _refuse(context, f"the method call {request.tok}")

    def RegisterPackage(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Refuse: parameterized packages."""
        _refuse(context, f"the parameterized package {request.name}")

    def RegisterResourceHook(self, request: Any, context: Any) -> empty_pb2.Empty:  # noqa: N802
        """Remember a function to be called around operations."""
        hook = Hook(
            name=request.name,
            target=request.callback.target,
            token=request.callback.token,
            on_dry_run=request.on_dry_run,
        )
        try:
            self._hooks.register(hook)
        except HookError as error:
            context.abort(grpc.StatusCode.ALREADY_EXISTS, str(error))
        return empty_pb2.Empty()

    def RegisterErrorHook(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Refuse: error hooks."""
        _refuse(context, f"the error hook {request.name}")

    def RegisterStackTransform(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        """Refuse: transforms."""
        _refuse(context, "a stack transform")

    def ExistsResource(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Refuse: existence checks."""
        _refuse(context, f"the existence check of {request.type}")


def _refuse(context: Any, what: str) -> NoReturn:
    context.abort(grpc.StatusCode.UNIMPLEMENTED, f"{what} is not supported by the embedded engine")
    raise AssertionError("abort raises")


class Server:
    """One gRPC server on a free port of the loopback interface."""

    def __init__(self, threads: int) -> None:
        pool = ThreadPoolExecutor(threads, thread_name_prefix="rpc")
        self._server = grpc.server(pool, options=CHANNEL_OPTIONS)
        self._port = self._server.add_insecure_port("127.0.0.1:0")
        if not self._port:
            raise EngineError("no free port on 127.0.0.1 for the engine's own server")

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self._port}"

    def start(self, engine: EngineService, monitor: MonitorService | None) -> None:
        """Serve."""
        engine_pb2_grpc.add_EngineServicer_to_server(engine, self._server)
        if monitor is not None:
            resource_pb2_grpc.add_ResourceMonitorServicer_to_server(monitor, self._server)
        self._server.start()

    def stop(self) -> None:
        """Stop at once: whoever still waits gets an error."""
        self._server.stop(None).wait(2)
