"""What holds for every policy document of the stack."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from infra.components.security import statements
from infra.components.serving.permissions import serving_policy
from infra.components.training.permissions import training_policy

buckets = st.from_regex(r"[a-z0-9][a-z0-9-]{1,40}[a-z0-9]", fullmatch=True)
accounts = st.from_regex(r"[0-9]{12}", fullmatch=True)
regions = st.sampled_from(["us-east-1", "eu-west-1", "cn-north-1", "us-gov-west-1"])

# AWS cannot scope these by resource: https://docs.aws.amazon.com/service-authorization/
UNSCOPABLE = {"ecr:GetAuthorizationToken", "cloudwatch:PutMetricData"}


def training(account: str, region: str, one: str, two: str) -> list[dict[str, Any]]:
    policy = training_policy(
        {"account_id": account, "region": region, "repository_name": "slipway-dev/training"},
        {"curated": one, "artifacts": two},
    )
    found: list[dict[str, Any]] = json.loads(policy)["Statement"]
    return found


def serving(account: str, region: str, one: str, two: str) -> list[dict[str, Any]]:
    policy = serving_policy(
        {
            "account_id": account,
            "region": region,
            "repository_name": "slipway-dev/serving",
            "endpoint_name": "slipway-dev",
        },
        {"artifacts": one, "captures": two},
    )
    found: list[dict[str, Any]] = json.loads(policy)["Statement"]
    return found


@given(accounts, regions, buckets, buckets)
def test_only_what_aws_cannot_scope_has_every_resource(account: str, region: str, one: str, two: str) -> None:
    for statement in training(account, region, one, two) + serving(account, region, one, two):
        if statement["Resource"] == "*":
            assert set(statement["Action"]) <= UNSCOPABLE


@given(accounts, regions, buckets, buckets)
def test_no_statement_has_a_wildcard_action(account: str, region: str, one: str, two: str) -> None:
    for statement in training(account, region, one, two) + serving(account, region, one, two):
        assert not [action for action in statement["Action"] if "*" in action]


@given(accounts, regions, buckets, buckets)
def test_every_statement_has_a_name_of_its_own(account: str, region: str, one: str, two: str) -> None:
    for policy in (training(account, region, one, two), serving(account, region, one, two)):
        sids = [statement["Sid"] for statement in policy]
        assert len(sids) == len(set(sids))
        assert all(sid.isalnum() for sid in sids)  # IAM takes letters and digits only


@given(accounts, regions, buckets, buckets)
def test_a_role_reaches_its_own_account_and_buckets_only(account: str, region: str, one: str, two: str) -> None:
    for statement in training(account, region, one, two) + serving(account, region, one, two):
        resources = statement["Resource"]
        for arn in [resources] if isinstance(resources, str) else resources:
            if arn == "*":
                continue
            partition, service, place, owner, resource = arn.split(":", 5)[1:]
            assert partition == {"c": "aws-cn"}.get(region[0], "aws-us-gov" if "gov" in region else "aws")
            if service == "s3":
                assert resource.split("/")[0] in {one, two}
            else:
                assert (place, owner) == (region, account)


@given(buckets, st.from_regex(r"[a-z/]{0,10}", fullmatch=True))
def test_reading_and_writing_name_the_objects_below_a_prefix(bucket: str, prefix: str) -> None:
    arn = statements.bucket_arn("us-east-1", bucket)
    assert statements.read_objects("A", arn, prefix)["Resource"] == f"arn:aws:s3:::{bucket}/{prefix}*"
    assert statements.write_objects("A", arn, prefix)["Resource"] == f"arn:aws:s3:::{bucket}/{prefix}*"
    assert "s3:GetObject" not in statements.write_objects("A", arn, prefix)["Action"]
    assert "s3:DeleteObject" not in statements.write_objects("A", arn, prefix)["Action"]
