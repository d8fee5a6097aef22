"""A sandbox under --enforce-iam: roles and users may do what their policies say, and are told what is missing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow

ACCOUNT = "123456789012"
LAKE = "lake-raw"


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def refused(call: Callable[..., Any], **params: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        call(**params)
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


def test_a_role_may_do_what_its_policy_names_and_is_told_the_missing_action_and_arn(enforced: Any) -> None:
    key = allow("kms:Decrypt", enforced.key)
    role = enforced.role("reader", allow("s3:GetObject", f"arn:aws:s3:::{LAKE}/train/*"), key)
    s3 = enforced.client("s3", enforced.assumed(role))
    assert s3.get_object(Bucket=LAKE, Key="train/a.csv")["Body"].read() == b"1\n"
    who = f"User: arn:aws:sts::{ACCOUNT}:assumed-role/reader/me is not authorized to perform"
    why = "because no identity-based policy allows the s3:GetObject action"
    told = f'{who}: s3:GetObject on resource: "arn:aws:s3:::{LAKE}/secret" {why}'
    assert refused(s3.get_object, Bucket=LAKE, Key="secret") == ("AccessDenied", told)
    enforced.client("iam").put_role_policy(
        RoleName="reader",
        PolicyName="no",
        PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "kms:*", "Resource": "*"}]}
        ),
    )
    code, message = refused(s3.get_object, Bucket=LAKE, Key="train/a.csv")
    assert (code, message) == (
        "AccessDenied",
        f"{who}: kms:Decrypt on resource: {enforced.key} with an explicit deny in an identity-based policy",
    )


@pytest.mark.parametrize(
    ("service", "operation", "params", "code", "status"),
    [
        ("sagemaker", "list_models", {}, "AccessDeniedException", 400),
        ("iam", "list_roles", {}, "AccessDenied", 403),
        ("ec2", "describe_vpcs", {}, "UnauthorizedOperation", 403),
        ("lambda", "list_functions", {}, "AccessDeniedException", 403),
        ("s3", "list_buckets", {}, "AccessDenied", 403),
        ("route53", "list_hosted_zones", {}, "AccessDenied", 403),
        ("cloudwatch", "describe_alarms", {}, "AccessDeniedException", 400),
        ("sns", "list_topics", {}, "AuthorizationError", 403),
    ],
)
def test_a_denial_is_worded_in_the_protocol_of_its_service(
    enforced: Any, service: str, operation: str, params: dict[str, Any], code: str, status: int
) -> None:
    role = enforced.role(f"nobody-{service}")
    with pytest.raises(ClientError) as error:
        getattr(enforced.client(service, enforced.assumed(role)), operation)(**params)
    response = error.value.response
    assert (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
    assert "is not authorized to perform" in response["Error"]["Message"]


def test_users_and_their_groups_are_judged_and_who_they_are_needs_no_permission(enforced: Any) -> None:
    iam = enforced.client("iam")
    iam.create_user(UserName="ann")
    iam.create_group(GroupName="ops")
    keys = iam.create_access_key(UserName="ann")["AccessKey"]
    sqs = enforced.client("sqs", keys)
    assert refused(sqs.list_queues)[0] == "AccessDeniedException"
    assert enforced.client("sts", keys).get_caller_identity()["Arn"].endswith(":user/ann")
    iam.put_group_policy(
        GroupName="ops",
        PolicyName="p",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": allow("sqs:*")}),
    )
    iam.add_user_to_group(GroupName="ops", UserName="ann")
    assert sqs.list_queues()["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_a_session_must_show_its_token_and_learns_nothing_of_what_it_may_not_list(enforced: Any) -> None:
    role = enforced.role("token", allow("s3:GetObject", f"arn:aws:s3:::{LAKE}/*"))
    keys = enforced.assumed(role)
    assert "s3:ListBucket" in refused(enforced.client("s3", keys).get_object, Bucket=LAKE, Key="not-there")[1]
    for token in ({}, {"SessionToken": "of-somebody-else"}):
        wrong = {name: value for name, value in keys.items() if name != "SessionToken"} | token
        assert refused(enforced.client("sqs", wrong).list_queues)[0] == "UnrecognizedClientException"


def test_a_new_default_version_of_a_managed_policy_decides_at_once(enforced: Any) -> None:
    iam = enforced.client("iam")
    role = enforced.role("managed")
    first = json.dumps({"Version": "2012-10-17", "Statement": allow("sqs:ListQueues")})
    arn = iam.create_policy(PolicyName="managed", PolicyDocument=first)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="managed", PolicyArn=arn)
    sqs = enforced.client("sqs", enforced.assumed(role))
    sqs.list_queues()
    other = first.replace("sqs:ListQueues", "sns:ListTopics")
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=other, SetAsDefault=True)
    assert refused(sqs.list_queues)[0] == "AccessDeniedException"


def test_a_boundary_and_a_session_policy_bound_a_role(enforced: Any) -> None:
    iam = enforced.client("iam")
    only = json.dumps({"Version": "2012-10-17", "Statement": allow("sqs:*")})
    boundary = iam.create_policy(PolicyName="boundary", PolicyDocument=only)["Policy"]["Arn"]
    role = enforced.role("bounded", allow("*"), PermissionsBoundary=boundary)
    keys = enforced.assumed(role)
    enforced.client("sqs", keys).list_queues()
    assert "because no permissions boundary allows" in refused(enforced.client("sns", keys).list_topics)[1]
    scoped = enforced.assumed(enforced.role("scoped", allow("*")), Policy=only)
    enforced.client("sqs", scoped).list_queues()
    assert "because no session policy allows" in refused(enforced.client("sns", scoped).list_topics)[1]


def test_only_who_is_trusted_may_assume_a_role(enforced: Any) -> None:
    service = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = enforced.role("for-a-service", trust=service)
    code, message = refused(enforced.client("sts").assume_role, RoleArn=role, RoleSessionName="me")
    assert (code, "no resource-based policy allows the sts:AssumeRole action" in message) == ("AccessDenied", True)


def test_conditions_on_tags_prefixes_and_instance_types_decide(enforced: Any) -> None:
    role = enforced.role(
        "conditional",
        allow(
            "s3:ListBucket",
            f"arn:aws:s3:::{LAKE}",
            Condition={"StringLike": {"s3:prefix": "${aws:PrincipalTag/team}/*"}},
        ),
        allow(
            ["sqs:CreateQueue", "sqs:TagQueue"],
            Condition={"StringEquals": {"aws:RequestTag/team": "${aws:PrincipalTag/team}"}},
        ),
        allow(
            "sagemaker:CreateEndpointConfig",
            Condition={"ForAllValues:StringLike": {"sagemaker:InstanceTypes": "ml.t2.*"}},
        ),
        allow("sagemaker:*", Condition={"StringEquals": {"aws:ResourceTag/team": "ml"}}),
        Tags=[{"Key": "team", "Value": "ml"}],
    )
    keys = enforced.assumed(role)
    s3, sqs, sagemaker = (enforced.client(each, keys) for each in ("s3", "sqs", "sagemaker"))
    s3.list_objects_v2(Bucket=LAKE, Prefix="ml/x")
    assert refused(s3.list_objects_v2, Bucket=LAKE, Prefix="ops/")[0] == "AccessDenied"
    sqs.create_queue(QueueName="tagged", tags={"team": "ml"})
    assert refused(sqs.create_queue, QueueName="untagged")[0] == "AccessDeniedException"

    def variants(kind: str) -> list[dict[str, Any]]:
        return [{"VariantName": "v", "ModelName": "m", "InstanceType": kind, "InitialInstanceCount": 1}]

    refusal = refused(
        sagemaker.create_endpoint_config, EndpointConfigName="c", ProductionVariants=variants("ml.m5.large")
    )
    assert refusal[0] == "AccessDeniedException"
    # permitted, and refused by the service: there is no such model
    code = refused(
        sagemaker.create_endpoint_config, EndpointConfigName="c", ProductionVariants=variants("ml.t2.medium")
    )
    assert code[0] == "ValidationException"
    administrator = enforced.client("sagemaker")
    for team in ("ml", "ops"):
        administrator.create_model_package_group(ModelPackageGroupName=team, Tags=[{"Key": "team", "Value": team}])
    sagemaker.describe_model_package_group(ModelPackageGroupName="ml")
    assert refused(sagemaker.describe_model_package_group, ModelPackageGroupName="ops")[0] == "AccessDeniedException"


def test_a_role_must_be_passed_to_the_service_that_is_to_take_it(enforced: Any) -> None:
    service = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    given = enforced.role("given", trust=service)
    to_events = {"StringEquals": {"iam:PassedToService": "events.amazonaws.com"}}
    role = enforced.role("giver", allow("sagemaker:CreateModel"), allow("iam:PassRole", given, Condition=to_events))
    sagemaker = enforced.client("sagemaker", enforced.assumed(role))
    model = {"ModelName": "m", "PrimaryContainer": {"Image": "x"}, "ExecutionRoleArn": given}
    assert f"iam:PassRole on resource: {given}" in refused(sagemaker.create_model, **model)[1]
    to_sagemaker = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    enforced.client("iam").put_role_policy(
        RoleName="giver",
        PolicyName="pass",
        PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": allow("iam:PassRole", given, Condition=to_sagemaker)}
        ),
    )
    sagemaker.create_model(**model)
    enforced.client("sagemaker").delete_model(ModelName="m")


def test_policies_at_resources_decide_for_those_that_they_name(enforced: Any) -> None:
    role = enforced.role("guest")
    keys = enforced.assumed(role)
    statement = allow("*", Principal={"AWS": role})
    text = json.dumps({"Version": "2012-10-17", "Statement": statement})
    url = enforced.client("sqs").create_queue(QueueName="guests")["QueueUrl"]
    sqs = enforced.client("sqs", keys)
    assert refused(sqs.receive_message, QueueUrl=url)[0] == "AccessDeniedException"
    enforced.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": text.replace('"*"', '"sqs:*"', 1)})
    sqs.receive_message(QueueUrl=url)
    secret = enforced.client("secretsmanager").create_secret(Name="guests", SecretString="x")["ARN"]
    secrets = enforced.client("secretsmanager", keys)
    assert (
        f"secretsmanager:GetSecretValue on resource: {secret}"
        in refused(secrets.get_secret_value, SecretId="guests")[1]
    )
    enforced.client("secretsmanager").put_resource_policy(SecretId="guests", ResourcePolicy=text)
    assert secrets.get_secret_value(SecretId="guests")["SecretString"] == "x"
    enforced.client("sagemaker").create_model_package_group(ModelPackageGroupName="guests")
    sagemaker = enforced.client("sagemaker", keys)
    assert refused(sagemaker.describe_model_package_group, ModelPackageGroupName="guests")[0] == "AccessDeniedException"
    enforced.client("sagemaker").put_model_package_group_policy(ModelPackageGroupName="guests", ResourcePolicy=text)
    sagemaker.describe_model_package_group(ModelPackageGroupName="guests")


def test_event_bridge_delivers_only_where_the_targets_policy_lets_it_for_its_rule(enforced: Any) -> None:
    events, sqs = enforced.client("events"), enforced.client("sqs")
    url = sqs.create_queue(QueueName="events")["QueueUrl"]
    queue = f"arn:aws:sqs:us-east-1:{ACCOUNT}:events"
    rule = events.put_rule(Name="all", EventPattern=json.dumps({"source": ["test"]}))["RuleArn"]
    events.put_targets(Rule="all", Targets=[{"Id": "1", "Arn": queue}])

    def received(source: str) -> bool:
        statement = allow("sqs:SendMessage", queue, Principal={"Service": "events.amazonaws.com"})
        statement["Condition"] = {"ArnEquals": {"aws:SourceArn": source}}
        policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        events.put_events(Entries=[{"Source": "test", "DetailType": "Thing", "Detail": "{}"}])
        return "Messages" in sqs.receive_message(QueueUrl=url)

    assert not received(rule + "-of-others")
    assert received(rule)


def test_a_grant_lets_use_a_key_under_its_encryption_context(enforced: Any) -> None:
    role = enforced.role("grantee")
    kms = enforced.client("kms", enforced.assumed(role))
    use = {"KeyId": enforced.key, "Plaintext": b"x", "EncryptionContext": {"job": "a"}}
    assert "no identity-based policy allows the kms:Encrypt action" in refused(kms.encrypt, **use)[1]
    enforced.client("kms").create_grant(
        KeyId=enforced.key,
        GranteePrincipal=role,
        Operations=["Encrypt"],
        Constraints={"EncryptionContextEquals": {"job": "a"}},
    )
    assert kms.encrypt(**use)["KeyId"] == enforced.key
    assert refused(kms.encrypt, **{**use, "EncryptionContext": {"job": "b"}})[0] == "AccessDeniedException"
    assert refused(kms.decrypt, CiphertextBlob=b"x" * 64)[0] == "AccessDeniedException"


def test_a_key_whose_policy_names_nobody_is_nobodys_not_even_the_administrators(enforced: Any) -> None:
    alone = json.dumps(
        {"Version": "2012-10-17", "Statement": allow("kms:*", Principal={"Service": "s3.amazonaws.com"})}
    )
    key = enforced.client("kms").create_key(Policy=alone)["KeyMetadata"]["KeyId"]
    assert "no resource-based policy allows" in refused(enforced.client("kms").describe_key, KeyId=key)[1]


def test_what_was_denied_is_listed_with_action_resource_and_caller(enforced: Any, control_word: Any) -> None:
    role = enforced.role("listed")
    sns = enforced.client("sns", enforced.assumed(role))
    for _ in range(2):
        refused(sns.list_topics)
    found = json.loads(control_word("denials", "--json", state=enforced.sandbox.state).stdout)[-1]
    assert (found["caller"], found["action"], found["resource"], found["count"]) == (
        f"arn:aws:sts::{ACCOUNT}:assumed-role/listed/me",
        "sns:ListTopics",
        "*",
        2,
    )
    assert "permissions enforced" in control_word("status", state=enforced.sandbox.state).stdout
    told = control_word("denials", "--forget", state=enforced.sandbox.state).stdout
    assert "sns:ListTopics on *" in told
    assert control_word("denials", state=enforced.sandbox.state).stdout == "nothing was denied\n"
    refused(sns.list_topics)
    assert "sns:ListTopics on *" in control_word("denials", state=enforced.sandbox.state).stdout
    assert "denied: User: " in enforced.sandbox.state.joinpath("logs", "sandbox.log").read_text()


def test_a_condition_key_that_the_sandbox_does_not_know_is_named_in_the_denial(enforced: Any) -> None:
    role = enforced.role("odd", allow("sns:*", Condition={"StringEquals": {"sns:Weather": "fine"}}))
    sns = enforced.client("sns", enforced.assumed(role))
    assert "the sandbox does not know the condition key sns:Weather" in refused(sns.list_topics)[1]


def test_permissions_are_not_enforced_unless_asked_for(sandbox: Any) -> None:
    sandbox.iam.create_role(RoleName="free", AssumeRolePolicyDocument="{}")
    keys = sandbox.client("sts").assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/free", RoleSessionName="me")[
        "Credentials"
    ]
    import boto3  # noqa: PLC0415

    session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name="us-east-1")
    session.client("sqs", endpoint_url=sandbox.endpoint).list_queues()
