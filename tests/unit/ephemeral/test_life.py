from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from slipway.ephemeral import life
from slipway.ephemeral.life import Life
from slipway.failure import Failure

LIFE = Life(
    account="123456789012",
    region="us-east-1",
    owner="ml-platform",
    commit="0123456789abcdef",
    expires=datetime(2026, 11, 26, 8, 0, tzinfo=UTC),
    status="up",
)


def test_what_the_tags_say_is_read_back() -> None:
    assert life.read(LIFE.tags() | {"pulumi:project": "slipway"}, stack="pr-4") == LIFE


def test_a_moment_of_another_time_zone_is_told_in_utc() -> None:
    there = timezone(timedelta(hours=9))
    tokyo = Life(
        account="1" * 12, region="us-east-1", owner="", commit="", expires=LIFE.expires.astimezone(there), status="up"
    )
    assert tokyo.tags()[life.EXPIRES] == "2026-11-26T08:00:00+00:00"


def test_a_stack_without_our_tags_is_not_ephemeral() -> None:
    assert life.read({"pulumi:project": "slipway", "owner": "me"}, stack="pr-4") is None


@pytest.mark.parametrize(
    "tags",
    [
        {life.PLACE: "somewhere"},
        {life.EXPIRES: "in two hours"},
        {life.EXPIRES: "2026-11-26T08:00:00"},
        {life.STATUS: "tired"},
    ],
)
def test_tags_that_cannot_be_understood_are_told_with_the_way_out(tags: dict[str, str]) -> None:
    with pytest.raises(Failure, match="put them right with `pulumi stack tag set`"):
        life.read(LIFE.tags() | tags, stack="pr-4")


def test_a_call_killed_between_two_tags_leaves_a_stack_that_is_ours_but_not_understood() -> None:
    first = dict(list(LIFE.tags().items())[:1])
    with pytest.raises(Failure, match="stack pr-4"):
        life.read(first, stack="pr-4")
