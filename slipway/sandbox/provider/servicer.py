"""The ResourceProvider service: each RPC decoded, done by the modules beside this one, and answered with a precise status."""

import time
from collections.abc import Callable
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty

from slipway.sandbox.provider import checking, configuration, diffing, invokes, lifecycle
from slipway.sandbox.provider.declaration import Change, ResourceType
from slipway.sandbox.provider.engine_log import EngineLog
from slipway.sandbox.provider.problems import Problem
from slipway.sandbox.provider.protocol import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2
from slipway.sandbox.provider.scope import Scope
from slipway.sandbox.provider.trace import Trace
from slipway.sandbox.provider.types import declared
from slipway.sandbox.provider.wire import Path, decode, encode, text_of

KINDS = {
    (diffing.ADD, False): provider_pb2.PropertyDiff.ADD,
    (diffing.ADD, True): provider_pb2.PropertyDiff.ADD_REPLACE,
    (diffing.DELETE, False): provider_pb2.PropertyDiff.DELETE,
    (diffing.DELETE, True): provider_pb2.PropertyDiff.DELETE_REPLACE,
    (diffing.UPDATE, False): provider_pb2.PropertyDiff.UPDATE,
    (diffing.UPDATE, True): provider_pb2.PropertyDiff.UPDATE_REPLACE,
}


class InitFailed(Exception):  # noqa: N818
    """A half-made resource, to be told with its state."""

    def __init__(self, state: lifecycle.State, secrets: frozenset[Path]) -> None:
        super().__init__("; ".join(state.reasons))
        self.state = state
        self.secrets = secrets


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """One provider process; all calls may come at once."""

    def __init__(self, engine_address: str) -> None:
        self._log = EngineLog(engine_address)
        self._trace = Trace()
        self._configuration: configuration.Configuration | None = None

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Say what this provider understands."""
        return self._answer("Handshake", request, context, lambda _: provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True, accept_resources=False, accept_outputs=False, supports_autonaming_configuration=True
        ))  # fmt: skip

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> Any:
        """The version that the SDK expects."""
        return self._answer(
            "GetPluginInfo", request, context, lambda _: plugin_pb2.PluginInfo(version=configuration.VERSION)
        )

    def CheckConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Refuse provider inputs by name; otherwise answer them unchanged."""
        return self._answer("CheckConfig", request, context, self._check_config)

    def DiffConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        """What changed in the provider's inputs; nothing of it replaces."""
        return self._answer("DiffConfig", request, context, self._diff_config)

    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Take the inputs; refuse everything that is not this machine."""
        return self._answer("Configure", request, context, self._configure)

    def Invoke(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Data sources."""
        return self._answer("Invoke", request, context, self._invoke)

    def Check(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Inputs as they go into the state, or every problem."""
        return self._answer("Check", request, context, self._check)

    def Diff(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Which inputs differ, and what that takes."""
        return self._answer("Diff", request, context, self._diff)

    def Create(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Make a resource."""
        return self._answer("Create", request, context, self._create)

    def Read(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Refresh or import a resource."""
        return self._answer("Read", request, context, self._read)

    def Update(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Change a resource in place."""
        return self._answer("Update", request, context, self._update)

    def Delete(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Remove a resource."""
        return self._answer("Delete", request, context, self._delete)

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Answered and nothing more: calls in flight finish, the engine ends the process when it wants."""
        return self._answer("Cancel", request, context, lambda _: Empty())

    def _answer(self, rpc: str, request: Any, context: grpc.ServicerContext, work: Callable[[Any], Any]) -> Any:
        begin, response, error = time.monotonic(), None, None
        try:
            response = work(request)
        except InitFailed as failed:
            error = str(failed)
            self._abort_half_made(context, failed)
        except Problem as problem:
            error = f"{problem.code.name}: {problem.text}"
            context.abort(problem.code, problem.text)
        finally:
            if self._trace:
                self._trace.write(rpc, request, response, error, time.monotonic() - begin)
        return response

    def _abort_half_made(self, context: grpc.ServicerContext, failed: InitFailed) -> None:
        detail = provider_pb2.ErrorResourceInitFailed(
            id=failed.state.id,
            properties=encode(failed.state.outputs, failed.secrets),
            inputs=encode(failed.state.inputs, failed.secrets),
            reasons=failed.state.reasons,
        )
        status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(failed))
        status.details.add().Pack(detail)
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
        context.abort(grpc.StatusCode.UNKNOWN, str(failed))

    @property
    def _configured(self) -> configuration.Configuration:
        if self._configuration is None:
            raise Problem(grpc.StatusCode.FAILED_PRECONDITION, "the provider was not configured: Configure comes first")
        return self._configuration

    def _scope(self, request: Any, kind: ResourceType, *inputs: dict[str, Any]) -> Scope:
        configured = self._configured
        region = next((str(values["region"]) for values in inputs if values.get("region")), configured.region)
        return Scope(
            clients=configured.clients,
            region=region,
            token=kind.token,
            timeout=getattr(request, "timeout", 0.0),
            tell=lambda text: self._log.tell(request.urn, text),
            default_tags=configured.default_tags,
        )

    def _check_config(self, request: Any) -> Any:
        news, _ = decode(request.news)
        failures = [
            provider_pb2.CheckFailure(property=name, reason=reason) for name, reason in configuration.problems(news)
        ]
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def _diff_config(self, request: Any) -> Any:
        old, _ = decode(request.old_inputs if request.old_inputs.fields else request.olds)
        new, _ = decode(request.news)
        changed = sorted(
            name for name in old.keys() | new.keys()
            if name not in configuration.QUIET_CHANGES and old.get(name) != new.get(name)
        )  # fmt: skip
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE,
            diffs=changed,
        )

    def _configure(self, request: Any) -> Any:
        values, _ = decode(request.args)
        if not request.args.fields:
            values = {name.removeprefix("aws:config:"): value for name, value in request.variables.items()}
        self._configuration = configuration.configure(values)
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True,
            supportsPreview=True,
            acceptResources=False,
            acceptOutputs=False,
            supports_autonaming_configuration=True,
        )

    def _invoke(self, request: Any) -> Any:
        arguments, secrets = decode(request.args)
        answer = invokes.invoke(request.tok, arguments, self._configured)
        return provider_pb2.InvokeResponse(
            **{"return": encode(answer, {(name,) for name in answer} if secrets else ())}
        )

    def _check(self, request: Any) -> Any:
        kind = _kind(request)
        news, secrets = decode(request.news)
        olds, _ = decode(request.olds)
        result = checking.check(
            kind, news, olds, secrets,
            urn=request.urn,
            seed=request.randomSeed,
            autonaming=request.autonaming if request.HasField("autonaming") else None,
            default_tags=self._configured.default_tags,
        )  # fmt: skip
        return provider_pb2.CheckResponse(
            inputs=encode(result.inputs, result.secrets),
            failures=[
                provider_pb2.CheckFailure(property=text_of(path), reason=reason) for path, reason in result.problems
            ],
        )

    def _diff(self, request: Any) -> Any:
        kind = _kind(request)
        outputs, _ = decode(request.olds)
        old, _ = decode(request.old_inputs) if request.HasField("old_inputs") else (_inputs_of(kind, outputs), None)
        new, _ = decode(request.news)
        region = str(new.get("region") or self._configured.region)
        found = diffing.diff(kind, old, new, old_region=outputs.get("region"), region=region)
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if found.changed else provider_pb2.DiffResponse.DIFF_NONE,
            diffs=sorted(found.changed),
            replaces=sorted(found.replaces),
            deleteBeforeReplace=found.delete_first,
            detailedDiff={
                path: provider_pb2.PropertyDiff(kind=KINDS[change], inputDiff=True)
                for path, change in found.paths.items()
            },
            hasDetailedDiff=True,
        )

    def _create(self, request: Any) -> Any:
        kind = _kind(request)
        inputs, secrets = decode(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(
                properties=encode(lifecycle.previewed(kind, inputs), _all(kind, secrets))
            )
        state = self._whole(lifecycle.create(kind, self._scope(request, kind, inputs), inputs), _all(kind, secrets))
        return provider_pb2.CreateResponse(id=state.id, properties=encode(state.outputs, _all(kind, secrets)))

    def _read(self, request: Any) -> Any:
        kind = _kind(request)
        inputs, secrets = decode(request.inputs)
        outputs, more = decode(request.properties)
        known = inputs or _inputs_of(kind, outputs)
        secrets = _all(kind, secrets | more)
        state = lifecycle.read(kind, self._scope(request, kind, known, outputs), request.id, known)
        if state is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=state.id, properties=encode(state.outputs, secrets), inputs=encode(state.inputs, secrets)
        )

    def _update(self, request: Any) -> Any:
        kind = _kind(request)
        outputs, _ = decode(request.olds)
        old, _ = decode(request.old_inputs) if request.HasField("old_inputs") else (_inputs_of(kind, outputs), None)
        new, secrets = decode(request.news)
        if request.preview:
            return provider_pb2.UpdateResponse(
                properties=encode({**outputs, **lifecycle.plain(new)}, _all(kind, secrets))
            )
        scope = self._scope(request, kind, new, outputs)
        found = diffing.diff(kind, old, new, old_region=None, region=scope.region)
        change = Change(id=request.id, olds=old, news=new, changed=frozenset(found.changed))
        state = self._whole(lifecycle.update(kind, scope, change, outputs), _all(kind, secrets))
        return provider_pb2.UpdateResponse(properties=encode(state.outputs, _all(kind, secrets)))

    def _delete(self, request: Any) -> Any:
        kind = _kind(request)
        outputs, _ = decode(request.properties)
        old, _ = decode(request.old_inputs)
        lifecycle.delete(
            kind, self._scope(request, kind, old, outputs), request.id, {**_inputs_of(kind, outputs), **old}
        )
        return Empty()

    def _whole(self, state: lifecycle.State, secrets: frozenset[Path]) -> lifecycle.State:
        if state.reasons:
            raise InitFailed(state, secrets)
        return state


def _kind(request: Any) -> ResourceType:
    return declared(request.type or request.urn.split("::")[2].split("$")[-1])


def _inputs_of(kind: ResourceType, outputs: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in outputs.items() if name in kind.facts.inputs or name == "tagsAll"}


def _all(kind: ResourceType, secrets: frozenset[Path]) -> frozenset[Path]:
    """The secret inputs, what the SDK always keeps secret, and tagsAll's copies."""
    always = frozenset((name,) for name in kind.facts.secret_outputs)
    return secrets | always | frozenset(("tagsAll", *path[1:]) for path in secrets if path[0] == "tags")
