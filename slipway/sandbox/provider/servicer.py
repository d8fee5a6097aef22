"""The ResourceProvider service.

Each RPC decoded, done by the modules beside this one, and answered with a precise status.
"""

# ruff: noqa: N802  the method names are the protocol's

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty

from slipway.sandbox.provider import checking, configuration, diffing, invokes, lifecycle
from slipway.sandbox.provider.answering import InitFailed, rpc
from slipway.sandbox.provider.declaration import Change, ResourceType
from slipway.sandbox.provider.engine_log import EngineLog
from slipway.sandbox.provider.problems import Problem
from slipway.sandbox.provider.protocol import plugin_pb2, provider_pb2, provider_pb2_grpc
from slipway.sandbox.provider.redacting import redacted, secret_texts
from slipway.sandbox.provider.scope import Scope
from slipway.sandbox.provider.templates import fields
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


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """One provider process; all calls may come at once."""

    def __init__(self, engine_address: str) -> None:
        self._log = EngineLog(engine_address)
        self.trace = Trace()
        self._configuration: configuration.Configuration | None = None

    @rpc
    def Handshake(self, _request: Any) -> Any:
        """Say what this provider understands."""
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True, accept_resources=False, accept_outputs=False, supports_autonaming_configuration=True
        )

    @rpc
    def GetPluginInfo(self, _request: Any) -> Any:
        """Give the version that the SDK expects."""
        return plugin_pb2.PluginInfo(version=configuration.VERSION)

    @rpc
    def Cancel(self, _request: Any) -> Any:
        """Answer and do nothing more: calls in flight finish, the engine ends the process when it wants."""
        return Empty()

    @property
    def _configured(self) -> configuration.Configuration:
        if self._configuration is None:
            raise Problem(grpc.StatusCode.FAILED_PRECONDITION, "the provider was not configured: Configure comes first")
        return self._configuration

    def _scope(self, request: Any, *inputs: dict[str, Any]) -> Scope:
        configured = self._configured
        region = next((str(values["region"]) for values in inputs if values.get("region")), configured.region)
        return Scope(
            clients=configured.clients,
            region=region,
            timeout=getattr(request, "timeout", 0.0),
            tell=lambda text: self._log.tell(request.urn, text),
            default_tags=configured.default_tags,
        )

    @rpc
    def CheckConfig(self, request: Any) -> Any:
        """Refuse provider inputs by name; otherwise answer them unchanged."""
        news, _ = decode(request.news)
        failures = [
            provider_pb2.CheckFailure(property=name, reason=reason) for name, reason in configuration.problems(news)
        ]
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    @rpc
    def DiffConfig(self, request: Any) -> Any:
        """Say what changed in the provider's inputs; nothing of it replaces."""
        old, _ = decode(request.old_inputs if request.old_inputs.fields else request.olds)
        new, _ = decode(request.news)
        changed = sorted(
            name for name in old.keys() | new.keys()
            if not configuration.quiet(name) and old.get(name) != new.get(name)
        )  # fmt: skip
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE,
            diffs=changed,
        )

    @rpc
    def Configure(self, request: Any) -> Any:
        """Take the inputs; refuse everything that is not this machine."""
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

    @rpc
    def Invoke(self, request: Any) -> Any:
        """Answer a data source."""
        arguments, secrets = decode(request.args)
        answer = invokes.invoke(request.tok, arguments, self._configured)
        response = provider_pb2.InvokeResponse()
        # the field is called `return`, which Python can't spell
        getattr(response, "return").CopyFrom(encode(answer, {(name,) for name in answer} if secrets else ()))
        return response

    @rpc
    def Check(self, request: Any) -> Any:
        """Give the inputs as they go into the state, or every problem."""
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

    @rpc
    def Diff(self, request: Any) -> Any:
        """Say which inputs differ, and what that takes."""
        kind = _kind(request)
        outputs, _ = decode(request.olds)
        old, _ = decode(request.old_inputs) if request.HasField("old_inputs") else (_inputs_of(kind, outputs), None)
        new, _ = decode(request.news)
        region = str(new.get("region") or self._configured.region)
        found = diffing.diff(kind, old, new, outputs=outputs, old_region=outputs.get("region"), region=region)
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

    @rpc
    def Create(self, request: Any) -> Any:
        """Make a resource."""
        kind = _kind(request)
        inputs, secrets = decode(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(
                properties=encode(lifecycle.previewed(kind, inputs), _all(kind, secrets))
            )
        with _hidden(inputs, secrets):
            state = self._whole(lifecycle.create(kind, self._scope(request, inputs), inputs), _all(kind, secrets))
        return provider_pb2.CreateResponse(id=state.id, properties=encode(state.outputs, _all(kind, secrets)))

    @rpc
    def Read(self, request: Any) -> Any:
        """Refresh or import a resource."""
        kind = _kind(request)
        inputs, secrets = decode(request.inputs)
        outputs, more = decode(request.properties)
        known = inputs or _inputs_of(kind, outputs)
        secrets = _all(kind, secrets | more)
        state = lifecycle.read(kind, self._scope(request, known, outputs), request.id, known)
        if state is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=state.id, properties=encode(state.outputs, secrets), inputs=encode(state.inputs, secrets)
        )

    @rpc
    def Update(self, request: Any) -> Any:
        """Change a resource in place."""
        kind = _kind(request)
        outputs, before = decode(request.olds)
        old, _ = decode(request.old_inputs) if request.HasField("old_inputs") else (_inputs_of(kind, outputs), None)
        new, secrets = decode(request.news)
        # what the program no longer gives stands in the outputs as it was, and as secret as it was
        secrets |= {path for path in before if path[0] not in new}
        if request.preview:
            return provider_pb2.UpdateResponse(
                properties=encode({**outputs, **lifecycle.plain(new)}, _all(kind, secrets))
            )
        scope = self._scope(request, new, outputs)
        found = diffing.diff(kind, old, new, outputs=outputs, old_region=None, region=scope.region)
        change = Change(id=request.id, olds=old, news=new, changed=frozenset(found.changed))
        with _hidden(new, secrets):
            state = self._whole(lifecycle.update(kind, scope, change, outputs), _all(kind, secrets))
        return provider_pb2.UpdateResponse(properties=encode(state.outputs, _all(kind, secrets)))

    @rpc
    def Delete(self, request: Any) -> Any:
        """Remove a resource."""
        kind = _kind(request)
        outputs, _ = decode(request.properties)
        old, _ = decode(request.old_inputs)
        lifecycle.delete(kind, self._scope(request, old, outputs), request.id, {**_inputs_of(kind, outputs), **old})
        return Empty()

    def _whole(self, state: lifecycle.State, secrets: frozenset[Path]) -> lifecycle.State:
        if state.reasons:
            raise InitFailed(state, secrets)
        return state


def _kind(request: Any) -> ResourceType:
    return declared(request.type or request.urn.split("::")[2].split("$")[-1])


@contextmanager
def _hidden(values: dict[str, Any], secrets: frozenset[Path]) -> Iterator[None]:
    """Keep secret values out of what is told of a failure."""
    texts = secret_texts(values, secrets)
    try:
        yield
    except Problem as problem:
        raise Problem(problem.code, redacted(problem.text, texts)) from problem
    except InitFailed as failed:
        reasons = tuple(redacted(reason, texts) for reason in failed.state.reasons)
        raise InitFailed(replace(failed.state, reasons=reasons), failed.secrets) from failed


def _inputs_of(kind: ResourceType, outputs: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in outputs.items() if name in kind.facts.inputs or name == "tagsAll"}


def _all(kind: ResourceType, secrets: frozenset[Path]) -> frozenset[Path]:
    """Give the secret inputs, what the SDK always keeps secret, tagsAll's copies, and outputs made of a secret."""
    always = frozenset((name,) for name in kind.facts.secret_outputs)
    told = {str(path[0]) for path in secrets}
    made = frozenset((name,) for name, source in kind.outputs.items() if told & set(fields(source)))
    return secrets | always | made | frozenset(("tagsAll", *path[1:]) for path in secrets if path[0] == "tags")
