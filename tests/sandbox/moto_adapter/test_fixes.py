"""Each correction of moto, held to what AWS documents."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.slow


def deny(bucket: str, condition: dict[str, Any]) -> str:
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": condition,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.mark.parametrize(
    "condition",
    [
        {"Bool": {"aws:SecureTransport": "false"}},
        {"Bool": {"aws:SecureTransport": False}},
        {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
        {"StringNotEquals": {"aws:PrincipalAccount": "123456789012"}},
    ],
)
def test_a_policy_that_demands_tls_locks_nobody_out(sandbox: Any, condition: dict[str, Any]) -> None:
    sandbox.s3.create_bucket(Bucket="tls-only")
    sandbox.s3.put_bucket_policy(Bucket="tls-only", Policy=deny("tls-only", condition))
    sandbox.s3.put_object(Bucket="tls-only", Key="k", Body=b"x")
    assert sandbox.s3.get_object(Bucket="tls-only", Key="k")["Body"].read() == b"x"
    assert "Errors" not in sandbox.s3.delete_objects(Bucket="tls-only", Delete={"Objects": [{"Key": "k"}]})


def test_a_policy_that_denies_still_denies(sandbox: Any) -> None:
    sandbox.s3.create_bucket(Bucket="denied")
    sandbox.s3.put_object(Bucket="denied", Key="k", Body=b"x")
    for condition in ({}, {"Bool": {"aws:SecureTransport": "true"}}):
        sandbox.s3.put_bucket_policy(Bucket="denied", Policy=deny("denied", condition))
        with pytest.raises(ClientError) as refused:
            sandbox.s3.get_object(Bucket="denied", Key="k")
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_a_log_group_can_be_given_a_key_and_lose_it(sandbox: Any) -> None:
    key = sandbox.kms.create_key()["KeyMetadata"]["Arn"]
    sandbox.logs.create_log_group(logGroupName="/keyed")
    sandbox.logs.associate_kms_key(logGroupName="/keyed", kmsKeyId=key)
    assert sandbox.logs.describe_log_groups(logGroupNamePrefix="/keyed")["logGroups"][0]["kmsKeyId"] == key
    sandbox.logs.disassociate_kms_key(logGroupName="/keyed")
    assert "kmsKeyId" not in sandbox.logs.describe_log_groups(logGroupNamePrefix="/keyed")["logGroups"][0]
    with pytest.raises(ClientError) as missing:
        sandbox.logs.associate_kms_key(logGroupName="/nowhere", kmsKeyId=key)
    assert missing.value.response["Error"]["Code"] == "ResourceNotFoundException"


def policy_names(sandbox: Any, **params: Any) -> list[str]:
    return [each["policyName"] for each in sandbox.logs.describe_resource_policies(**params)["resourcePolicies"]]


def test_a_policy_of_the_account_for_logs_is_a_policy_and_told_with_its_scope(sandbox: Any) -> None:
    statement = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "logs:PutLogEvents"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    for name in ("one", "two"):
        put = sandbox.logs.put_resource_policy(policyName=name, policyDocument=text)["resourcePolicy"]
        assert (put["policyScope"], put["policyDocument"]) == ("ACCOUNT", text)
    assert policy_names(sandbox) == policy_names(sandbox, policyScope="ACCOUNT") == ["one", "two"]
    assert policy_names(sandbox, policyScope="RESOURCE") == []
    first = sandbox.logs.describe_resource_policies(limit=1)
    assert policy_names(sandbox, limit=1, nextToken=first["nextToken"]) == ["two"]
    for wrong in ("not JSON", "[]", "{}"):
        with pytest.raises(sandbox.logs.exceptions.InvalidParameterException):
            sandbox.logs.put_resource_policy(policyName="wrong", policyDocument=wrong)
    with pytest.raises(sandbox.logs.exceptions.InvalidParameterException):
        sandbox.logs.put_resource_policy(policyDocument=text)
    for name in ("one", "two"):
        sandbox.logs.delete_resource_policy(policyName=name)
    with pytest.raises(sandbox.logs.exceptions.ResourceNotFoundException):
        sandbox.logs.delete_resource_policy(policyName="one")


def test_a_log_group_has_one_policy_that_is_changed_by_its_revision_only(sandbox: Any) -> None:
    logs, name = sandbox.logs, "/aws/events/policies"
    group = f"arn:aws:logs:us-east-1:123456789012:log-group:{name}"
    text = json.dumps({"Version": "2012-10-17", "Statement": [{"Sid": "one", "Effect": "Allow"}]})
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.put_resource_policy(policyDocument=text, resourceArn=group)
    logs.create_log_group(logGroupName=name)
    put = logs.put_resource_policy(policyDocument=text, resourceArn=group)
    assert put["resourcePolicy"]["policyScope"] == "RESOURCE"
    (found,) = logs.describe_resource_policies(resourceArn=group)["resourcePolicies"]
    assert (found["policyDocument"], found["revisionId"]) == (text, put["revisionId"])
    assert not logs.describe_resource_policies()["resourcePolicies"]

    other = text.replace("one", "two")
    for stale in ({}, {"expectedRevisionId": "0"}):
        with pytest.raises(logs.exceptions.OperationAbortedException):
            logs.put_resource_policy(policyDocument=other, resourceArn=group, **stale)
        with pytest.raises(logs.exceptions.OperationAbortedException):
            logs.delete_resource_policy(resourceArn=group, **stale)
    again = logs.put_resource_policy(policyDocument=other, resourceArn=group, expectedRevisionId=put["revisionId"])
    assert again["revisionId"] != put["revisionId"]
    logs.delete_resource_policy(resourceArn=group, expectedRevisionId=again["revisionId"])
    assert not logs.describe_resource_policies(policyScope="RESOURCE")["resourcePolicies"]

    logs.put_resource_policy(policyDocument=text, resourceArn=group)
    logs.delete_log_group(logGroupName=name)
    assert not logs.describe_resource_policies(policyScope="RESOURCE")["resourcePolicies"]


def test_rotation_has_the_period_that_was_asked_for_or_a_year(sandbox: Any) -> None:
    key = sandbox.kms.create_key()["KeyMetadata"]["KeyId"]
    assert "RotationPeriodInDays" not in sandbox.kms.get_key_rotation_status(KeyId=key)
    sandbox.kms.enable_key_rotation(KeyId=key)
    assert sandbox.kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 365
    sandbox.kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=180)
    assert sandbox.kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 180


def test_a_scheduled_deletion_answers_the_state_and_the_window(sandbox: Any) -> None:
    key = sandbox.kms.create_key()["KeyMetadata"]
    answer = sandbox.kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    assert (answer["KeyId"], answer["KeyState"], answer["PendingWindowInDays"]) == (key["Arn"], "PendingDeletion", 7)
    with pytest.raises(ClientError):
        sandbox.kms.schedule_key_deletion(KeyId=sandbox.kms.create_key()["KeyMetadata"]["KeyId"], PendingWindowInDays=6)


def test_a_bucket_says_that_event_bridge_is_told(sandbox: Any) -> None:
    sandbox.s3.create_bucket(Bucket="told")
    assert "EventBridgeConfiguration" not in sandbox.s3.get_bucket_notification_configuration(Bucket="told")
    sandbox.s3.put_bucket_notification_configuration(
        Bucket="told", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    assert sandbox.s3.get_bucket_notification_configuration(Bucket="told")["EventBridgeConfiguration"] == {}


def test_policy_simulation_answers_by_the_policies_of_a_role_and_by_those_that_are_given(sandbox: Any) -> None:
    objects = "arn:aws:s3:::lake/*"
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": objects}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = sandbox.iam.create_role(RoleName="simulated", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    sandbox.iam.put_role_policy(RoleName="simulated", PolicyName="p", PolicyDocument=text)
    asked = {"ActionNames": ["s3:GetObject", "s3:PutObject"], "ResourceArns": ["arn:aws:s3:::lake/a"]}
    answer = sandbox.iam.simulate_principal_policy(PolicySourceArn=role, **asked)
    assert not answer["IsTruncated"]
    found = [(each["EvalActionName"], each["EvalDecision"]) for each in answer["EvaluationResults"]]
    assert found == [("s3:GetObject", "allowed"), ("s3:PutObject", "implicitDeny")]
    only_ml = {**statement, "Condition": {"StringEquals": {"aws:PrincipalTag/team": "ml"}}}
    custom = json.dumps({"Version": "2012-10-17", "Statement": [only_ml]})
    entry = {"ContextKeyName": "aws:PrincipalTag/team", "ContextKeyValues": ["ml"], "ContextKeyType": "string"}
    for entries, decision in (([], "implicitDeny"), ([entry], "allowed")):
        answer = sandbox.iam.simulate_custom_policy(PolicyInputList=[custom], ContextEntries=entries, **asked)
        assert answer["EvaluationResults"][0]["EvalDecision"] == decision
    nobody = f"arn:aws:iam::{sandbox.account}:role/nobody"
    with pytest.raises(ClientError) as missing:
        sandbox.iam.simulate_principal_policy(PolicySourceArn=nobody, ActionNames=["s3:GetObject"])
    assert missing.value.response["Error"]["Code"] == "NoSuchEntity"


def put_event(sandbox: Any, detail: dict[str, Any]) -> None:
    entry = {"Source": "test", "DetailType": "Thing Happened", "Detail": json.dumps(detail), "Resources": ["arn:x"]}
    assert sandbox.events.put_events(Entries=[entry])["FailedEntryCount"] == 0


def test_an_event_reaches_every_target_that_can_be_reached_whatever_the_others_are(sandbox: Any) -> None:
    account = sandbox.account
    url = sandbox.sqs.create_queue(QueueName="events")["QueueUrl"]
    topic = sandbox.client("sns").create_topic(Name="events")["TopicArn"]
    mail = sandbox.sqs.create_queue(QueueName="mail")["QueueUrl"]
    sandbox.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:{account}:mail")
    sandbox.logs.create_log_group(logGroupName="/events")
    sandbox.events.put_rule(Name="all", EventPattern=json.dumps({"source": ["test"]}))
    template = {"InputPathsMap": {"n": "$.detail.n"}, "InputTemplate": '"number <n>"'}
    targets = [
        {"Id": "1", "Arn": f"arn:aws:lambda:us-east-1:{account}:function:none"},
        {"Id": "2", "Arn": f"arn:aws:sqs:us-east-1:{account}:not-there"},
        {"Id": "3", "Arn": topic, "InputTransformer": template},
        {"Id": "4", "Arn": f"arn:aws:sqs:us-east-1:{account}:events"},
        {"Id": "5", "Arn": f"arn:aws:logs:us-east-1:{account}:log-group:/events"},
    ]
    assert sandbox.events.put_targets(Rule="all", Targets=targets)["FailedEntryCount"] == 0
    put_event(sandbox, {"n": 7})
    event = json.loads(sandbox.sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"])
    assert (event["detail"], event["account"], event["resources"]) == ({"n": 7}, account, ["arn:x"])
    assert event["time"].endswith("Z")
    told = json.loads(sandbox.sqs.receive_message(QueueUrl=mail)["Messages"][0]["Body"])
    assert told["Message"] == '"number 7"'
    assert json.loads(sandbox.logs.filter_log_events(logGroupName="/events")["events"][0]["message"]) == event


def test_a_disabled_rule_sends_nothing(sandbox: Any) -> None:
    url = sandbox.sqs.create_queue(QueueName="off")["QueueUrl"]
    sandbox.events.put_rule(Name="off", EventPattern=json.dumps({"source": ["test"]}), State="DISABLED")
    queue = f"arn:aws:sqs:us-east-1:{sandbox.account}:off"
    sandbox.events.put_targets(Rule="off", Targets=[{"Id": "1", "Arn": queue}])
    put_event(sandbox, {"n": 1})
    assert "Messages" not in sandbox.sqs.receive_message(QueueUrl=url)
    sandbox.events.enable_rule(Name="off")
    put_event(sandbox, {"n": 2})
    assert json.loads(sandbox.sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"])["detail"] == {"n": 2}


def test_an_archive_keeps_what_passes(sandbox: Any) -> None:
    bus = f"arn:aws:events:us-east-1:{sandbox.account}:event-bus/default"
    sandbox.events.create_archive(ArchiveName="kept", EventSourceArn=bus)
    put_event(sandbox, {"n": 1})
    assert sandbox.events.describe_archive(ArchiveName="kept")["EventCount"] == 1


def test_a_schedule_group_can_be_deleted_once(sandbox: Any) -> None:
    sandbox.client("scheduler").create_schedule_group(Name="nightly")
    sandbox.client("scheduler").delete_schedule_group(Name="nightly")
    with pytest.raises(ClientError) as missing:
        sandbox.client("scheduler").delete_schedule_group(Name="nightly")
    assert missing.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_a_metric_filter_put_again_replaces_the_one_of_its_name(sandbox: Any) -> None:
    sandbox.logs.create_log_group(logGroupName="/filtered")
    for pattern in ("ERROR", "WARN"):
        sandbox.logs.put_metric_filter(
            logGroupName="/filtered",
            filterName="errors",
            filterPattern=pattern,
            metricTransformations=[{"metricName": "errors", "metricNamespace": "n", "metricValue": "1"}],
        )
    (only,) = sandbox.logs.describe_metric_filters(logGroupName="/filtered")["metricFilters"]
    assert only["filterPattern"] == "WARN"
    sandbox.logs.delete_metric_filter(logGroupName="/filtered", filterName="errors")
    with pytest.raises(ClientError) as missing:
        sandbox.logs.delete_metric_filter(logGroupName="/filtered", filterName="errors")
    assert missing.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_clients_of_an_identity_provider_come_and_go_and_may_do_so_twice(sandbox: Any) -> None:
    made = sandbox.iam.create_open_id_connect_provider(Url="https://example.com", ClientIDList=["a"])
    provider = {"OpenIDConnectProviderArn": made["OpenIDConnectProviderArn"]}
    for _ in range(2):
        sandbox.iam.add_client_id_to_open_id_connect_provider(**provider, ClientID="b")
    assert sandbox.iam.get_open_id_connect_provider(**provider)["ClientIDList"] == ["a", "b"]
    for _ in range(2):
        sandbox.iam.remove_client_id_from_open_id_connect_provider(**provider, ClientID="a")
    assert sandbox.iam.get_open_id_connect_provider(**provider)["ClientIDList"] == ["b"]


def test_a_topic_tells_every_attribute_that_was_set(sandbox: Any) -> None:
    sns = sandbox.client("sns")
    topic = sns.create_topic(Name="told", Attributes={"SignatureVersion": "2"})["TopicArn"]
    sns.set_topic_attributes(TopicArn=topic, AttributeName="LambdaSuccessFeedbackSampleRate", AttributeValue="50")
    found = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert (found["SignatureVersion"], found["LambdaSuccessFeedbackSampleRate"]) == ("2", "50")
    assert "TracingConfig" not in found


def test_an_address_outlives_its_nat_gateway_and_serves_another(sandbox: Any) -> None:
    ec2 = sandbox.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    for _ in range(2):
        gateway = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]
        ec2.delete_nat_gateway(NatGatewayId=gateway)
        (found,) = ec2.describe_addresses(AllocationIds=[address])["Addresses"]
        assert "AssociationId" not in found


def test_private_names_of_an_endpoint_can_be_turned_off(sandbox: Any) -> None:
    ec2 = sandbox.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    made = ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName="com.amazonaws.us-east-1.sts", VpcEndpointType="Interface", PrivateDnsEnabled=True
    )["VpcEndpoint"]["VpcEndpointId"]
    ec2.modify_vpc_endpoint(VpcEndpointId=made, PrivateDnsEnabled=False)
    (found,) = ec2.describe_vpc_endpoints(VpcEndpointIds=[made])["VpcEndpoints"]
    assert found["PrivateDnsEnabled"] is False


def test_a_rule_for_a_group_or_a_prefix_list_keeps_its_description(sandbox: Any) -> None:
    ec2 = sandbox.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="described", Description="d", VpcId=vpc)["GroupId"]
    named: Any = [{"Name": "prefix-list-name", "Values": ["com.amazonaws.us-east-1.s3"]}]
    (s3,) = ec2.describe_prefix_lists(Filters=named)["PrefixLists"]
    for pair in (
        {"UserIdGroupPairs": [{"GroupId": group, "Description": "peers"}]},
        {"PrefixListIds": [{"PrefixListId": s3["PrefixListId"], "Description": "S3"}]},
    ):
        permission: Any = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **pair}
        (made,) = ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[permission])["SecurityGroupRules"]
        rule = made["SecurityGroupRuleId"]
        (found,) = ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule])["SecurityGroupRules"]
        assert found["Description"] in {"peers", "S3"}


@pytest.mark.parametrize(("prefix", "taken"), [("access/raw/", True), ("elsewhere/", False)])
def test_access_logs_go_below_every_prefix_that_the_target_allows_beside_what_it_denies(
    sandbox: Any, prefix: str, *, taken: bool
) -> None:
    s3 = sandbox.client("s3")
    for bucket in ("logged", "target"):
        s3.create_bucket(Bucket=f"{bucket}-{prefix[:3]}")
    source, target = f"logged-{prefix[:3]}", f"target-{prefix[:3]}"
    policy = json.loads(deny(target, {"Bool": {"aws:SecureTransport": "false"}}))
    policy["Statement"].append(
        {
            "Effect": "Allow",
            "Principal": {"Service": "logging.s3.amazonaws.com"},
            "Action": ["s3:PutObject"],
            "Resource": f"arn:aws:s3:::{target}/access/*",
        }
    )
    s3.put_bucket_policy(Bucket=target, Policy=json.dumps(policy))
    status: Any = {"LoggingEnabled": {"TargetBucket": target, "TargetPrefix": prefix}}
    if taken:
        s3.put_bucket_logging(Bucket=source, BucketLoggingStatus=status)
        assert s3.get_bucket_logging(Bucket=source)["LoggingEnabled"]["TargetPrefix"] == prefix
        return
    with pytest.raises(ClientError, match="InvalidTargetBucketForLogging"):
        s3.put_bucket_logging(Bucket=source, BucketLoggingStatus=status)
