"""What counts as more permission, and what does not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from slipway.preview.finding import Rank
from slipway.preview.globs import covers, overlap
from slipway.preview.ranking import Row, rows
from slipway.preview.reading import plan
from slipway.preview.saying import Name, text
from tests import event_logs as logs

ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ROLE = "aws:iam/role:Role"
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
READ = {"Sid": "Read", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::raw/*"}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def inline(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Row:
    """Return the row of a role's inline policy that changes."""
    sides = [{"role": "scorer-0000000", "policy": document(*statements)} for statements in (old, new)]
    role = logs.step("same", ROLE, "scorer", {"name": "scorer-0000000"}, {"name": "scorer-0000000"})
    (row,) = rows(plan(logs.log(role, logs.step("update", ROLE_POLICY, "data", *sides))))
    return row


def why(row: Row) -> str:
    return text(row.why)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"Action": ["s3:GetObject", "s3:PutObject"]},
            "scorer gains s3:PutObject on arn:aws:s3:::raw/* (statement Read)",
        ),
        ({"Action": "s3:*"}, "role scorer gains s3:* on arn:aws:s3:::raw/* (statement Read)"),
        ({"Resource": "*"}, "role scorer gains s3:GetObject on everything (statement Read)"),
        ({"Resource": "arn:aws:s3:::r*/*"}, "role scorer gains s3:GetObject on arn:aws:s3:::r*/* (statement Read)"),
        ({"NotAction": "iam:*", "Action": None}, "role scorer gains everything but iam:* on arn:aws:s3:::raw/*"),
        ({"NotResource": "arn:aws:s3:::x", "Resource": None}, "everything but arn:aws:s3:::x"),
    ],
)
def test_a_wider_statement_is_told_by_who_gains_what_on_what(change: dict[str, Any], said: str) -> None:
    new = {key: value for key, value in {**READ, **change}.items() if value is not None}
    row = inline([READ], [new])
    assert row.rank == Rank.IAM
    assert said in why(row)


@pytest.mark.parametrize(
    "change",
    [
        {"Action": ["S3:getobject"]},
        {"Action": ["s3:GetObject", "s3:GetObjec?"], "Resource": "arn:aws:s3:::raw/a/*"},
        {"Resource": ["arn:aws:s3:::raw/x*y", "arn:aws:s3:::raw/?"]},
        {"Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}},
        {"Sid": "Renamed"},
        {"Effect": "Deny"},
    ],
)
def test_a_narrower_statement_is_no_widening(change: dict[str, Any]) -> None:
    old = {**READ, "Action": ["s3:GetObject", "s3:GetObjec?"]}
    assert inline([old], [{**old, **change}]).rank == Rank.UPDATED


@pytest.mark.parametrize(
    ("old", "new", "wider"),
    [
        ({"StringEquals": {"a:b": "x"}}, {}, True),
        ({"StringEquals": {"a:b": "x"}}, {"StringEquals": {"A:B": ["x", "y"]}}, True),
        ({"StringEquals": {"a:b": ["x", "y"]}}, {"StringEquals": {"a:b": "x"}}, False),
        ({"StringLike": {"a:b": "x*"}}, {"StringLike": {"a:b": "xy*"}}, False),
        ({"StringLike": {"a:b": "xy*"}}, {"StringLike": {"a:b": "x*"}}, True),
        ({"StringNotEquals": {"a:b": ["x", "y"]}}, {"StringNotEquals": {"a:b": "x"}}, True),
        ({"StringNotEquals": {"a:b": "x"}}, {"StringNotEquals": {"a:b": ["x", "y"]}}, False),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, {"IpAddress": {"aws:SourceIp": "10.1.0.0/16"}}, False),
        ({"IpAddress": {"aws:SourceIp": "10.1.0.0/16"}}, {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, True),
        ({"NumericLessThan": {"s3:max-keys": "10"}}, {"NumericLessThan": {"s3:max-keys": "5"}}, False),
        ({"NumericLessThan": {"s3:max-keys": "10"}}, {"NumericLessThan": {"s3:max-keys": "50"}}, True),
        ({"StringEqualsIfExists": {"a:b": "x"}}, {"StringEquals": {"a:b": "x"}}, False),
        ({"StringEquals": {"a:b": "x"}}, {"StringEqualsIfExists": {"a:b": "x"}}, True),
        ({"Bool": {"aws:SecureTransport": True}}, {"Bool": {"aws:SecureTransport": "true"}}, False),
        ({"ForAnyValue:StringEquals": {"a:b": "x"}}, {"ForAllValues:StringEquals": {"a:b": "x"}}, True),
    ],
)
def test_conditions_are_understood(old: dict[str, Any], new: dict[str, Any], wider: bool) -> None:  # noqa: FBT001
    row = inline([{**READ, "Condition": old}], [{**READ, "Condition": new}])
    assert (row.rank == Rank.IAM) is wider


def test_a_grant_that_moves_to_another_policy_of_the_same_role_is_no_widening() -> None:
    role = {"role": "scorer"}
    moved = logs.step("create", ROLE_POLICY, "new", None, {**role, "policy": document(READ)})
    gone = logs.step("delete", ROLE_POLICY, "old", {**role, "policy": document(READ)})
    assert {row.rank for row in rows(plan(logs.log(moved, gone)))} == {Rank.CREATED, Rank.GONE}


def test_a_denial_that_is_lifted_is_a_widening_and_one_that_stays_under_another_name_is_none() -> None:
    deny = {"Sid": "No", "Effect": "Deny", "Action": "s3:Delete*", "Resource": "*"}
    assert "role scorer is no longer denied s3:Delete* on everything" in why(inline([READ, deny], [READ]))
    assert inline([READ, deny], [READ, {**deny, "Sid": "Never", "Action": "s3:*"}]).rank == Rank.UPDATED


def test_a_grant_that_a_denial_takes_back_is_no_widening() -> None:
    deny = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    assert inline([READ], [READ, {**READ, "Action": "s3:PutObject"}, deny]).rank == Rank.UPDATED


def test_a_bucket_policy_that_lets_everybody_in_names_everybody() -> None:
    opened = document({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::raw/*"})
    (row,) = rows(plan(logs.log(logs.step("create", BUCKET_POLICY, "raw", None, {"bucket": "raw", "policy": opened}))))
    assert why(row) == "everybody gains s3:GetObject of raw on arn:aws:s3:::raw/* (statement number 1)"


def test_a_trust_policy_that_lets_another_account_in_is_told() -> None:
    trusts = [
        {"assumeRolePolicy": document({"Effect": "Allow", "Principal": {"AWS": who}, "Action": "sts:AssumeRole"})}
        for who in (["111111111111"], ["arn:aws:iam::111111111111:root", "222222222222"])
    ]
    (row,) = rows(plan(logs.log(logs.step("update", ROLE, "scorer", *trusts))))
    assert why(row) == "arn:aws:iam::222222222222:root gains sts:AssumeRole with role scorer (statement number 1)"


def test_an_attached_full_access_policy_stands_before_a_small_grant() -> None:
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    attached = logs.step("create", ATTACHMENT, "a", None, {"role": "x", "policyArn": arn})
    small = logs.step("create", ROLE_POLICY, "b", None, {"role": "x", "policy": document(READ)})
    assert [row.step.name for row in rows(plan(logs.log(small, attached)))] == ["a", "b"]


def test_a_lost_permissions_boundary_is_a_widening() -> None:
    (row,) = rows(plan(logs.log(logs.step("update", ROLE, "r", {"permissionsBoundary": "arn:b"}, {}))))
    assert why(row) == "role r loses its permissions boundary"


@pytest.mark.parametrize("policy", [logs.UNKNOWN, logs.SECRET, "no json", '{"Statement": [1]}', "[1]"])
def test_a_document_that_can_not_be_read_is_looked_at_all_the_same(policy: object) -> None:
    sides = [{"role": "x", "policy": one} for one in (document(READ), policy)]
    (row,) = rows(plan(logs.log(logs.step("update", ROLE_POLICY, "data", *sides))))
    assert row.rank == Rank.IAM


@pytest.mark.parametrize(
    ("wide", "narrow", "held"),
    [
        ("*", "a", True),
        ("a*", "ab*c", True),
        ("a?", "ab", True),
        ("a?", "a*", False),
        ("a*b", "a*", False),
        ("a*b*", "axb", True),
        ("**", "?", True),
        ("*a", "xb", False),
        ("a", "A", False),
        ("", "a", False),
        ("*x", "ax*x", True),
    ],
)
def test_a_pattern_holds_another_one(wide: str, narrow: str, held: bool) -> None:  # noqa: FBT001
    assert covers(wide, narrow) is held
    if held:
        assert overlap(wide, narrow)


def test_patterns_that_share_no_text_do_not_overlap() -> None:
    assert not overlap("s3:Get*", "s3:Put*")
    assert overlap("s3:*Object", "s3:Get*")


def test_what_a_policy_says_of_conditions_is_never_words_of_ours() -> None:
    hostile = "@octocat ![x](https://e.example/x.png) | <h1>"
    row = inline([READ], [READ, {**READ, "Action": "s3:PutObject", "Condition": {hostile: {"aws:a": "b"}}}])
    assert row.rank == Rank.IAM
    assert hostile in why(row)
    assert all(hostile not in part for part in row.why if not isinstance(part, Name))


def test_policies_of_roles_that_are_not_known_yet_are_not_those_of_one_role() -> None:
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    made = [
        logs.step("create", ROLE_POLICY, name, None, {"role": logs.UNKNOWN, "policy": document(statement)})
        for name, statement in (("one", everything), ("another", {**everything, "Effect": "Deny"}))
    ]
    ranks = {row.step.name: row.rank for row in rows(plan(logs.log(*made)))}
    assert ranks["one"] == Rank.IAM


def test_a_statement_whose_effect_is_neither_hides_no_grant() -> None:
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    assert inline([READ], [everything, {**everything, "Effect": "deny"}]).rank == Rank.IAM
