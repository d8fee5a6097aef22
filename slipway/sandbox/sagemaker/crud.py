"""Create, describe, list, update and delete of every kind that is only remembered."""

import secrets
import string
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from slipway.sandbox.sagemaker import kinds
from slipway.sandbox.sagemaker.conform import conform
from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.derived import told
from slipway.sandbox.sagemaker.errors import ApiError, in_use, not_found, validation
from slipway.sandbox.sagemaker.feature_groups import feature_group_update
from slipway.sandbox.sagemaker.kind_facts import (
    ARN_PATHS,
    GENERATED,
    ID_PREFIX,
    REMEMBERED,
    STOPPED_FIRST,
    SWITCHES,
    UNDONE,
)
from slipway.sandbox.sagemaker.kinds import Kind
from slipway.sandbox.sagemaker.listing import page
from slipway.sandbox.sagemaker.pipelines.storing import pipeline_definition
from slipway.sandbox.sagemaker.protocol import model, operation_model

Record = dict[str, Any]
Operation = Callable[[Record, Context], Record]

PREPARE: Mapping[str, Callable[[Record, Context], Record]] = {"Pipeline": pipeline_definition}
"""What must be worked out before a resource is remembered."""

MERGE: Mapping[str, Callable[[Record, Record], Record]] = {"FeatureGroup": feature_group_update}
"""Updates that say less than what is there afterwards."""


def create(entry: Kind, params: Record, context: Context) -> Record:
    """Remember a new resource; its name must be free."""
    params = _prepared(entry, params, context)
    now = context.now()
    record = {**params, "CreationTime": now, "LastModifiedTime": now, "CreatedBy": {}, "LastModifiedBy": {}}
    record["Revision"] = 1
    generated = GENERATED.get(entry.noun)
    if generated is not None:
        _require_free_name(entry, params, context)
        record[generated] = ID_PREFIX[generated] + _random(12)
    if entry.status_member is not None and entry.ready is not None:
        record[entry.status_member] = entry.ready
    arn = context.scope.arn(_resource(entry, record))
    record[entry.arn_member] = arn
    record["Arn"] = arn
    key = _key(entry, record)
    if not context.store.create(context.scope, entry.collection, key, record):
        raise _taken(entry, f"{entry.noun} {key} already exists ({arn})")
    return _answer(entry, f"Create{entry.noun}", record, context)


def _prepared(entry: Kind, params: Record, context: Context) -> Record:
    prepare = PREPARE.get(entry.noun)
    return params if prepare is None else prepare(params, context)


def describe(entry: Kind, params: Record, context: Context) -> Record:
    """Everything that is remembered of a resource."""
    operation = f"Describe{entry.noun}"
    return _answer(entry, operation, existing(entry, params, context, operation), context)


def delete(entry: Kind, params: Record, context: Context) -> Record:
    """Forget a resource."""
    operation = f"Delete{entry.noun}"
    record = existing(entry, params, context, operation)
    running = SWITCHES.get(entry.noun, {}).get("Start")
    if entry.noun in STOPPED_FIRST and running is not None and record.get(entry.status_member or "") == running:
        raise validation(f"{entry.noun} {_key(entry, record)} is {running}; stop it before deleting it")
    context.store.delete(context.scope, entry.collection, _key(entry, record))
    return _answer(entry, operation, record, context)


def update(entry: Kind, params: Record, context: Context) -> Record:
    """Change what the request names; members ending in `ToRemove` take keys away."""
    operation = f"Update{entry.noun}"
    record = existing(entry, params, context, operation)
    params = _prepared(entry, params, context)

    def change(current: Record) -> None:
        merge = MERGE.get(entry.noun)
        for name, value in (params if merge is None else merge(current, params)).items():
            if name.endswith("ToRemove"):
                properties = current.get(name.removesuffix("ToRemove"), {})
                for key in value:
                    properties.pop(key, None)
            elif name not in entry.identity:
                current[name] = value
        current["LastModifiedTime"] = context.now()
        current["Revision"] = current.get("Revision", 1) + 1

    changed = context.store.update(context.scope, entry.collection, _key(entry, record), change)
    return _answer(entry, operation, changed, context)


def start(entry: Kind, params: Record, context: Context) -> Record:
    """Switch on what is remembered as switched off."""
    return _switch(entry, "Start", params, context)


def stop(entry: Kind, params: Record, context: Context) -> Record:
    """Switch off what is remembered as switched on; a job that has ended can't be stopped."""
    if entry.undone:
        record = existing(entry, params, context, f"Stop{entry.noun}")
        name = record.get(entry.name_member)
        status = record.get(entry.status_member or "")
        raise validation(f"{entry.noun} {name} is {status}: only one that runs can be stopped")
    return _switch(entry, "Stop", params, context)


def _switch(entry: Kind, verb: str, params: Record, context: Context) -> Record:
    record = existing(entry, params, context, f"{verb}{entry.noun}")
    status = SWITCHES[entry.noun][verb]

    def change(current: Record) -> None:
        current[str(entry.status_member)] = status
        current["LastModifiedTime"] = context.now()

    changed = context.store.update(context.scope, entry.collection, _key(entry, record), change)
    return _answer(entry, f"{verb}{entry.noun}", changed, context)


def listed(entry: Kind, params: Record, context: Context) -> Record:
    """One page of the summaries of a kind."""
    shape = kinds.summary_shape(entry)
    descending = entry.noun in {"Model", "EndpointConfig", "Endpoint", "Pipeline"}
    records, token = page(
        context.store.all(context.scope, entry.collection),
        params,
        name=lambda record: str(record.get(entry.name_member, "")),
        status=entry.status_member,
        descending=descending,
    )
    summaries = [conform(shape, told(entry, record, context)) for record in records]
    return {entry.list_member: summaries, "NextToken": token}


def existing(entry: Kind, params: Record, context: Context, operation: str) -> Record:
    """Return the resource that the parameters name by Describe's identity, by name or by ARN; raises ApiError."""
    found = context.store.get(context.scope, entry.collection, _key(entry, params))
    if found is None:
        wanted = set(params.values()) if len(entry.identity) == 1 else set()
        names = {entry.arn_member, entry.name_member}
        candidates = context.store.all(context.scope, entry.collection) if wanted else []
        arns = {value for value in params.values() if isinstance(value, str)}
        found = next((r for r in candidates if arns & {r.get(n) for n in names} - {None}), None)
    if found is None:
        raise missing(entry, operation, _path(entry, params), context)
    return found


def missing(entry: Kind, operation: str, path: str, context: Context) -> ApiError:
    """Return the error that the operation declares for a resource that is not there."""
    arn = context.scope.arn(f"{entry.arn_word}/{path}")
    declared = {shape.name for shape in operation_model(operation).error_shapes}
    if "ResourceNotFound" in declared:
        return not_found(f"{entry.noun} '{arn}' does not exist.")
    return validation(f'Could not find {entry.arn_word.replace("-", " ")} "{arn}".')


def _taken(entry: Kind, message: str) -> ApiError:
    declared = {shape.name for shape in operation_model(f"Create{entry.noun}").error_shapes}
    if "ResourceInUse" in declared:
        return in_use(message)
    return ApiError("ConflictException", message) if "ConflictException" in declared else validation(message)


def _require_free_name(entry: Kind, params: Record, context: Context) -> None:
    name = params[entry.name_member]
    if any(record.get(entry.name_member) == name for record in context.store.all(context.scope, entry.collection)):
        raise _taken(entry, f"{entry.noun} {name} already exists")


def _key(entry: Kind, record: Record) -> str:
    if entry.identity in {(entry.arn_member,), ("Arn",)}:
        return str(record.get(entry.identity[0], ""))
    return "/".join(str(record.get(member, "")) for member in entry.identity)


def _path(entry: Kind, record: Record) -> str:
    if any(member.endswith("Arn") for member in entry.identity):
        return str(record.get(entry.name_member) or record.get(entry.identity[0], "")).rpartition("/")[2] or _random(32)
    return "/".join(str(record.get(member, "")).lower() for member in entry.identity)


def _resource(entry: Kind, record: Record) -> str:
    pattern = ARN_PATHS.get(entry.noun)
    if pattern is None:
        return f"{entry.arn_word}/{_path(entry, record)}"
    identity = _random(12)
    cluster = str(record.get("ClusterArn", "")).rpartition("/")[2]
    return pattern.format_map(record | {"id": identity, "ID": identity.upper(), "cluster": cluster})


def _answer(entry: Kind, operation: str, record: Record, context: Context) -> Record:
    shape = operation_model(operation).output_shape
    if shape is None:
        return {}
    everything = told(entry, record, context) | {"Success": True}
    if entry.wrapper is not None and entry.wrapper in shape.members:
        everything = {entry.wrapper: everything}
    return {name: everything[name] for name in shape.members if name in everything}


def _random(length: int) -> str:
    return "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(length))


def operations() -> dict[str, Operation]:
    """Return the operations of every remembered kind, and the lists of every kind there is."""
    table: dict[str, Operation] = {}
    for noun in (*REMEMBERED, *UNDONE):
        entry = kinds.kind(noun)
        verbs = {"Create": create, "Describe": describe, "Update": update, "Delete": delete}
        if entry.undone:
            verbs["Stop"] = stop
        for verb in SWITCHES.get(noun, ()):
            verbs[verb] = start if verb == "Start" else stop
        for verb, handler in verbs.items():
            if f"{verb}{noun}" in model().operation_names:
                table[f"{verb}{noun}"] = partial(handler, entry)
    for operation, entry in kinds.by_list_operation().items():
        table[operation] = partial(listed, entry)
    return table
