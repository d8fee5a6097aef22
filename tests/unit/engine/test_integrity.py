"""States that do not hold together are refused before anything is done."""

import pytest

from slipway.engine.errors import EngineError
from slipway.engine.state.integrity import verify
from slipway.engine.state.resource import ResourceState

PROVIDER = ResourceState(urn="urn:p", type="pulumi:providers:lab", custom=True, id="1")


def thing(urn: str, **fields: object) -> ResourceState:
    return ResourceState(urn=urn, type="lab:index:Thing", custom=True, id="i", **fields)  # type: ignore[arg-type]


def test_each_resource_may_need_what_stands_before_it() -> None:
    verify([PROVIDER, thing("urn:a", provider="urn:p::1"), thing("urn:b", provider="urn:p::1", dependencies=["urn:a"])])


@pytest.mark.parametrize(
    "fields",
    [
        {"dependencies": ["urn:a"]},
        {"property_dependencies": {"x": ["urn:a"]}},
        {"parent": "urn:a"},
        {"deleted_with": "urn:a"},
    ],
)
def test_what_a_resource_needs_may_neither_be_missing_nor_stand_after_it(fields: dict[str, object]) -> None:
    with pytest.raises(EngineError, match="urn:b needs urn:a, which is not there"):
        verify([thing("urn:b", **fields)])
    with pytest.raises(EngineError, match="urn:b needs urn:a, which stands after it"):
        verify([thing("urn:b", **fields), thing("urn:a")])


def test_a_provider_is_known_by_urn_and_id() -> None:
    with pytest.raises(EngineError, match="urn:a refers to the provider urn:p::2, which is not there before it"):
        verify([PROVIDER, thing("urn:a", provider="urn:p::2")])


def test_a_urn_stands_twice_only_while_all_but_one_wait_for_their_deletion() -> None:
    verify([thing("urn:a"), thing("urn:a", delete=True), thing("urn:a", delete=True)])
    with pytest.raises(EngineError, match=r"two live resources have the URN urn:a.*`pulumi stack export"):
        verify([thing("urn:a"), thing("urn:a")])
