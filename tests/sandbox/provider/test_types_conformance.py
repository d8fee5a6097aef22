"""Every declared type goes through a whole life, driven by its case in cases.json."""

import json
from pathlib import Path
from typing import Any

import grpc
import pytest

from slipway.sandbox.provider.types import declared, supported

CASES = json.loads((Path(__file__).parent / "cases.json").read_text())
SERVED_ELSEWHERE = {"aws:sagemaker/endpoint:Endpoint"}


def placed(value: Any, world: dict[str, str]) -> Any:
    if isinstance(value, str):
        for name, item in world.items():
            value = value.replace("{" + name + "}", item)
        return value
    if isinstance(value, dict):
        return {name: placed(item, world) for name, item in value.items()}
    return [placed(item, world) for item in value] if isinstance(value, list) else value


def test_every_declared_type_has_a_case() -> None:
    assert set(supported()) == {name.split()[0] for name in CASES} | SERVED_ELSEWHERE


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(CASES))
def test_a_type_is_created_read_changed_imported_and_deleted(name: str, engine: Any, world: dict[str, str]) -> None:
    token, case = name.split(maxsplit=1)[0], placed(CASES[name], world)
    given = {**case["given"], **case.get("named", {})}
    resource = engine.create(token, "conformance", given)
    try:
        assert resource.id
        missing = (
            declared(token).facts.outputs - resource.outputs.keys() - {"tagsAll", *case.get("outputs_left_out", ())}
        )
        assert not missing - {"websiteDomain", "websiteEndpoint"} - optional(token), (
            f"outputs left out: {sorted(missing)}"
        )

        created = dict(resource.inputs)
        assert engine.refresh(resource)
        assert resource.inputs == created

        same, _ = engine.diff(resource, given)
        assert not same.diffs, dict(same.detailedDiff)

        if "import" not in case.get("not", {}):
            imported = engine.imported(token, "conformance", case.get("import_id", resource.id))
            assert imported is not None
            assert imported.id == resource.id
            after_import, _ = engine.diff(imported, given)
            assert not after_import.diffs, dict(after_import.detailedDiff)

        if "updated" in case:
            changed = {**given, **case["updated"]}
            answer = engine.update(resource, changed)
            assert set(answer.diffs) >= set(case["updated"])
            assert engine.refresh(resource)
            again, _ = engine.diff(resource, changed)
            assert not again.diffs, dict(again.detailedDiff)
            given = changed

        assert bool(case.get("replaced")) == bool(declared(token).facts.replace_on)
        if "replaced" in case:
            replacing, _ = engine.diff(resource, {**given, **case["replaced"]})
            assert set(replacing.replaces) & set(case["replaced"])
    finally:
        engine.delete(resource)
    if not case.get("stays_after_delete"):
        assert not engine.refresh(resource)
        if "import" not in case.get("not", {}):
            assert engine.imported(token, "conformance", case.get("import_id", resource.id)) is None
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
