"""The calls to one policy pack's process. Values are encoded and decoded here and nowhere else on this side."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import grpc
from google.protobuf import empty_pb2, json_format

from slipway.engine import urn as urns
from slipway.engine.codec import wire
from slipway.engine.config import ConfigValue
from slipway.engine.errors import EngineError
from slipway.engine.policies.findings import Findings, Kind, Level, PackInfo, Policy, Remedy, Seen, Violation
from slipway.engine.protocol import CHANNEL_OPTIONS, analyzer_pb2, analyzer_pb2_grpc
from slipway.engine.providers.process import LEAVE_LIMIT, PluginProcess
from slipway.engine.values import Properties

# The pack's side knows secrets, and knows no references to resources.
_DIALECT = wire.Dialect(secrets=True, resources=False)
_LEVELS: dict[int, Level] = {0: "advisory", 1: "mandatory", 2: "disabled", 3: "remediate"}
_NUMBERS = {name: number for number, name in _LEVELS.items()}
_KINDS: dict[int, Kind] = {0: "", 1: "resource", 2: "stack"}
_SEVERITIES = {0: "", 1: "low", 2: "medium", 3: "high", 4: "critical"}


class PackClient:
    """One policy pack's process and the conversation with it."""

    def __init__(self, process: PluginProcess, label: str) -> None:
        self.process = process
        self._label = label
        self._channel = grpc.insecure_channel(f"127.0.0.1:{process.port()}", options=CHANNEL_OPTIONS)
        self._stub = analyzer_pb2_grpc.AnalyzerStub(self._channel)

    def _call(self, method: Callable[..., Any], request: Any, what: str, *, optional: bool = False) -> Any:
        try:
            return method(request, wait_for_ready=True)
        except grpc.RpcError as error:
            if optional and error.code() is grpc.StatusCode.UNIMPLEMENTED:
                return None
            reason = error.details() or str(error.code())
            if error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED) and not self._alive():
                reason = f"it ended: {self.process.death()}"
            raise EngineError(f"policy pack {self._label} failed during {what}: {reason}") from error

    def _alive(self) -> bool:
        return self.process.alive and "still runs" in self.process.death()

    # -- before the first resource

    def handshake(self, engine_address: str, folder: str) -> None:
        """Say who is asking; packs of older SDKs do not know the call."""
        request = analyzer_pb2.AnalyzerHandshakeRequest(
            engine_address=engine_address, root_directory=folder, program_directory=folder
        )
        self._call(self._stub.Handshake, request, "Handshake", optional=True)

    def info(self) -> PackInfo:
        """Return what the pack says of itself."""
        told = self._call(self._stub.GetAnalyzerInfo, empty_pb2.Empty(), "GetAnalyzerInfo")
        policies = [
            Policy(
                name=policy.name,
                level=_LEVELS[policy.enforcementLevel],
                kind=_KINDS.get(policy.policy_type, ""),
                schema=json_format.MessageToDict(policy.configSchema.properties),
                required=tuple(policy.configSchema.required),
            )
            for policy in told.policies
        ]
        initial = {
            name: {"enforcementLevel": _LEVELS[config.enforcementLevel]} | json_format.MessageToDict(config.properties)
            for name, config in told.initialConfig.items()
        }
        return PackInfo(
            name=told.name,
            version=told.version,
            policies=tuple(sorted(policies, key=lambda policy: policy.name)),
            initial_config=initial,
        )

    def configure_stack(
        self, *, project: str, stack: str, organization: str, dry_run: bool, config: Mapping[str, ConfigValue]
    ) -> None:
        """Tell the pack which stack it is about."""
        request = analyzer_pb2.AnalyzerStackConfigureRequest(
            project=project,
            stack=stack,
            organization=organization,
            dry_run=dry_run,
            config={key: item.value for key, item in config.items()},
            config_secret_keys=[key for key, item in config.items() if item.secret],
        )
        self._call(self._stub.ConfigureStack, request, "ConfigureStack", optional=True)

    def configure(self, config: Mapping[str, tuple[Level, Mapping[str, Any]]]) -> None:
        """Give each policy its level and its values."""
        entries: dict[str, Any] = {}
        for name, (level, values) in config.items():
            entry = analyzer_pb2.PolicyConfig(enforcementLevel=_NUMBERS[level])  # type: ignore[arg-type]
            entry.properties.update(dict(values))
            entries[name] = entry
        self._call(self._stub.Configure, analyzer_pb2.ConfigureAnalyzerRequest(policyConfig=entries), "Configure")

    # -- resources

    def remediate(self, seen: Seen) -> Findings:
        """Let the pack put right what it can in the inputs of a resource that is about to be made."""
        # Only here does a pack see the engine's own keys (__defaults): what it returns replaces the inputs.
        request = _request(seen, wire.encode_struct(seen.properties, _DIALECT))
        told = self._call(self._stub.Remediate, request, f"Remediate of {seen.goal.urn}", optional=True)
        if told is None:
            return Findings()
        return Findings(
            remedies=tuple(
                Remedy(
                    policy=one.policyName,
                    properties=wire.decode_struct(one.properties) if one.HasField("properties") else None,
                    diagnostic=one.diagnostic,
                )
                for one in told.remediations
            ),
            not_applicable=frozenset(one.policy_name for one in told.not_applicable),
        )

    def analyze(self, seen: Seen) -> Findings:
        """Ask about a resource that is about to be made."""
        request = _request(seen, _visible(seen.properties))
        return _findings(self._call(self._stub.Analyze, request, f"Analyze of {seen.goal.urn}"))

    def analyze_stack(self, resources: list[tuple[Seen, str]]) -> Findings:
        """Ask about everything that is there in the end; each resource with its parent."""
        request = analyzer_pb2.AnalyzeStackRequest(resources=[_resource(seen, parent) for seen, parent in resources])
        told = self._call(self._stub.AnalyzeStack, request, "AnalyzeStack", optional=True)
        return Findings() if told is None else _findings(told)

    # -- the end

    def close(self) -> None:
        """End the process: interrupted first, killed when it does not leave."""
        self.process.interrupt()
        self.process.finish(time.monotonic() + LEAVE_LIMIT)
        self._channel.close()


def _findings(told: Any) -> Findings:
    return Findings(
        violations=tuple(
            Violation(
                policy=one.policyName,
                # a remedy that left something to object to is no remedy
                level="mandatory" if one.enforcementLevel == _NUMBERS["remediate"] else _LEVELS[one.enforcementLevel],
                message=one.message,
                urn=one.urn,
                severity=_SEVERITIES.get(one.severity, ""),
            )
            for one in told.diagnostics
        ),
        not_applicable=frozenset(one.policy_name for one in told.not_applicable),
    )


def _visible(properties: Properties) -> Any:
    """Encode properties without the engine's own."""
    return wire.encode_struct(_without_internal(properties), _DIALECT)


def _without_internal(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_internal(item) for key, item in value.items() if not key.startswith("__")}
    return [_without_internal(item) for item in value] if isinstance(value, list) else value


def _common(seen: Seen) -> dict[str, Any]:
    goal = seen.goal
    timeouts = {name: goal.custom_timeouts.get(name, 0.0) for name in ("create", "update", "delete")}
    options = analyzer_pb2.AnalyzerResourceOptions(
        protect=goal.protect,
        ignoreChanges=goal.ignore_changes,
        deleteBeforeReplace=bool(goal.delete_before_replace),
        deleteBeforeReplaceDefined=goal.delete_before_replace is not None,
        additionalSecretOutputs=goal.additional_secret_outputs,
        aliases=goal.alias_urns,
        customTimeouts=analyzer_pb2.AnalyzerResourceOptions.CustomTimeouts(**timeouts),
        parent=goal.parent,
    )
    common: dict[str, Any] = {"urn": goal.urn, "type": goal.type, "name": goal.name, "options": options}
    if seen.provider is not None:
        type_ = urns.type_of(seen.provider.urn)
        common["provider"] = analyzer_pb2.AnalyzerProviderResource(
            urn=seen.provider.urn,
            type=type_,
            name=urns.name_of(seen.provider.urn),
            properties=_visible(seen.provider.inputs),
        )
    return common


def _request(seen: Seen, properties: Any) -> Any:
    return analyzer_pb2.AnalyzeRequest(properties=properties, **_common(seen))


def _resource(seen: Seen, parent: str) -> Any:
    goal = seen.goal
    needs = {
        name: analyzer_pb2.AnalyzerPropertyDependencies(urns=found)
        for name, found in goal.property_dependencies.items()
        if found
    }
    return analyzer_pb2.AnalyzerResource(
        properties=_visible(seen.properties),
        parent=parent,
        dependencies=goal.dependencies,
        propertyDependencies=needs,
        **_common(seen),
    )
