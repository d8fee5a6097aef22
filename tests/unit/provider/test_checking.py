from typing import Any

import pytest

from slipway.sandbox.provider.checking import check
from slipway.sandbox.provider.types import declared
from slipway.sandbox.provider.wire import UNKNOWN

POLICY = "aws:cloudwatch/logResourcePolicy:LogResourcePolicy"


def problems(token: str, given: dict[str, Any]) -> dict[str, str]:
    """Return what Check says of some inputs: reason by property."""
    found = check(
        declared(token),
        given,
        {},
        frozenset(),
        urn=f"urn:pulumi:dev::slipway::{token}::name",
        seed=bytes(32),
        autonaming=None,
        default_tags={},
    )
    return {str(path[0]): reason for path, reason in found.problems}


def test_of_a_policys_two_places_exactly_one_is_given() -> None:
    group = "arn:aws:logs:us-east-1:123456789012:log-group:a"
    both = problems(POLICY, {"policyDocument": "{}", "policyName": "events", "resourceArn": group})
    told = "exactly one of policyName, resourceArn must be given, got policyName and resourceArn"
    assert both == {"policyName": told, "resourceArn": told}
    assert problems(POLICY, {"policyDocument": "{}"})["policyName"].endswith("got none")


@pytest.mark.parametrize("name", ["policyName", "resourceArn"])
@pytest.mark.parametrize("value", ["arn:aws:logs:us-east-1:123456789012:log-group:a", UNKNOWN])
def test_a_place_that_is_given_or_not_yet_known_is_enough(name: str, value: Any) -> None:
    assert problems(POLICY, {"policyDocument": "{}", name: value}) == {}
