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


def test_what_only_this_provider_needs_and_what_it_cannot_do_are_refused_with_a_reason() -> None:
    found = problems(POLICY, {"policyDocument": "{}", "resourceArn": "arn:aws:logs:us-east-1:123456789012:log-group:a"})
    assert found["policyName"].startswith("missing required property policyName: it names a policy of the account")
    assert found["resourceArn"].startswith("resourceArn is not supported by the sandbox's provider: give policyName")


@pytest.mark.parametrize("name", ["events", UNKNOWN])
def test_a_name_that_is_given_or_not_yet_known_is_enough(name: Any) -> None:
    assert problems(POLICY, {"policyDocument": "{}", "policyName": name}) == {}
