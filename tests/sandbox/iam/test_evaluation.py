"""AWS's evaluation logic, layer by layer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.sandbox.iam.documents import MalformedPolicyError, parse
from slipway.sandbox.iam.evaluation import Decision, Policies, Question, decide
from slipway.sandbox.iam.keys import RequestKeys
from slipway.sandbox.iam.principals import Caller, administrator, service

ACCOUNT, OTHER = "123456789012", "999999999999"
ROLE = Caller(
    "role", f"arn:aws:sts::{ACCOUNT}:assumed-role/train/job", ACCOUNT, role_arn=f"arn:aws:iam::{ACCOUNT}:role/train"
)
USER = Caller("user", f"arn:aws:iam::{ACCOUNT}:user/ann", ACCOUNT)
OBJECT = "arn:aws:s3:::lake/train/a.parquet"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/k"


def policy(*statements: dict[str, Any], version: str = "2012-10-17") -> Any:
    return parse(json.dumps({"Version": version, "Statement": list(statements)}))


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def asked(
    caller: Caller = ROLE, action: str = "s3:GetObject", resource: str = OBJECT, owner: str = ACCOUNT, **keys: str
) -> Question:
    values = {name.replace("__", ":"): (value,) for name, value in keys.items()}
    return Question(caller, action, resource, owner, RequestKeys(values))


def decided(question: Question, **layers: Any) -> tuple[bool, str | None, bool]:
    decision = decide(question, Policies(**layers))
    return decision.allowed, decision.layer, decision.explicit


def test_nothing_is_allowed_that_no_policy_allows() -> None:
    assert decided(asked()) == (False, "identity-based policy", False)


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        (allow("s3:GetObject", OBJECT), True),
        (allow("S3:getobject", OBJECT), True),
        (allow(["s3:Put*", "s3:Get?bject"], ["arn:aws:s3:::lake/train/*"]), True),
        (allow("s3:GetObject", "arn:aws:s3:::LAKE/train/*"), False),
        (allow("s3:GetObject", "arn:aws:s3:::lake/other/*"), False),
        (allow("s3:GetObjectAcl"), False),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, True),
        ({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}, False),
        ({"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::lake/secret/*"}, True),
        ({"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::lake/*"}, False),
    ],
)
def test_action_and_resource_patterns_are_read_as_aws_reads_them(statement: dict[str, Any], allowed: bool) -> None:  # noqa: FBT001
    assert decided(asked(), identity=(policy(statement),))[0] is allowed


@pytest.mark.parametrize(
    ("layer", "name"),
    [
        ("identity", "identity-based policy"),
        ("boundary", "permissions boundary"),
        ("session", "session policy"),
        ("resource", "resource-based policy"),
    ],
)
def test_an_explicit_deny_in_any_layer_wins(layer: str, name: str) -> None:
    everything = policy(allow("*"))
    principal = {"Principal": "*"} if layer == "resource" else {}
    layers: dict[str, Any] = {"identity": (everything,), "boundary": (everything,), "session": (everything,)}
    layers[layer] = (policy(allow("*", **principal), deny("s3:*", **principal)),)
    assert decided(asked(), **layers) == (False, name, True)


def test_a_boundary_and_a_session_policy_bound_what_a_role_is_allowed() -> None:
    identity = (policy(allow("s3:*")),)
    narrow = (policy(allow("s3:GetObject")),)
    for layer, name in (("boundary", "permissions boundary"), ("session", "session policy")):
        assert decided(asked(), identity=identity, **{layer: narrow})[0]
        assert decided(asked(action="s3:PutObject"), identity=identity, **{layer: narrow}) == (False, name, False)
        assert decided(asked(), identity=identity, **{layer: ()}) == (False, name, False)


@pytest.mark.parametrize(
    ("principal", "caller", "allowed"),
    [
        ("*", ROLE, True),
        ({"AWS": "*"}, USER, True),
        ({"AWS": ROLE.role_arn}, ROLE, True),
        ({"AWS": ROLE.arn}, ROLE, True),
        ({"AWS": USER.arn}, ROLE, False),
        # naming the account hands the decision to its own policies, and those say nothing here
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, ROLE, False),
        ({"AWS": ACCOUNT}, ROLE, False),
        ({"Service": "events.amazonaws.com"}, ROLE, False),
    ],
)
def test_a_resource_policy_alone_is_enough_within_an_account(principal: Any, caller: Caller, allowed: bool) -> None:  # noqa: FBT001
    resource = (policy(allow("s3:GetObject", Principal=principal)),)
    assert decided(asked(caller), resource=resource)[0] is allowed


def test_a_resource_policy_that_names_a_role_does_not_lift_its_boundary_but_one_that_names_the_session_does() -> None:
    for principal, allowed in ((ROLE.role_arn, False), (ROLE.arn, True)):
        resource = (policy(allow("s3:GetObject", Principal={"AWS": principal})),)
        assert decided(asked(), resource=resource, boundary=())[0] is allowed


def test_another_account_needs_the_word_of_both_sides() -> None:
    identity = (policy(allow("s3:GetObject")),)
    resource = (policy(allow("s3:GetObject", Principal={"AWS": ACCOUNT})),)
    question = asked(owner=OTHER)
    assert decided(question, identity=identity) == (False, "resource-based policy", False)
    assert decided(question, resource=resource) == (False, "identity-based policy", False)
    assert decided(question, identity=identity, resource=resource)[0]
    itself = (policy(allow("s3:GetObject", Principal={"AWS": ROLE.arn})),)
    assert decided(question, resource=itself) == (False, "identity-based policy", False)


def test_a_key_policy_must_allow_or_hand_over_to_the_account() -> None:
    identity = (policy(allow("kms:Decrypt", KEY)),)
    handing_over = (policy(allow("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})),)
    naming = (policy(allow("kms:Decrypt", Principal={"AWS": ROLE.role_arn})),)
    question = asked(action="kms:Decrypt", resource=KEY)
    assert decided(question, identity=identity, resource_decides=True) == (False, "resource-based policy", False)
    assert decided(question, resource=handing_over, resource_decides=True) == (False, "identity-based policy", False)
    assert decided(question, identity=identity, resource=handing_over, resource_decides=True)[0]
    assert decided(question, resource=naming, resource_decides=True)[0]
    assert decided(question, resource_decides=True, granted=True)[0]


def test_the_administrator_is_bound_by_a_key_policy_and_by_explicit_denies_of_resources() -> None:
    everything = (policy(allow("*")),)
    root = administrator(ACCOUNT)
    assert decided(asked(root), identity=everything)[0]
    nobody = (policy(allow("kms:*", Principal={"AWS": ROLE.role_arn})),)
    assert not decided(asked(root, "kms:Decrypt", KEY), identity=everything, resource=nobody, resource_decides=True)[0]
    locked = (policy(deny("s3:*", Principal="*")),)
    assert decided(asked(root), identity=everything, resource=locked) == (False, "resource-based policy", True)


def test_a_service_needs_a_resource_policy_that_names_it_and_its_source() -> None:
    statement = allow(
        "sqs:SendMessage",
        Principal={"Service": "events.amazonaws.com"},
        Condition={"ArnEquals": {"aws:SourceArn": "arn:aws:events:us-east-1:123456789012:rule/r"}},
    )
    events = service("events.amazonaws.com", ACCOUNT)
    queue = f"arn:aws:sqs:us-east-1:{ACCOUNT}:q"
    for rule, allowed in (("r", True), ("other", False)):
        source = f"arn:aws:events:us-east-1:123456789012:rule/{rule}"
        question = asked(events, "sqs:SendMessage", queue, aws__SourceArn=source)
        assert decided(question, resource=(policy(statement),))[0] is allowed


def test_not_principal_denies_everybody_else() -> None:
    only = (
        policy({"Effect": "Deny", "NotPrincipal": {"AWS": [ROLE.role_arn, ROLE.arn]}, "Action": "*", "Resource": "*"}),
    )
    identity = (policy(allow("*")),)
    assert decided(asked(ROLE), identity=identity, resource=only)[0]
    assert not decided(asked(USER), identity=identity, resource=only)[0]


def test_variables_stand_for_the_caller_and_only_in_the_newer_language() -> None:
    home = allow("s3:*", "arn:aws:s3:::lake/own/${aws:username}/*")
    question = asked(USER, resource="arn:aws:s3:::lake/own/ann/x", aws__username="ann")
    assert decided(question, identity=(policy(home),))[0]
    assert not decided(question, identity=(policy(home, version="2008-10-17"),))[0]
    assert not decided(asked(ROLE, resource="arn:aws:s3:::lake/own/ann/x"), identity=(policy(home),))[0]


def test_a_value_of_a_variable_is_no_pattern() -> None:
    home = allow("s3:*", "arn:aws:s3:::lake/${aws:username}/x")
    question = asked(USER, resource="arn:aws:s3:::lake/ann/x", aws__username="*")
    assert not decided(question, identity=(policy(home),))[0]


def test_a_key_that_nobody_knows_allows_nothing_and_is_named() -> None:
    identity = (policy(allow("s3:*", Condition={"StringEquals": {"s3:ExistingObjectTag/team": "a"}})),)
    assert decide(asked(), Policies(identity=identity)) == Decision(
        allowed=False, layer="identity-based policy", unknown_keys=("s3:ExistingObjectTag/team",)
    )


@pytest.mark.parametrize("text", ["", "[]", "{", '{"Statement": [{"Effect": "Maybe"}]}', '{"Statement": ["x"]}'])
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(MalformedPolicyError):
        parse(text)


STATEMENTS = st.lists(
    st.builds(
        lambda effect, action, resource: {"Effect": effect, "Action": action, "Resource": resource},
        st.sampled_from(["Allow", "Deny"]),
        st.sampled_from(["*", "s3:*", "s3:Get*", "s3:GetObject", "s3:PutObject", "kms:*"]),
        st.sampled_from(["*", OBJECT, "arn:aws:s3:::lake/*", "arn:aws:s3:::other/*"]),
    ),
    max_size=6,
)


@given(STATEMENTS, STATEMENTS)
def test_more_denies_never_allow_and_more_allows_never_deny(first: list[Any], second: list[Any]) -> None:
    before = decided(asked(), identity=(policy(*first),))[0]
    after = decided(asked(), identity=(policy(*first, *second),))[0]
    if all(each["Effect"] == "Deny" for each in second):
        assert before or not after
    if all(each["Effect"] == "Allow" for each in second):
        assert after or not before
    assert decided(asked(), identity=(policy(*second), policy(*first)))[0] is after
