from __future__ import annotations

from datetime import UTC, datetime, timedelta

from slipway.ephemeral import words
from slipway.ephemeral.ending import Ended
from slipway.ephemeral.inventory.kind import Thing
from slipway.ephemeral.inventory.taking import Inventory
from slipway.ephemeral.life import Life
from slipway.ephemeral.reaping import Reaped
from slipway.ephemeral.stacks import Listed

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
STACK = Listed(project="slipway", stack="pr-42", resources=89)


def life(expires: datetime) -> Life:
    return Life(account="1" * 12, region="us-east-1", owner="me", commit="a" * 40, expires=expires, status="up")


def ended(*things: Thing, unseen: dict[str, str] | None = None) -> Ended:
    inventory = Inventory(
        left=tuple(thing for thing in things if not thing.kept),
        kept=tuple(thing for thing in things if thing.kept),
        unseen={} if unseen is None else unseen,
        looked_at=("endpoints", "keys"),
    )
    reasons = dict.fromkeys(inventory.left, "ResourceInUse")
    return Ended(listed=STACK, destroyed=74, inventory=inventory, reasons=reasons, seconds=4.2)


def test_a_stack_that_is_gone_says_what_was_looked_at_and_what_aws_keeps() -> None:
    keys = [Thing(kind="keys", name=f"k{number}", kept="KMS deletes it on 2026-12-02") for number in range(5)]
    assert words.ended(ended(*keys)) == [
        "stack pr-42 is gone: 74 resources of AWS destroyed, nothing left of 2 kinds looked at, 4.2 s",
        "  kept by AWS, keys: k0 (KMS deletes it on 2026-12-02), k1 (KMS deletes it on 2026-12-02) and 3 more",
    ]


def test_what_is_left_is_told_with_reason_and_command() -> None:
    endpoint = Thing(
        kind="endpoints", name="slipway-pr-42", command="aws sagemaker delete-endpoint ...", busy="Updating"
    )
    told = words.ended(ended(endpoint))
    assert told[0] == "stack pr-42 is not gone: 1 things are left after 4.2 s"
    assert told[1:3] == ["  endpoints: slipway-pr-42 (ResourceInUse)", "    aws sagemaker delete-endpoint ..."]
    assert told[-1].endswith("`slipway ephemeral down --pr 42` tries again")


def test_what_could_not_be_looked_at_is_no_proof_and_is_told() -> None:
    told = words.ended(ended(unseen={"roles": "ListRoles: AccessDenied"}))
    assert "stack pr-42 is not gone" in told[0]
    assert "  roles could not be looked at: ListRoles: AccessDenied" in told


def test_the_list_says_how_long_each_stack_has_or_how_long_it_is_over() -> None:
    rows = [(STACK, life(NOON + timedelta(hours=8))), (STACK, life(NOON - timedelta(minutes=90)))]
    head, first, second = words.table(rows, NOON)
    place = head.index("EXPIRES")
    assert first[place:].startswith("in 8h ")
    assert second[place:].startswith("1h 30m ago ")
    assert [one["expired"] for one in words.as_json(rows, NOON)] == [False, True]


def test_a_reap_counts_every_stack_once() -> None:
    results = [
        Reaped(listed=STACK, ended=ended()),
        Reaped(listed=STACK, ended=ended(Thing(kind="endpoints", name="e"))),
        Reaped(listed=STACK, failure="no"),
        Reaped(listed=STACK, left_alone="expires later"),
    ]
    assert words.reaped(results, 61.0) == ["reap: 1 gone, 1 with leftovers, 1 failed, 1 left alone, 61.0 s"]
    assert [one.good for one in results] == [True, False, False, True]
    assert words.one_reaped(results[2]) == ["stack pr-42 failed: no"]
    assert words.one_reaped(results[3]) == ["stack pr-42 left alone: expires later"]
