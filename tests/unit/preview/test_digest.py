"""The digest of a plan: the same for the same plan, another for anything that a reviewer would see."""

from __future__ import annotations

import json
from typing import Any

import pytest

from slipway.preview.digest import canonical, digest
from slipway.preview.reading import plan
from tests import event_logs as logs

BUCKET = "aws:s3/bucket:Bucket"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"


def of(*events: dict[str, Any]) -> str:
    found = digest(plan(logs.log(*events), project="app", stack="dev"))
    assert found is not None
    return found


def made(suffix: str, **inputs: Any) -> list[dict[str, Any]]:
    """Return a bucket with an automatic name, and a policy that names it."""
    name = f"raw-{suffix}"
    document = json.dumps({"Resource": f"arn:aws:s3:::{name}/*"})
    return [
        logs.step("create", BUCKET, "raw", None, {"bucket": name, "__defaults": ["bucket", "forceDestroy"], **inputs}),
        logs.step("create", POLICY, "raw", None, {"bucket": name, "policy": document}),
    ]


def test_its_form_names_the_version_of_its_definition() -> None:
    assert of(logs.step("create", BUCKET, "raw", None, {})).startswith("1-")
    assert len(of()) == 66


def test_automatic_names_are_masked_wherever_they_are_quoted() -> None:
    assert of(*made("0a1b2c3")) == of(*made("9z8y7x6")) == of(*reversed(made("0000000")))
    assert canonical(plan(logs.log(*made("0a1b2c3"))))[1][2][0] == ["bucket", None, "raw-[automatic]"]


def test_a_name_that_the_program_gives_is_not_masked() -> None:
    named = [logs.step("create", BUCKET, "raw", None, {"bucket": f"raw-{suffix}"}) for suffix in ("0a1b2c3", "9z8y7x6")]
    assert of(named[0]) != of(named[1])


def test_the_name_of_what_is_there_already_is_not_masked() -> None:
    sides = [{"bucket": f"raw-{suffix}", "__defaults": ["bucket"]} for suffix in ("0a1b2c3", "9z8y7x6")]
    updates = [
        logs.step("update", BUCKET, "raw", {**side, "a": 1}, {**side, "a": 2, "b": side["bucket"]}) for side in sides
    ]
    assert of(updates[0]) != of(updates[1])


@pytest.mark.parametrize(
    "new", [{"a": 2}, {"a": 1, "b": None}, {"a": "1"}, {"a": True}, {"a": [1]}, {}, {"a": {"b": 1}}]
)
def test_every_other_value_is_another_digest(new: dict[str, Any]) -> None:
    assert of(logs.step("create", BUCKET, "raw", None, {"a": 1})) != of(logs.step("create", BUCKET, "raw", None, new))


def test_what_an_update_starts_from_counts_and_what_it_leaves_alone_does_not() -> None:
    one, other = (logs.step("update", BUCKET, "raw", {"a": was, "k": 1}, {"a": 3, "k": 1}) for was in (1, 2))
    assert of(one) != of(other)
    beside = logs.step("update", BUCKET, "raw", {"a": 1, "k": 9}, {"a": 3, "k": 9})
    assert of(one) == of(beside)


def test_operation_name_stack_and_protection_count() -> None:
    base = of(logs.step("update", BUCKET, "raw", {}, {}))
    others = [
        of(logs.step("delete", BUCKET, "raw", {})),
        of(logs.step("update", BUCKET, "other", {}, {})),
        of(logs.step("update", BUCKET, "raw", {}, {}, old_protect=True)),
        of(logs.step("same", BUCKET, "raw", {}, {}, old_protect=True)),
        of(*logs.replaced(BUCKET, "raw", {}, {})),
        of(),
    ]
    assert len({base, *others}) == 7


def test_unchanged_resources_do_not_count() -> None:
    assert of(logs.step("same", BUCKET, "raw", {"a": 1}, {"a": 1})) == of()


def test_plans_without_changes_of_two_stacks_differ() -> None:
    found = {digest(plan(logs.log(), project="app", stack=stack)) for stack in ("dev", "prod")}
    assert len(found) == 2


def test_a_secret_counts_by_its_place_alone() -> None:
    one, other = ({**logs.SECRET, "ciphertext": text} for text in ("aa", "bbbb"))
    assert of(logs.step("create", BUCKET, "r", None, {"t": one})) == of(
        logs.step("create", BUCKET, "r", None, {"t": other})
    )
    detailed = {"t": {"diffKind": "update"}}
    assert of(logs.step("update", BUCKET, "r", {"t": one}, {"t": other}, detailedDiff=detailed)) != of(
        logs.step("update", BUCKET, "r", {"t": one}, {"t": other})
    )


def test_a_plan_that_is_no_whole_one_has_none() -> None:
    step = logs.step("create", BUCKET, "raw", None, {})
    assert digest(plan(logs.log(step, whole=False))) is None
    assert digest(plan(logs.log(step, logs.summary("failed"), whole=False))) is None
    assert digest(plan([*logs.log(step), b"no json\n"])) is None
