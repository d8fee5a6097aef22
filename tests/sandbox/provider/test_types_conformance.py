"""Every declared type goes through its life, driven by its case in cases.json.

A case says what is `given`, with what explicit name (`named`), what is `updated` in place and what `replaced` replaces.
`outside` is a change that a boto3 client makes and what a refresh then shows; `removed` is the deletion by boto3, where
it is not the declared one; `not` says why something does not apply.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import grpc
import pytest

from slipway.sandbox.provider.declaration import Call, ResourceType
from slipway.sandbox.provider.diffing import same_document
from slipway.sandbox.provider.protocol import provider_pb2
from slipway.sandbox.provider.regular import identity
from slipway.sandbox.provider.types import declared, supported
from slipway.sandbox.provider.wire import encode

CASES: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "cases.json").read_text())
SERVED_ELSEWHERE = {"aws:sagemaker/endpoint:Endpoint"}
FIELDS = {
    "given", "named", "updated", "replaced", "import_id", "outside", "removed", "not", "outputs_left_out",
    "stays_after_delete",
}  # fmt: skip
NUMBERS = {"integer", "number"}
SAMPLE = {
    "aws:s3/bucket:Bucket",
    "aws:iam/role:Role",
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "aws:ecr/lifecyclePolicy:LifecyclePolicy",
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
    "aws:sagemaker/model:Model",
    "aws:sqs/queue:Queue",
    "aws:glue/catalogDatabase:CatalogDatabase",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
}
"""What `make check` runs: declared and written out, named and addressed by an id, tagged and not."""
LIVES = [pytest.param(name, marks=() if name in SAMPLE else pytest.mark.slow) for name in sorted(CASES)]


def placed(value: Any, world: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for name, item in world.items():
            value = value.replace("{" + name + "}", item)
        return value
    if isinstance(value, dict):
        return {name: placed(item, world) for name, item in value.items()}
    return [placed(item, world) for item in value] if isinstance(value, list) else value


def token_of(name: str) -> str:
    return name.split(maxsplit=1)[0]


def test_every_declared_type_has_a_case() -> None:
    assert set(supported()) == {token_of(name) for name in CASES} | SERVED_ELSEWHERE


def form(shape: Mapping[str, Any]) -> str:
    """Give what sort of value a property takes."""
    if "list" in shape:
        return "list"
    if "object" in shape or "map" in shape:
        return "object"
    return "number" if shape["type"] in NUMBERS else "boolean" if shape["type"] == "boolean" else "string"


def in_place(kind: ResourceType) -> dict[str, set[str]]:
    """Give the properties that AWS changes in place, by their form."""
    facts, found = kind.facts, dict[str, set[str]]()
    never = kind.local | kind.unsupported.keys() | kind.replacing | {"region"}
    for name in facts.inputs.keys() - never:
        found.setdefault("tags" if name == "tags" else form(facts.inputs[name]), set()).add(name)
    return found


@pytest.mark.parametrize("token", sorted(set(supported()) - SERVED_ELSEWHERE))
def test_the_cases_of_a_type_change_a_property_of_every_form_or_say_why_not(token: str) -> None:
    cases = {name: case for name, case in CASES.items() if token_of(name) == token}
    kind, problems = declared(token), []
    excused = {said for case in cases.values() for said in case.get("not", {})}
    changed = {name for case in cases.values() for name in case.get("updated", {})}
    for shape, names in in_place(kind).items():
        covered = bool(names & changed)
        if covered == (f"update {shape}" in excused):
            problems.append(f"{shape}: {'excused and covered' if covered else f'none of {sorted(names)}'}")
    for name, case in cases.items():
        assert case.keys() <= FIELDS
        if ("outside" in case) == ("outside" in case.get("not", {})):
            problems.append(f"{name}: give outside, or not.outside with the reason")
        if not isinstance(kind.delete, Call) and ("removed" in case) == ("removal" in case.get("not", {})):
            problems.append(f"{name}: give removed, or not.removal with the reason")
    assert not problems


def call(boto: Any, world: Mapping[str, str], resource: Any, asked: Any) -> None:
    """Do something outside the provider: [service, operation, request]."""
    service, operation, request = asked
    values = {**world, "id": resource.id, "arn": str(resource.outputs.get("arn", ""))}
    getattr(boto(service), operation)(**placed(request, values))


def shows(seen: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict) and isinstance(seen, Mapping):
        return all(name in seen and shows(seen[name], value) for name, value in wanted.items())
    if isinstance(wanted, list) and isinstance(seen, list):
        return len(seen) == len(wanted) and all(shows(*pair) for pair in zip(seen, wanted, strict=True))
    return same_document(seen, wanted)


def replaces(engine: Any, resource: Any, news: Mapping[str, Any]) -> set[str]:
    """Give what Diff alone says: the new inputs need not be ones that Check lets through."""
    answer = engine.stub.Diff(
        provider_pb2.DiffRequest(
            id=resource.id,
            olds=encode(resource.outputs),
            old_inputs=encode(resource.inputs),
            news=encode(news),
            **resource.address(),
        )
    )
    return set(answer.replaces)


def another(value: Any, shape: Mapping[str, Any]) -> Any:
    """Give some other value of a shape: what is nested is taken away where it is, and put where it is not."""
    if "object" in shape or "map" in shape or "list" in shape:
        if value:
            return None
        if "list" in shape:
            return [another(None, shape["list"])]
        inner = shape.get("object", {"key": {"type": "string"}})
        return {name: another(None, item) for name, item in inner.items()}
    if shape["type"] == "boolean":
        return not value
    return int(value or 0) + 1 if shape["type"] in NUMBERS else f"{value or ''}-other"


@pytest.mark.parametrize("name", LIVES)
def test_a_type_lives_its_whole_life(name: str, engine: Any, boto: Any, world: dict[str, str]) -> None:
    token, case = token_of(name), placed(CASES[name], world)
    kind, excused = declared(token), case.get("not", {})
    given = {**case["given"], **case.get("named", {})}
    resource = engine.create(token, "conformance", given)
    gone = False
    try:
        _is_what_was_asked_for(engine, kind, resource, given, case)
        if "import" not in excused:
            _is_imported(engine, token, resource, given, case)
        if "updated" in case:
            given = {**given, **case["updated"]}
            answer = engine.update(resource, given)
            assert set(answer.diffs) >= set(case["updated"])
            assert engine.refresh(resource)
            again, _ = engine.diff(resource, given)
            assert not again.diffs, dict(again.detailedDiff)
        _is_replaced(engine, kind, resource, given, case)
        if "outside" in case:
            call(boto, world, resource, case["outside"]["call"])
            assert engine.refresh(resource)
            assert shows(resource.inputs, case["outside"]["shows"]), resource.inputs
        if "removal" not in excused:
            _is_gone_when_removed_outside(engine, boto, world, kind, resource, case)
            gone = True
    finally:
        if not gone:
            engine.delete(resource)
    if gone:
        resource = engine.create(token, "conformance", {**case["given"], **case.get("named", {})})
        engine.delete(resource)
    if not case.get("stays_after_delete"):
        assert not engine.refresh(resource)
        if "import" not in excused:
            assert engine.imported(token, "conformance", case.get("import_id", resource.id)) is None
    engine.delete(resource)


def _is_what_was_asked_for(engine: Any, kind: ResourceType, resource: Any, given: Any, case: Any) -> None:
    assert resource.id
    missing = kind.facts.outputs - resource.outputs.keys() - {"tagsAll", *case.get("outputs_left_out", ())}
    assert not missing - {"websiteDomain", "websiteEndpoint"} - optional(kind.type), sorted(missing)
    created = dict(resource.inputs)
    assert engine.refresh(resource)
    assert resource.inputs == created
    same, _ = engine.diff(resource, given)
    assert not same.diffs, dict(same.detailedDiff)


def _is_imported(engine: Any, token: str, resource: Any, given: Any, case: Any) -> None:
    imported = engine.imported(token, "conformance", case.get("import_id", resource.id))
    assert imported is not None
    assert imported.id == resource.id
    after_import, _ = engine.diff(imported, given)
    assert not after_import.diffs, dict(after_import.detailedDiff)


def _is_replaced(engine: Any, kind: ResourceType, resource: Any, given: Any, case: Any) -> None:
    assert bool(case.get("replaced")) == bool(kind.replacing)
    if "replaced" in case:
        replacing, _ = engine.diff(resource, {**given, **case["replaced"]})
        assert set(replacing.replaces) & set(case["replaced"])
    silent = set()
    for name in sorted(kind.replacing):
        other = another(resource.inputs.get(name), kind.facts.inputs[name])
        news = {**resource.inputs, name: other}
        if name not in replaces(engine, resource, {key: value for key, value in news.items() if value is not None}):
            silent.add(name)
    assert not silent, f"no replacement for {sorted(silent)}"


def _is_gone_when_removed_outside(
    engine: Any, boto: Any, world: Mapping[str, str], kind: ResourceType, resource: Any, case: Any
) -> None:
    if "removed" in case:
        call(boto, world, resource, case["removed"])
    else:
        assert isinstance(kind.delete, Call)
        values = identity(kind, resource.id)
        by = kind.identity if kind.delete.by is None else kind.delete.by
        request = {member: values[prop] for prop, member in by.items() if prop in values}
        call(boto, world, resource, [kind.service, kind.delete.operation, {**request, **kind.delete.fixed}])
    assert not engine.refresh(resource)
    engine.delete(resource)


def optional(token: str) -> set[str]:
    """Give outputs that exist for some resources of the type only."""
    checksums = {name for name in declared(token).facts.outputs if name.startswith("checksum")}
    return checksums | {"beginningArchiveTime"}


@pytest.mark.slow
def test_an_id_of_the_wrong_form_is_refused(engine: Any) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        engine.imported("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "a", "no-slash")
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
