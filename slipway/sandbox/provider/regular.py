"""Runs what is declared: a Call of a type as a request to AWS, an answer as Pulumi's properties."""

from collections.abc import Mapping
from typing import Any

import grpc

from slipway.sandbox.provider.casing import from_aws, members_of, pair_members, properties_of
from slipway.sandbox.provider.declaration import ID, Call, Change, Made, Properties, ResourceType
from slipway.sandbox.provider.problems import Gone, Problem
from slipway.sandbox.provider.scope import Scope
from slipway.sandbox.provider.templates import at_path, fields, filled, parsed, shape_at

NEVER_SENT = frozenset({"tags", "tagsAll", "region", "__defaults"})


def identity(kind: ResourceType, resource_id: str) -> dict[str, str]:
    """Give the properties that an id is made of, and the id itself."""
    found = {ID: resource_id}
    if not kind.id.startswith("@"):
        parts = parsed(kind.id, resource_id)
        if parts is None:
            raise Problem(
                grpc.StatusCode.INVALID_ARGUMENT, f"{resource_id!r} is not an id of {kind.type}: its form is {kind.id}"
            )
        found.update(parts)
    return found


def _model(scope: Scope, kind: ResourceType, operation: str) -> Any:
    client = scope.client(kind.service)
    return client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])


def _run(scope: Scope, kind: ResourceType, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = getattr(scope.client(kind.service), operation)(**request)
    return answer


def _address(kind: ResourceType, call: Call, values: Mapping[str, Any]) -> dict[str, Any]:
    by = kind.identity if call.by is None else call.by
    return {member: values[name] for name, member in by.items() if name in values}


def request_for(
    scope: Scope, kind: ResourceType, call: Call, values: Mapping[str, Any], inputs: Properties
) -> dict[str, Any]:
    """Give the arguments of a call that writes: address, fixed ones, and the properties that it has members for."""
    shape = _model(scope, kind, call.operation).input_shape
    sent = {
        name: value
        for name, value in inputs.items()
        if name not in NEVER_SENT | kind.local and (call.only is None or name in call.only)
    }
    request: dict[str, Any] = {}
    request.update(members_of(sent, shape, kind.renames))
    if call.body:
        request[call.body] = members_of(sent, shape.members[call.body], kind.renames)
    request.update(_address(kind, call, values))
    request.update(call.fixed)
    return request


def create(kind: ResourceType, scope: Scope, inputs: Properties) -> Made:
    """Make a resource; the answer of a declared call is what lies `at` its place."""
    if not isinstance(kind.create, Call):
        return kind.create(scope, inputs)
    call = kind.create
    request = request_for(scope, kind, call, inputs, inputs)
    members = _model(scope, kind, call.operation).input_shape.members
    tags_member = next((name for name in members if name.lower() == "tags"), None)
    if kind.facts.tagged and tags_member and inputs.get("tagsAll"):
        request[tags_member] = _tags_to_aws(inputs["tagsAll"], members[tags_member])
    answer = at_path(_run(scope, kind, call.operation, request), call.at) or {}
    made = at_path(answer, kind.id[1:]) if kind.id.startswith("@") else filled(kind.id, inputs)
    return Made(str(made), answer)


def read(kind: ResourceType, scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    """Say what AWS has of a resource, in Pulumi's form: inputs, outputs, tagsAll. Raises Gone."""
    values = identity(kind, resource_id)
    if not isinstance(kind.read, Call):
        return dict(kind.read(scope, resource_id, known))
    call = kind.read
    answer = at_path(_run(scope, kind, call.operation, {**_address(kind, call, values), **call.fixed}), call.at)
    if answer is None:
        raise Gone
    shape = shape_at(_model(scope, kind, call.operation).output_shape, call.at)
    facts = kind.facts
    if call.into:
        seen: dict[str, Any] = {call.into: from_aws(answer, facts.inputs[call.into], shape, kind.renames)}
    else:
        seen = properties_of(answer, facts.shape, shape, kind.renames)
        for name in ("tags", "region"):
            seen.pop(name, None)
    seen.update({name: value for name, value in values.items() if name in facts.inputs})
    seen.update(outputs(kind, scope, resource_id, seen, answer))
    if kind.tags is not None and facts.tagged:
        seen["tagsAll"] = read_tags(kind, scope, {**values, **seen})
    return seen


def outputs(
    kind: ResourceType, scope: Scope, resource_id: str, inputs: Properties, answer: Mapping[str, Any]
) -> dict[str, Any]:
    """Give the declared computed outputs, from templates and from an answer."""
    values: dict[str, Any] = {**inputs, ID: resource_id}
    found = {}
    for name, source in kind.outputs.items():
        if source.startswith("@"):
            value = at_path(answer, source[1:])
            found[name] = value.strftime("%Y-%m-%dT%H:%M:%SZ") if hasattr(value, "strftime") else value
        else:
            for need in fields(source):
                if need not in values:
                    values[need] = getattr(scope, need)
            found[name] = filled(source, values)
        values[name] = found[name]
    return found


def update(kind: ResourceType, scope: Scope, change: Change, state: Properties) -> None:
    """Run every declared update that one of the changed inputs needs, then bring the tags into line."""
    values = identity(kind, change.id)
    again = not change.changed
    if again and kind.finish:
        # nothing differs: the engine wants a half-made resource to be brought to an end
        kind.finish(scope, change.id, change.news)
    for step in kind.update:
        if step.props is not None and not step.props & change.changed and not again:
            continue
        if step.props is None and change.changed <= kind.local | {"tags", "tagsAll"} and not again:
            continue
        if isinstance(step.how, Call):
            _run(scope, kind, step.how.operation, request_for(scope, kind, step.how, values, change.news))
        else:
            step.how(scope, change)
    if kind.tags is not None and "tagsAll" in change.changed:
        write_tags(kind, scope, {**state, **values}, change.olds.get("tagsAll") or {}, change.news.get("tagsAll") or {})


def delete(kind: ResourceType, scope: Scope, resource_id: str, inputs: Properties) -> None:
    """Remove a resource."""
    if not isinstance(kind.delete, Call):
        kind.delete(scope, resource_id, inputs)
        return
    call = kind.delete
    _run(scope, kind, call.operation, {**_address(kind, call, identity(kind, resource_id)), **call.fixed})


def read_tags(kind: ResourceType, scope: Scope, state: Properties) -> dict[str, str]:
    """All tags of a resource, those of AWS itself (`aws:...`) left out."""
    if kind.tags is None:
        return {}
    answer = _run(scope, kind, kind.tags.read, {kind.tags.parameter: state[kind.tags.by]})
    shape = _model(scope, kind, kind.tags.read).output_shape
    member = next(name for name in shape.members if "tag" in name.lower())
    found = from_aws(answer.get(member) or [], {"map": {"type": "string"}}, shape.members[member])
    return {key: value for key, value in found.items() if not key.startswith("aws:")}


def write_tags(
    kind: ResourceType, scope: Scope, state: Properties, old: Mapping[str, str], new: Mapping[str, str]
) -> None:
    """Remove what went and set what differs."""
    if kind.tags is None:
        return
    address = {kind.tags.parameter: state[kind.tags.by]}
    removed = sorted(old.keys() - new.keys())
    if removed:
        members = _model(scope, kind, kind.tags.remove).input_shape.members
        keys = next(name for name in members if name.lower().endswith(("keys", "toremove")))
        _run(scope, kind, kind.tags.remove, {**address, keys: removed})
    changed = {key: value for key, value in new.items() if old.get(key) != value}
    if changed:
        members = _model(scope, kind, kind.tags.add).input_shape.members
        member = next(name for name in members if name.lower().endswith(("tags", "toadd")))
        _run(scope, kind, kind.tags.add, {**address, member: _tags_to_aws(changed, members[member])})


def _tags_to_aws(tags: Mapping[str, str], shape: Any) -> Any:
    pair = pair_members(shape)
    return [{pair[0]: key, pair[1]: value} for key, value in sorted(tags.items())] if pair else dict(tags)
