"""Role by role: what may be done on what, and nothing else. The table is reviewed like code."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from slipway.sandbox.iam.documents import parse
from tests.permission_places import REGION, STATE_BUCKET
from tests.permissions import Role, account_of, rights, roles_of, table_of

if TYPE_CHECKING:
    from collections.abc import Callable

Config = dict[str, Any]

SAGEMAKER, LAMBDA = "sagemaker.amazonaws.com", "lambda.amazonaws.com"
BOUNDARY, THEIRS = (f"arn:aws:iam::ACCOUNT:policy/{name}" for name in ("slipway-STACK-boundary", "others"))

pytestmark = pytest.mark.usefixtures("project_folder")


def everything(config: Config, release: Config) -> Config:
    """Return a stack's settings with every role that a stack may have."""
    account = account_of(config)
    config["slipway:release"] = {"current": release}
    pipeline = {"data_prefix": "flights/", "least_score": 0.72, "schedule": "cron(0 4 2 * ? *)"}
    rings = f"arn:aws:cloudwatch:{REGION}:{account}:alarm:drift"
    config["slipway:training"]["pipeline"] = {**pipeline, "retrain_alarm_arns": [rings]}
    config["slipway:tracking"] = {"enabled": True}
    zones = [f"{REGION}a", f"{REGION}b"]  # as many as staging has: statements name the subnets
    config["slipway:network"] |= {"enabled": True, "cidr": "10.9.0.0/16", "zones": zones}
    if config["slipway:stack"]["environment"] != "prod":  # which is never closed
        config["slipway:cost"]["office_hours"] = {"timezone": "UTC"}
        config["slipway:monitoring"].pop("no_traffic_minutes", None)
    config["slipway:delivery"] = {
        "repository": "acme/flights",
        "repository_id": "4711",
        "repository_owner_id": "42",
        "state_bucket": STATE_BUCKET,
        "state_key_arn": f"arn:aws:kms:{REGION}:{account}:key/of-the-state",
    }
    return config


@pytest.fixture
def roles(
    stack_config: Callable[[str], Config], pinned_release: Callable[..., Config]
) -> Callable[[str], dict[str, Role]]:
    """Return a reader of the roles of one of the project's stacks, everything on."""

    def read(stack: str) -> dict[str, Role]:
        config = stack_config(stack)
        return roles_of(stack, everything(config, pinned_release(1, account_of(config))))

    return read


def test_every_role_may_do_what_the_table_says_and_nothing_else(roles: Any, golden: Any) -> None:
    text = yaml.safe_dump(table_of(roles("staging"), "staging"), default_flow_style=None, sort_keys=True, width=120)
    golden.check("permissions.yaml", text)


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_the_other_stacks_roles_may_do_no_more_than_that(stack: str, roles: Any) -> None:
    table = yaml.safe_load((Path(__file__).parent / "permissions.yaml").read_text(encoding="utf-8"))
    found = table_of(roles(stack), stack)
    most = rights(table)
    assert found.keys() <= table.keys()
    for name, may in rights(found).items():
        assert may - most[name] == set(), name
        assert found[name]["taken by"] == table[name]["taken by"], name
        assert found[name]["bounded"] == table[name]["bounded"], name


DEPLOY, PREVIEW = "delivery-deploy", "delivery-preview"
QUESTIONS = [
    ("training", "s3:DeleteBucket", "s3:::lake-raw-0000000", {}, False),
    ("training", "s3:GetObject", "s3:::lake-raw-0000000/flights/f.parquet", {}, False),
    ("training", "s3:GetObject", "s3:::lake-curated-0000000/train/f.parquet", {}, True),
    ("training", "s3:DeleteObject", "s3:::lake-artifacts-0000000/models/j/output/model.tar.gz", {}, False),
    ("training", "s3:PutObject", "s3:::lake-artifacts-0000000/code/serving/c.tar.gz", {}, False),
    ("training", "iam:PassRole", "iam::ACCOUNT:role/training-0000000", {}, False),
    ("training", "kms:Decrypt", "kms:us-east-1:ACCOUNT:key/of-others", {}, False),
    ("training", "kms:CreateGrant", "kms:us-east-1:ACCOUNT:key/key-0000000", {}, False),
    ("serving", "s3:GetObject", "s3:::lake-raw-0000000/flights/f.parquet", {}, False),
    ("serving", "s3:GetObject", "s3:::lake-curated-0000000/train/f.parquet", {}, False),
    ("serving", "s3:GetObject", "s3:::lake-captures-0000000/endpoints/e/c.jsonl", {}, False),
    ("serving", "s3:PutObject", "s3:::lake-artifacts-0000000/models/j/output/model.tar.gz", {}, False),
    ("serving", "s3:GetObject", "s3:::lake-artifacts-0000000/models/j/output/model.tar.gz", {}, True),
    ("serving", "sagemaker:InvokeEndpoint", "sagemaker:us-east-1:ACCOUNT:endpoint/slipway-STACK", {}, False),
    ("pipeline-run", "iam:PassRole", "iam::ACCOUNT:role/serving-0000000", {"iam:PassedToService": SAGEMAKER}, False),
    ("pipeline-run", "iam:PassRole", "iam::ACCOUNT:role/pipeline-jobs-0000000", {"iam:PassedToService": LAMBDA}, False),
    (
        "pipeline-run",
        "iam:PassRole",
        "iam::ACCOUNT:role/pipeline-jobs-0000000",
        {"iam:PassedToService": SAGEMAKER},
        True,
    ),
    (
        "pipeline-run",
        "sagemaker:UpdateModelPackage",
        "sagemaker:us-east-1:ACCOUNT:model-package/slipway-STACK/1",
        {},
        False,
    ),
    ("pipeline-schedule", "sagemaker:CreateTrainingJob", "sagemaker:us-east-1:ACCOUNT:training-job/others", {}, False),
    ("pipeline-retrain", "sagemaker:StartPipelineExecution", "sagemaker:us-east-1:ACCOUNT:pipeline/others", {}, False),
    ("office-hours", "sagemaker:DeleteEndpoint", "sagemaker:us-east-1:ACCOUNT:endpoint/others", {}, False),
    ("office-hours", "sagemaker:CreateEndpointConfig", "sagemaker:us-east-1:ACCOUNT:endpoint-config/x", {}, False),
    ("tracking", "s3:GetObject", "s3:::lake-artifacts-0000000/models/j/output/model.tar.gz", {}, False),
    ("flow-logs", "logs:PutLogEvents", "logs:us-east-1:ACCOUNT:log-group:/aws/lambda/others:log-stream:s", {}, False),
    (DEPLOY, "iam:CreateRole", "iam::ACCOUNT:role/training-0000000", {}, False),
    (DEPLOY, "iam:CreateRole", "iam::ACCOUNT:role/training-0000000", {"iam:PermissionsBoundary": THEIRS}, False),
    (DEPLOY, "iam:CreateRole", "iam::ACCOUNT:role/training-0000000", {"iam:PermissionsBoundary": BOUNDARY}, True),
    (DEPLOY, "iam:CreateRole", "iam::ACCOUNT:role/administrator", {"iam:PermissionsBoundary": BOUNDARY}, False),
    (DEPLOY, "iam:DeleteRolePermissionsBoundary", "iam::ACCOUNT:role/training-0000000", {}, False),
    (DEPLOY, "iam:CreatePolicyVersion", "iam::ACCOUNT:policy/slipway-STACK-boundary", {}, False),
    (
        DEPLOY,
        "iam:PutRolePolicy",
        "iam::ACCOUNT:role/slipway-STACK-deploy",
        {"iam:PermissionsBoundary": BOUNDARY},
        False,
    ),
    (DEPLOY, "iam:UpdateAssumeRolePolicy", "iam::ACCOUNT:role/slipway-STACK-deploy", {}, False),
    (DEPLOY, "iam:PassRole", "iam::ACCOUNT:role/training-0000000", {"iam:PassedToService": LAMBDA}, False),
    (DEPLOY, "s3:GetObject", "s3:::lake-curated-0000000/train/f.parquet", {}, False),
    (DEPLOY, "s3:DeleteObject", "s3:::lake-raw-0000000/flights/f.parquet", {}, False),
    (DEPLOY, "s3:DeleteBucket", "s3:::somebody-elses-bucket", {}, False),
    (DEPLOY, "s3:DeleteBucket", "s3:::acme-state", {}, False),
    (DEPLOY, "kms:ScheduleKeyDeletion", "kms:us-east-1:ACCOUNT:key/of-the-state", {}, False),
    (DEPLOY, "kms:PutKeyPolicy", "kms:us-east-1:ACCOUNT:key/of-the-state", {}, False),
    (DEPLOY, "kms:Decrypt", "kms:us-east-1:ACCOUNT:key/of-the-state", {}, True),
    (DEPLOY, "kms:Decrypt", "kms:us-east-1:ACCOUNT:key/key-0000000", {}, False),
    (PREVIEW, "s3:PutObject", "s3:::acme-state/.pulumi/stacks/s.json", {}, False),
    (PREVIEW, "s3:GetObject", "s3:::lake-curated-0000000/train/f.parquet", {}, False),
    (PREVIEW, "sagemaker:InvokeEndpoint", "sagemaker:us-east-1:ACCOUNT:endpoint/slipway-STACK", {}, False),
    (PREVIEW, "iam:PassRole", "iam::ACCOUNT:role/training-0000000", {"iam:PassedToService": SAGEMAKER}, False),
]


def test_what_a_reviewer_asks_is_answered_as_it_should_be(roles: Any) -> None:
    everybody = roles("staging")
    answers = {}
    for name, action, resource, keys, _ in QUESTIONS:
        role = everybody[name]
        words = [told(text, role) for text in (resource, *keys.values())]
        answer = role.may(
            action, f"arn:aws:{words[0]}", {key: (word,) for key, word in zip(keys, words[1:], strict=True)}
        )
        answers[name, action, resource, *keys.values()] = answer
    assert answers == {
        (name, action, resource, *keys.values()): right for name, action, resource, keys, right in QUESTIONS
    }


def told(text: str, role: Role) -> str:
    """Return a text of a question with the account and the stack that it is asked about."""
    return text.replace("ACCOUNT", role.account).replace("STACK", "staging")


@pytest.mark.parametrize(
    ("statement", "seen"),
    [
        ({"Action": "s3:*", "Resource": "*"}, ("s3:GetObject", "arn:aws:s3:::lake-raw-0000000/flights/f.parquet", "")),
        (
            {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::lake-*/*"},
            ("s3:GetObject", "arn:aws:s3:::lake-captures-0000000/endpoints/e/c.jsonl", ""),
        ),
        (
            {"Action": "kms:Decrypt", "Resource": "*", "Condition": {"StringLike": {"kms:ViaService": "s3.*"}}},
            ("kms:Decrypt", "arn:aws:kms:us-east-1:ACCOUNT:key/of-others", "kms:ViaService StringLike s3.*"),
        ),
    ],
)
def test_a_policy_that_widens_widens_the_table(
    roles: Any, statement: dict[str, Any], seen: tuple[str, str, str]
) -> None:
    role = roles("staging")["training"]
    before = rights(table_of({"training": role}, "staging"))["training"]
    wider = parse(json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}))
    conditions = (*role.conditions, *(said.condition for said in wider.statements if said.condition))
    planted = replace(role, identity=(*role.identity, wider), conditions=conditions)
    after = rights(table_of({"training": planted}, "staging"))["training"]
    assert seen in after - before
    # the boundary holds all the same
    assert not {pair for pair in after if pair[0] in ("s3:DeleteBucket", "s3:PutBucketPolicy")}
