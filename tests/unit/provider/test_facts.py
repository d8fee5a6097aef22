import re
from collections.abc import Iterator
from typing import Any

import pytest

from slipway.sandbox.provider.declaration import Call
from slipway.sandbox.provider.facts import FOLDER, facts_of, observed
from slipway.sandbox.provider.facts.bounds import OPERATIONS, UNBOUNDED
from slipway.sandbox.provider.facts.regenerate import text
from slipway.sandbox.provider.types import declared, supported


@pytest.mark.slow
def test_the_shapes_are_what_the_installed_sdk_and_botocore_say() -> None:
    assert (FOLDER / "shapes.json").read_text() == text()


@pytest.mark.parametrize("token", sorted(observed()))
def test_the_sdk_and_the_observation_agree_on_inputs(token: str) -> None:
    facts, entry = facts_of(token), observed()[token]
    assert set(facts.inputs) == set(entry["inputs"])
    assert set(facts.shape.get("required", ())) == set(entry.get("required", ()))


def leaves(shape: Any) -> Iterator[Any]:
    inner = [*shape["object"].values()] if "object" in shape else [shape[k] for k in ("list", "map") if k in shape]
    if inner:
        for item in inner:
            yield from leaves(item)
    else:
        yield shape


@pytest.mark.parametrize("token", supported())
def test_every_pattern_compiles(token: str) -> None:
    for leaf in leaves(facts_of(token).shape):
        re.compile(leaf.get("pattern", ""))


@pytest.mark.parametrize("token", supported())
def test_a_declaration_speaks_of_inputs_that_exist(token: str) -> None:
    kind = declared(token)
    inputs = set(kind.facts.inputs)
    spoken = (
        kind.local
        | kind.write_only
        | kind.documents
        | kind.unordered
        | kind.quiet.keys()
        | kind.computed - {"versionId"}
    )
    for update in kind.update:
        spoken |= (update.props or frozenset()) - {"tagsAll"}
        if isinstance(update.how, Call):
            spoken |= update.how.only or frozenset()
    assert spoken - {"tagsAll"} <= inputs
    assert set(kind.identity) - {"id"} <= inputs
    assert set(kind.outputs) <= kind.facts.outputs


@pytest.mark.parametrize("token", supported())
def test_a_type_that_the_real_provider_names_automatically_is_named_here(token: str) -> None:
    kind = declared(token)
    made_by_aws_s_provider = {
        "aws:cloudwatch/eventTarget:EventTarget": "targetId",
        "aws:lambda/permission:Permission": "statementId",
    }
    expected = kind.facts.auto_name or made_by_aws_s_provider.get(token)
    assert (kind.name.property if kind.name else None) == expected


def test_the_bounds_of_every_type_come_from_a_request_or_there_are_none() -> None:
    by_function = {token for token in supported() if not isinstance(declared(token).create, Call)}
    assert by_function == OPERATIONS.keys() | UNBOUNDED
    assert not OPERATIONS.keys() & UNBOUNDED
