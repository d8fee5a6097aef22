"""The calls to one provider process. Values are encoded and decoded here and nowhere else on this side."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import grpc
from google.protobuf import empty_pb2, struct_pb2

from slipway.engine import urn as urns
from slipway.engine.codec import wire
from slipway.engine.protocol import CHANNEL_OPTIONS, plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2
from slipway.engine.providers.answers import (
    CheckAnswer,
    CheckFailure,
    DiffAnswer,
    InvokeAnswer,
    MadeAnswer,
    PropertyDiff,
    ProviderError,
)
from slipway.engine.providers.process import PluginProcess
from slipway.engine.values import Properties, mark_secrets_like, unwrap

INTERNAL = "__internal"
HANDSHAKE_LIMIT = 30.0
_CHANGES = {0: "unknown", 1: "none", 2: "some"}
_UNCERTAIN = (grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL, grpc.StatusCode.DATA_LOSS)


class ProviderClient:
    """One provider process and the conversation with it."""

    def __init__(self, process: PluginProcess, package: str, engine_address: str, plugin_folder: str) -> None:
        self.process = process
        self.package = package
        self._channel = grpc.insecure_channel(f"127.0.0.1:{process.port()}", options=CHANNEL_OPTIONS)
        self._stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        self._dialect = wire.FULL
        self._handshake(engine_address, plugin_folder)

    # -- the conversation as such

    def _call(self, method: Callable[..., Any], request: Any, what: str) -> Any:
        try:
            return method(request)
        except grpc.RpcError as error:
            raise self._failure(error, what) from error

    def _failure(self, error: Any, what: str) -> ProviderError:
        """Return what a failed call means; a dead process is told apart from one that refuses."""
        if error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED) and self._gone():
            return ProviderError(
                f"the provider '{self.package}' ended during {what}: {self.process.death()}",
                state_unknown=True,
                lost=True,
            )
        return ProviderError(error.details() or str(error.code()), state_unknown=error.code() in _UNCERTAIN)

    def _gone(self) -> bool:
        return not self.process.alive or "still runs" not in self.process.death()

    def _handshake(self, engine_address: str, folder: str) -> None:
        request = provider_pb2.ProviderHandshakeRequest(
            engine_address=engine_address,
            root_directory=folder,
            program_directory=folder,
            configure_with_urn=True,
            invoke_with_preview=True,
        )
        call: Any = self._stub.Handshake.future(request, wait_for_ready=True, timeout=HANDSHAKE_LIMIT)
        while True:
            try:
                answer = call.result(timeout=0.2)
                break
            except grpc.FutureTimeoutError:
                if not self.process.alive:  # nobody will ever listen at its port
                    call.cancel()
                    raise ProviderError(f"the provider '{self.package}' ended: {self.process.death()}") from None
            except grpc.RpcError as error:
                failure: Any = error
                if failure.code() == grpc.StatusCode.UNIMPLEMENTED:
                    return
                if failure.code() == grpc.StatusCode.DEADLINE_EXCEEDED:
                    raise ProviderError(
                        f"the provider '{self.package}' printed port {self.process.port()} and did not answer there "
                        f"within {HANDSHAKE_LIMIT:.0f} s; is it a resource provider?"
                    ) from error
                raise self._failure(error, "Handshake") from error
        self._dialect = wire.Dialect(secrets=answer.accept_secrets, resources=answer.accept_resources)

    def version(self) -> str:
        """Return the version that the plugin says it has."""
        info: plugin_pb2.PluginInfo = self._call(self._stub.GetPluginInfo, empty_pb2.Empty(), "GetPluginInfo")
        return info.version

    def cancel(self) -> None:
        """Tell the provider that the operation is over."""
        try:
            self._stub.Cancel(empty_pb2.Empty(), timeout=1)
        except grpc.RpcError:
            return  # a provider that can't be told is ended anyway

    def close(self) -> None:
        """Close the connection."""
        self._channel.close()

    def _struct(self, properties: Mapping[str, Any]) -> struct_pb2.Struct:
        return wire.encode_struct(properties, self._dialect)

    # -- configuration

    def check_config(self, urn: str, olds: Properties | None, news: Properties) -> CheckAnswer:
        """Check the inputs of the provider resource itself. Secrets go plain here, whatever the provider accepts."""
        request = provider_pb2.CheckRequest(
            urn=urn,
            name=urns.name_of(urn),
            type=urns.type_of(urn),
            olds=wire.encode_struct(_external(olds or {}), wire.PLAIN),
            news=wire.encode_struct(_external(news), wire.PLAIN),
        )
        try:
            answer = self._stub.CheckConfig(request)
        except grpc.RpcError as error:
            if error.code() == grpc.StatusCode.UNIMPLEMENTED:
                return CheckAnswer(inputs=news)
            raise self._failure(error, "CheckConfig") from error
        inputs = mark_secrets_like(wire.decode_struct(answer.inputs), news)
        if INTERNAL in news:
            inputs[INTERNAL] = news[INTERNAL]
        return CheckAnswer(inputs=inputs, failures=_failures(answer.failures))

    def diff_config(
        self, urn: str, id_: str, old_inputs: Properties, olds: Properties, news: Properties, ignore: Iterable[str] = ()
    ) -> DiffAnswer:
        """Compare two configurations of the provider resource."""
        request = provider_pb2.DiffRequest(
            urn=urn,
            id=id_,
            name=urns.name_of(urn),
            type=urns.type_of(urn),
            old_inputs=wire.encode_struct(_external(old_inputs), wire.PLAIN),
            olds=wire.encode_struct(_external(olds), wire.PLAIN),
            news=wire.encode_struct(_external(news), wire.PLAIN),
            ignoreChanges=list(ignore),
        )
        try:
            answer = self._stub.DiffConfig(request)
        except grpc.RpcError as error:
            if error.code() == grpc.StatusCode.UNIMPLEMENTED:
                return DiffAnswer(changes="unknown")
            raise self._failure(error, "DiffConfig") from error
        return _diff_answer(answer)

    def configure(self, urn: str, id_: str, inputs: Properties) -> None:
        """Give the provider its configuration, once."""
        args = _external(inputs)
        variables = {
            f"{self.package}:config:{key}": value if isinstance(value, str) else json.dumps(value)
            for key, value in unwrap(args).items()
            if key not in ("version", "pluginDownloadURL")
        }
        request = provider_pb2.ConfigureRequest(
            urn=urn,
            id=id_,
            name=urns.name_of(urn),
            type=urns.type_of(urn),
            args=wire.encode_struct(args),
            variables=variables,
            acceptSecrets=True,
            acceptResources=True,
            sends_old_inputs=True,
            sends_old_inputs_to_delete=True,
        )
        answer = self._call(self._stub.Configure, request, "Configure")
        # A provider without Handshake says here what it accepts.
        if answer.acceptSecrets or answer.acceptResources:
            self._dialect = wire.Dialect(secrets=answer.acceptSecrets, resources=answer.acceptResources)

    # -- resources

    def check(self, urn: str, olds: Properties | None, news: Properties, seed: bytes) -> CheckAnswer:
        """Check the inputs of a resource."""
        request = provider_pb2.CheckRequest(
            urn=urn,
            name=urns.name_of(urn),
            type=urns.type_of(urn),
            olds=self._struct(olds or {}),
            news=self._struct(news),
            randomSeed=seed,
        )
        answer = self._call(self._stub.Check, request, f"Check of {urn}")
        return CheckAnswer(
            inputs=self._remark(wire.decode_struct(answer.inputs), news), failures=_failures(answer.failures)
        )

    def _remark(self, found: Properties, model: Properties) -> Properties:
        """Make secret again what the provider could not be told to be."""
        return found if self._dialect.secrets else mark_secrets_like(found, model)

    def diff(
        self, urn: str, id_: str, old_inputs: Properties, olds: Properties, news: Properties, ignore: Iterable[str] = ()
    ) -> DiffAnswer:
        """Compare old and new inputs of a resource."""
        request = provider_pb2.DiffRequest(
            urn=urn,
            id=id_,
            name=urns.name_of(urn),
            type=urns.type_of(urn),
            old_inputs=self._struct(old_inputs),
            olds=self._struct(olds),
            news=self._struct(news),
            ignoreChanges=list(ignore),
        )
        return _diff_answer(self._call(self._stub.Diff, request, f"Diff of {urn}"))

    def create(self, urn: str, inputs: Properties, timeout: float, *, preview: bool) -> MadeAnswer:
        """Make a resource, or say what would be made."""
        request = provider_pb2.CreateRequest(
            urn=urn,
            name=urns.name_of(urn),
            type=urns.type_of(urn),
            properties=self._struct(inputs),
            timeout=timeout,
            preview=preview,
        )
        return self._made(self._stub.Create, request, inputs, f"Create of {urn}")

    def update(
        self,
        urn: str,
        id_: str,
        old_inputs: Properties,
        olds: Properties,
        news: Properties,
        timeout: float,
        ignore: Iterable[str],
        *,
        preview: bool,
    ) -> MadeAnswer:
        """Change a resource in place, or say what it would become."""
        request = provider_pb2.UpdateRequest(
            urn=urn,
            id=id_,
            name=urns.name_of(urn),
            type=urns.type_of(urn),
            old_inputs=self._struct(old_inputs),
            olds=self._struct(olds),
            news=self._struct(news),
            timeout=timeout,
            ignoreChanges=list(ignore),
            preview=preview,
        )
        return self._made(self._stub.Update, request, news, f"Update of {urn}", id_)

    def read(self, urn: str, id_: str, inputs: Properties, properties: Properties, timeout: float = 0.0) -> MadeAnswer:
        """Look at what exists; an answer without id means that it does not."""
        request = provider_pb2.ReadRequest(
            urn=urn,
            id=id_,
            name=urns.name_of(urn),
            type=urns.type_of(urn),
            inputs=self._struct(inputs),
            properties=self._struct(properties),
            timeout=timeout,
        )
        return self._made(self._stub.Read, request, inputs, f"Read of {urn}")

    def delete(self, urn: str, id_: str, old_inputs: Properties, outputs: Properties, timeout: float) -> None:
        """Remove a resource."""
        request = provider_pb2.DeleteRequest(
            urn=urn,
            id=id_,
            name=urns.name_of(urn),
            type=urns.type_of(urn),
            old_inputs=self._struct(old_inputs),
            properties=self._struct(outputs),
            timeout=timeout,
        )
        self._call(self._stub.Delete, request, f"Delete of {urn}")

    def invoke(self, token: str, args: Properties, *, preview: bool) -> InvokeAnswer:
        """Call a function."""
        request = provider_pb2.InvokeRequest(tok=token, args=self._struct(args), preview=preview)
        answer = self._call(self._stub.Invoke, request, f"Invoke of {token}")
        return InvokeAnswer(result=wire.decode_struct(getattr(answer, "return")), failures=_failures(answer.failures))

    def _made(
        self, method: Callable[..., Any], request: Any, model: Properties, what: str, id_: str = ""
    ) -> MadeAnswer:
        """Make the call; a resource that came out half made is an answer, not an error."""
        init_errors: tuple[str, ...] = ()
        try:
            answer = method(request)
        except grpc.RpcError as error:
            answer = _half_made(error)
            if answer is None:
                raise self._failure(error, what) from error
            init_errors = tuple(answer.reasons) or ("the provider gave no reason",)
        outputs = self._remark(wire.decode_struct(answer.properties), model)
        told = "inputs" in answer.DESCRIPTOR.fields_by_name and answer.HasField("inputs")
        inputs = self._remark(wire.decode_struct(answer.inputs), model) if told else None
        return MadeAnswer(id=getattr(answer, "id", "") or id_, outputs=outputs, inputs=inputs, init_errors=init_errors)


def _external(properties: Properties) -> Properties:
    """Leave out what the engine keeps for itself among the inputs of a provider resource."""
    return {key: value for key, value in properties.items() if key != INTERNAL}


def _failures(raw: Iterable[Any]) -> tuple[CheckFailure, ...]:
    return tuple(CheckFailure(property=item.property, reason=item.reason) for item in raw)


def _diff_answer(raw: provider_pb2.DiffResponse) -> DiffAnswer:
    detailed = None
    if raw.hasDetailedDiff or raw.detailedDiff:
        detailed = {
            path: PropertyDiff(
                kind=provider_pb2.PropertyDiff.Kind.Name(item.kind).lower().replace("_", "-"),
                input_diff=item.inputDiff,
            )
            for path, item in raw.detailedDiff.items()
        }
    return DiffAnswer(
        changes=_CHANGES[raw.changes],  # type: ignore[arg-type]
        replace_keys=tuple(raw.replaces),
        changed_keys=tuple(raw.diffs),
        detailed=detailed,
        delete_before_replace=raw.deleteBeforeReplace,
    )


def _half_made(error: Any) -> provider_pb2.ErrorResourceInitFailed | None:
    """Return the details of an error that says: the resource exists and is not fit for use."""
    for key, value in error.trailing_metadata() or ():
        if key != "grpc-status-details-bin":
            continue
        status = status_pb2.Status.FromString(value)
        for detail in status.details:
            if detail.Is(provider_pb2.ErrorResourceInitFailed.DESCRIPTOR):
                found = provider_pb2.ErrorResourceInitFailed()
                detail.Unpack(found)
                return found
    return None
