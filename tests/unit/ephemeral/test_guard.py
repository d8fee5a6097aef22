from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from slipway.ephemeral import guard
from slipway.ephemeral.life import Life
from slipway.failure import Failure

LIFE = Life(
    account="123456789012",
    region="us-east-1",
    owner="me",
    commit="",
    expires=datetime(2026, 11, 26, tzinfo=UTC),
    status="up",
)
TAGS = {"project": "slipway", "stack": "pr-4", "environment": "dev", "pull-request": "4", "owner": "me"}


def provider(*, accounts: str = '["123456789012"]', region: str = "us-east-1", **tags: str) -> dict[str, Any]:
    inputs = {"allowedAccountIds": accounts, "region": region, "defaultTags": json.dumps({"tags": TAGS | tags})}
    return {"type": guard.PROVIDER, "urn": "urn:pulumi:pr-4::slipway::pulumi:providers:aws::aws", "inputs": inputs}


def resource(kind: str = guard.BUCKET, *, force: bool = True, stack: str = "pr-4", **more: Any) -> dict[str, Any]:
    outputs = {"forceDestroy": force, "tagsAll": TAGS | {"stack": stack}}
    return {"type": kind, "urn": f"urn:pulumi:pr-4::slipway::{kind}::lake", "outputs": outputs, **more}


def check(*resources: dict[str, Any]) -> None:
    state = {"resources": list(resources)}
    guard.check(state, LIFE, project="slipway", stack="pr-4", pull_request=4)


def test_a_stack_that_is_what_it_says_may_go() -> None:
    check(provider(), resource())


def test_a_stack_with_nothing_in_it_may_go() -> None:
    check()
    guard.check({}, LIFE, project="slipway", stack="pr-4", pull_request=4)


def test_a_code_package_may_be_retained_for_its_bucket_takes_it_along() -> None:
    check(provider(), resource(), resource(guard.WITH_ITS_BUCKET, retainOnDelete=True))


def test_what_is_being_replaced_speaks_for_nobody() -> None:
    check(provider(), resource(), resource(protect=True, delete=True))


@pytest.mark.parametrize(
    ("resources", "said"),
    [
        ([provider(accounts='["999999999999"]')], "allows the accounts ['999999999999']"),
        ([provider(accounts='["123456789012", "999999999999"]')], "allows the accounts"),
        ([provider(region="eu-west-1")], "works in eu-west-1"),
        ([provider(environment="prod")], "environment='prod'"),
        ([provider(environment="staging")], "environment='staging'"),
        ([provider(stack="pr-42")], "stack='pr-42'"),
        ([provider(**{"pull-request": "42"})], "pull-request='42'"),
        ([provider(project="other")], "project='other'"),
        ([provider(), resource(protect=True)], "lake is protected"),
        ([provider(), resource(retainOnDelete=True)], "lake would be retained"),
        ([provider(), resource(force=False)], "forceDestroy is false"),
        ([provider(), resource(stack="pr-42")], "belongs to stack pr-42"),
        ([resource()], "no provider of its own"),
    ],
)
def test_a_stack_that_is_not_ephemeral_is_refused_with_the_reason(resources: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(Failure, match="nothing was touched") as refused:
        check(*resources)
    assert said in str(refused.value)


def test_everything_that_speaks_against_it_is_told_at_once() -> None:
    with pytest.raises(Failure) as refused:
        check(provider(environment="prod"), resource(protect=True), resource(force=False))
    assert str(refused.value).count("\n") == 3
