"""Every operator of the Condition element, and what a key that is missing means."""

from __future__ import annotations

import json
from typing import Any

import pytest

from slipway.sandbox.iam.conditions import holds
from slipway.sandbox.iam.documents import parse
from slipway.sandbox.iam.keys import RequestKeys

KEYS: dict[str, tuple[str, ...]] = {
    "aws:PrincipalTag/team": ("ml",),
    "s3:prefix": ("train/2013",),
    "s3:max-keys": ("50",),
    "aws:CurrentTime": ("2026-06-01T12:00:00Z",),
    "aws:SecureTransport": ("true",),
    "aws:SourceIp": ("10.0.1.7",),
    "aws:SourceArn": ("arn:aws:events:us-east-1:123456789012:rule/nightly",),
    "aws:TagKeys": ("team", "cost"),
    "sagemaker:InstanceTypes": ("ml.m5.large", "ml.m5.xlarge"),
    "aws:username": ("ann",),
}


def held(condition: dict[str, Any]) -> bool:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}
    document = parse(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    return holds(document.statements[0].condition, RequestKeys(KEYS), has_variables=True)


@pytest.mark.parametrize(
    ("operator", "key", "value", "expected"),
    [
        ("StringEquals", "aws:PrincipalTag/team", "ml", True),
        ("StringEquals", "AWS:principaltag/team", ["ops", "ml"], True),
        ("StringEquals", "aws:PrincipalTag/team", "ML", False),
        ("StringEqualsIgnoreCase", "aws:PrincipalTag/team", "ML", True),
        ("StringNotEqualsIgnoreCase", "aws:PrincipalTag/team", "ML", False),
        ("StringNotEquals", "aws:PrincipalTag/team", ["ops", "ml"], False),
        ("StringNotEquals", "aws:PrincipalTag/team", ["ops", "web"], True),
        ("StringLike", "s3:prefix", "train/*", True),
        ("StringLike", "s3:prefix", "train/20?3", True),
        ("StringNotLike", "s3:prefix", "train/*", False),
        ("StringEquals", "s3:prefix", "train/*", False),
        ("StringNotLike", "sagemaker:InstanceTypes", "ml.m5.large", False),
        ("StringLike", "sagemaker:InstanceTypes", "ml.m5.large", True),
        ("StringEquals", "aws:username", "${aws:username}", True),
        ("StringEquals", "aws:username", "${aws:nobody, 'ann'}", True),
        ("StringLike", "s3:prefix", "${aws:nothing}*", False),
        ("NumericLessThanEquals", "s3:max-keys", "50", True),
        ("NumericLessThan", "s3:max-keys", 50, False),
        ("NumericGreaterThan", "s3:max-keys", "49.5", True),
        ("NumericEquals", "s3:max-keys", "many", False),
        ("NumericNotEquals", "s3:max-keys", "51", True),
        ("DateGreaterThan", "aws:CurrentTime", "2026-01-01T00:00:00Z", True),
        ("DateLessThan", "aws:CurrentTime", "2026-01-01", False),
        ("DateEquals", "aws:CurrentTime", "1780315200", True),
        ("Bool", "aws:SecureTransport", "true", True),
        ("Bool", "aws:SecureTransport", False, False),
        ("IpAddress", "aws:SourceIp", ["192.168.0.0/16", "10.0.0.0/8"], True),
        ("NotIpAddress", "aws:SourceIp", "10.0.1.7", False),
        ("IpAddress", "aws:SourceIp", "nonsense", False),
        ("ArnEquals", "aws:SourceArn", "arn:aws:events:*:123456789012:rule/*", True),
        ("ArnLike", "aws:SourceArn", "arn:*:rule/nightly", False),
        ("ArnNotLike", "aws:SourceArn", "arn:aws:events:*:*:rule/nightly", False),
        ("ArnLike", "aws:SourceArn", "arn:aws:events:us-east-1:*:rule/other", False),
        ("Null", "aws:PrincipalTag/team", "false", True),
        ("Null", "aws:PrincipalTag/none", "true", True),
        ("Null", "aws:PrincipalTag/none", False, False),
        # a key that is not there
        ("StringEquals", "aws:PrincipalTag/none", "x", False),
        ("StringNotEquals", "aws:PrincipalTag/none", "x", True),
        ("StringEqualsIfExists", "aws:PrincipalTag/none", "x", True),
        ("BoolIfExists", "aws:MultiFactorAuthPresent", "true", True),
        ("StringEqualsIfExists", "aws:PrincipalTag/team", "x", False),
        # sets
        ("ForAllValues:StringEquals", "aws:TagKeys", ["team", "cost", "owner"], True),
        ("ForAllValues:StringEquals", "aws:TagKeys", ["team"], False),
        ("ForAllValues:StringEquals", "aws:RequestTag/x", ["team"], True),
        ("ForAnyValue:StringEquals", "aws:TagKeys", ["team"], True),
        ("ForAnyValue:StringEquals", "aws:TagKeys", ["owner"], False),
        ("ForAnyValue:StringEquals", "aws:RequestTag/x", ["team"], False),
        ("ForAnyValue:StringNotLike", "sagemaker:InstanceTypes", ["ml.m5.large"], True),
        ("ForAllValues:StringLike", "sagemaker:InstanceTypes", ["ml.m5.*"], True),
        ("ForAnyValue:StringNotEquals", "aws:RequestTag/x", ["team"], False),
        # not an operator of AWS
        ("StringMatches", "aws:PrincipalTag/team", "ml", False),
    ],
)
def test_an_operator_holds_as_aws_documents_it(operator: str, key: str, value: Any, expected: bool) -> None:  # noqa: FBT001
    assert held({operator: {key: value}}) is expected


def test_every_operator_and_every_key_must_hold() -> None:
    both = {"StringEquals": {"aws:PrincipalTag/team": "ml", "s3:prefix": "no"}}
    assert not held(both)
    assert not held({"StringEquals": {"aws:PrincipalTag/team": "ml"}, "Bool": {"aws:SecureTransport": "false"}})
    assert held({"StringEquals": {"aws:PrincipalTag/team": "ml"}, "Bool": {"aws:SecureTransport": "true"}})


def test_a_key_that_a_request_may_lack_is_not_told_as_unknown_but_one_that_nobody_computes_is() -> None:
    keys = RequestKeys(KEYS)
    for key in ("aws:MultiFactorAuthPresent", "aws:PrincipalTag/none", "s3:ExistingObjectTag/a", "glue:Whatever"):
        keys.values(key)
    assert keys.unknown == {"s3:ExistingObjectTag/a", "glue:Whatever"}
