"""From a request on the wire to the permissions that it needs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.session import get_session

from slipway.sandbox.gateway.calls import call_of
from slipway.sandbox.gateway.http import Request
from slipway.sandbox.iam.catalog import TABLES, table
from slipway.sandbox.iam.dependents import Encryption, dependents_of
from slipway.sandbox.iam.resources import Place, needs_of

PLACE = Place("aws", "us-east-1", "123456789012")
HERE = "us-east-1:123456789012"
KEY = f"arn:aws:kms:{HERE}:key/k"
FORM = "application/x-www-form-urlencoded"


def needed(request: Request, service: str) -> list[tuple[str, str]]:
    return [(need.action, need.resource) for need in needs_of(call_of(request, service), PLACE, lambda _, __: None)]


def rest(method: str, path: str, query: str = "", **headers: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(method, path, query, {"host": "127.0.0.1:4747", **named})


def target(name: str, **params: Any) -> Request:
    headers = {"host": "127.0.0.1:4747", "x-amz-target": name, "content-type": "application/x-amz-json-1.1"}
    return Request("POST", "/", "", headers, json.dumps(params).encode())


def form(text: str) -> Request:
    return Request("POST", "/", "", {"host": "127.0.0.1:4747", "content-type": FORM}, text.encode())


@pytest.mark.parametrize(
    ("request_", "action", "resource"),
    [
        (rest("GET", "/"), "ListAllMyBuckets", "*"),
        (rest("GET", "/b"), "ListBucket", "b"),
        (rest("GET", "/b/", "list-type=2&prefix=x"), "ListBucket", "b"),
        (rest("HEAD", "/b"), "ListBucket", "b"),
        (rest("PUT", "/b"), "CreateBucket", "b"),
        (rest("GET", "/b", "encryption"), "GetEncryptionConfiguration", "b"),
        (rest("PUT", "/b", "encryption"), "PutEncryptionConfiguration", "b"),
        (rest("DELETE", "/b", "lifecycle"), "PutLifecycleConfiguration", "b"),
        (rest("PUT", "/b", "policy"), "PutBucketPolicy", "b"),
        (rest("GET", "/b", "versions"), "ListBucketVersions", "b"),
        (rest("GET", "/b/a%20b/%C3%BC"), "GetObject", "b/a b/ü"),
        (rest("GET", "/b/a//c/../d"), "GetObject", "b/a//c/../d"),
        (rest("GET", "/b/k", "versionId=1"), "GetObjectVersion", "b/k"),
        (rest("GET", "/b/arn:aws:s3:::other/k"), "GetObject", "b/arn:aws:s3:::other/k"),
        (rest("HEAD", "/b/k"), "GetObject", "b/k"),
        (rest("GET", "/b/k", "tagging"), "GetObjectTagging", "b/k"),
        (rest("PUT", "/b/k"), "PutObject", "b/k"),
        (rest("POST", "/b/k", "uploads"), "PutObject", "b/k"),
        (rest("PUT", "/b/k", "partNumber=1&uploadId=u"), "PutObject", "b/k"),
        (rest("POST", "/b/k", "uploadId=u"), "PutObject", "b/k"),
        (rest("DELETE", "/b/k", "uploadId=u"), "AbortMultipartUpload", "b/k"),
        (rest("DELETE", "/b/k"), "DeleteObject", "b/k"),
        (rest("GET", "/k", host="b.localhost:4747"), "GetObject", "b/k"),
        (rest("GET", "/b/k", host="s3.localhost:4747"), "GetObject", "b/k"),
    ],
)
def test_requests_of_s3_need_the_action_and_the_arn_that_aws_documents(
    request_: Request, action: str, resource: str
) -> None:
    assert needed(request_, "s3") == [(f"s3:{action}", resource if resource == "*" else f"arn:aws:s3:::{resource}")]


def test_a_put_is_a_copy_only_when_it_names_a_source() -> None:
    assert call_of(rest("PUT", "/b/k"), "s3").operation == "PutObject"
    assert call_of(rest("PUT", "/b/k", x_amz_copy_source="/c/d"), "s3").operation == "CopyObject"
    part = rest("PUT", "/b/k", "partNumber=1&uploadId=u", x_amz_copy_source="/c/d")
    assert call_of(part, "s3").operation == "UploadPartCopy"


def test_deleting_many_objects_needs_each_of_them() -> None:
    body = b"<Delete><Object><Key>a</Key></Object><Object><Key>b/c</Key></Object></Delete>"
    request = Request("POST", "/lake", "delete", {"host": "127.0.0.1:4747"}, body)
    assert needed(request, "s3") == [("s3:DeleteObject", f"arn:aws:s3:::lake/{key}") for key in ("a", "b/c")]


@pytest.mark.parametrize(
    ("service", "request_", "needs"),
    [
        (
            "sagemaker",
            rest("POST", "/endpoints/My-E/invocations"),
            [("sagemaker:InvokeEndpoint", "sagemaker:endpoint/my-e")],
        ),
        (
            "sagemaker",
            target("SageMaker.CreateEndpoint", EndpointName="E", EndpointConfigName="C"),
            [
                ("sagemaker:CreateEndpoint", "sagemaker:endpoint/e"),
                ("sagemaker:CreateEndpoint", "sagemaker:endpoint-config/c"),
            ],
        ),
        ("sagemaker", target("SageMaker.ListModels"), [("sagemaker:ListModels", "*")]),
        (
            "sagemaker",
            target("SageMaker.CreateModelPackage", ModelPackageGroupName="g"),
            [("sagemaker:CreateModelPackage", "sagemaker:model-package/g/*")],
        ),
        (
            "logs",
            target("Logs_20140328.PutLogEvents", logGroupName="/g", logStreamName="s"),
            [("logs:PutLogEvents", "logs:log-group:/g:log-stream:s")],
        ),
        ("ecr", target("X.BatchGetImage", repositoryName="a/b"), [("ecr:BatchGetImage", "ecr:repository/a/b")]),
        ("ecr", target("X.GetAuthorizationToken"), [("ecr:GetAuthorizationToken", "*")]),
        ("events", target("AWSEvents.PutRule", Name="r"), [("events:PutRule", "events:rule/r")]),
        (
            "events",
            target("AWSEvents.PutTargets", Rule="r", EventBusName="bus"),
            [("events:PutTargets", "events:rule/bus/r")],
        ),
        (
            "events",
            target("AWSEvents.PutEvents", Entries=[{"Source": "a"}, {"EventBusName": "bus"}]),
            [("events:PutEvents", "events:event-bus/default"), ("events:PutEvents", "events:event-bus/bus")],
        ),
        (
            "sqs",
            target("AmazonSQS.SendMessage", QueueUrl="http://127.0.0.1/123456789012/q"),
            [("sqs:SendMessage", "sqs:q")],
        ),
        (
            "kms",
            target("TrentService.ReEncrypt", SourceKeyId="a", DestinationKeyId="b"),
            [("kms:ReEncryptFrom", "kms:key/a"), ("kms:ReEncryptTo", "kms:key/b")],
        ),
        (
            "monitoring",
            form("Action=DescribeAlarms&AlarmNames.member.1=a&AlarmNames.member.2=b"),
            [("cloudwatch:DescribeAlarms", "cloudwatch:alarm:a"), ("cloudwatch:DescribeAlarms", "cloudwatch:alarm:b")],
        ),
        ("monitoring", form("Action=PutMetricData&Namespace=n"), [("cloudwatch:PutMetricData", "*")]),
        (
            "ec2",
            form("Action=CreateSubnet&VpcId=vpc-1"),
            [("ec2:CreateSubnet", "ec2:subnet/*"), ("ec2:CreateSubnet", "ec2:vpc/vpc-1")],
        ),
        (
            "ssm",
            target("AmazonSSM.GetParameters", Names=["/a/b", "c"]),
            [("ssm:GetParameters", "ssm:parameter/a/b"), ("ssm:GetParameters", "ssm:parameter/c")],
        ),
        (
            "scheduler",
            rest("POST", "/schedules/nightly"),
            [("scheduler:CreateSchedule", "scheduler:schedule/default/nightly")],
        ),
        (
            "lambda",
            rest("POST", "/2015-03-31/functions/f/invocations"),
            [("lambda:InvokeFunction", "lambda:function:f")],
        ),
        (
            "glue",
            target("AWSGlue.GetDatabase", Name="d"),
            [("glue:GetDatabase", "glue:database/d"), ("glue:GetDatabase", "glue:catalog")],
        ),
        (
            "athena",
            target("AmazonAthena.StartQueryExecution", WorkGroup="w"),
            [("athena:StartQueryExecution", "athena:workgroup/w")],
        ),
    ],
)
def test_requests_of_the_platforms_services_need_exact_arns(
    service: str, request_: Request, needs: list[tuple[str, str]]
) -> None:
    def whole(short: str) -> str:
        name, _, rest_ = short.partition(":")
        return short if short == "*" else f"arn:aws:{name}:{HERE}:{rest_}"

    assert sorted(needed(request_, service)) == sorted((action, whole(short)) for action, short in needs)


def test_iam_and_sts_name_roles_with_their_path_and_by_arn() -> None:
    role = "arn:aws:iam::123456789012:role/team/r"
    assert needed(form("Action=CreateRole&RoleName=r&Path=/team/"), "iam") == [("iam:CreateRole", role)]
    assert needed(form(f"Action=AssumeRole&RoleArn={role}"), "sts") == [("sts:AssumeRole", role)]


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'{"a": ', b"\xff\xfe", b'"text"'])
@pytest.mark.parametrize("service", ["sagemaker", "kms", "ecr"])
def test_a_body_that_cannot_be_read_is_judged_by_its_operation_alone(service: str, body: bytes) -> None:
    request = Request("POST", "/", "", {"host": "127.0.0.1", "x-amz-target": "X.CreateKey"}, body)
    assert [action for action, _ in needed(request, service)] == [f"{service}:CreateKey"]


def test_a_form_that_is_nested_without_end_is_read_all_the_same() -> None:
    request = form("Action=CreateUser&UserName=u&" + ".".join(["a"] * 50_000) + "=1")
    assert needed(request, "iam") == [("iam:CreateUser", "arn:aws:iam::123456789012:user/u")]


def test_what_no_table_knows_is_judged_on_everything_and_says_so() -> None:
    (need,) = needs_of(call_of(target("X.LookupEvents"), "inspector"), PLACE, lambda _, __: None)
    assert (need.action, need.resource) == ("inspector:LookupEvents", "*")
    assert "inspector" in need.note


def test_every_table_speaks_of_operations_and_types_that_exist() -> None:
    models = {"states": "stepfunctions", "tag": "resourcegroupstaggingapi"}
    for file in sorted(TABLES.glob("*.json")):
        found = table(file.stem)
        assert found is not None
        for kinds in found.types.values():
            assert {kind.rstrip("?") for kind in kinds} <= found.templates.keys(), file.stem
        for operation, actions in found.actions.items():
            assert set(actions) <= found.types.keys(), (file.stem, operation)
        operations = set(get_session().get_service_model(models.get(file.stem, file.stem)).operation_names)
        assert {name.partition("?")[0] for name in found.actions} - operations <= {"InvokeEndpointWithResponseStream"}


class Lake:
    """One object under a key in one bucket, and one bucket whose new objects get it."""

    def absent(self, bucket: str, key: str) -> bool:
        return (bucket, key) == ("lake", "absent")

    def stored(self, bucket: str, key: str) -> Encryption | None:
        return Encryption(KEY, "arn:aws:s3:::lake/secret") if (bucket, key) == ("lake", "secret") else None

    def default(self, bucket: str, key: str, named: str, place: Place) -> Encryption | None:
        assert (key, place) == ("k", PLACE)
        return Encryption(named or KEY, f"arn:aws:s3:::{bucket}") if bucket == "locked" else None


def dependents(request: Request, service: str) -> list[tuple[str, str]]:
    call = call_of(request, service)
    own = needs_of(call, PLACE, lambda _, __: None)
    return [(each.need.action, each.need.resource) for each in dependents_of(call, PLACE, Lake(), own)]


def test_only_who_may_list_a_bucket_learns_that_an_object_is_not_there() -> None:
    assert dependents(rest("GET", "/lake/absent"), "s3") == [("s3:ListBucket", "arn:aws:s3:::lake")]
    assert dependents(rest("HEAD", "/lake/absent"), "s3") == [("s3:ListBucket", "arn:aws:s3:::lake")]


def test_an_object_under_a_key_needs_the_key_too() -> None:
    assert dependents(rest("GET", "/lake/secret"), "s3") == [("kms:Decrypt", KEY)]
    assert dependents(rest("GET", "/lake/open"), "s3") == []
    assert dependents(rest("PUT", "/locked/k"), "s3") == [("kms:GenerateDataKey", KEY)]
    assert dependents(rest("PUT", "/locked/k", x_amz_server_side_encryption="AES256"), "s3") == []


def test_a_copy_needs_its_source_and_a_tagged_object_its_tagging() -> None:
    copied = dependents(rest("PUT", "/b/k", x_amz_copy_source="/lake/secret"), "s3")
    assert copied == [("s3:GetObject", "arn:aws:s3:::lake/secret"), ("kms:Decrypt", KEY)]
    tagged = dependents(rest("PUT", "/b/k", x_amz_tagging="a=b"), "s3")
    assert tagged == [("s3:PutObjectTagging", "arn:aws:s3:::b/k")]


@pytest.mark.parametrize(
    ("service", "request_"),
    [
        ("sagemaker", target("SageMaker.CreateTrainingJob", RoleArn="arn:aws:iam::1:role/r")),
        ("sagemaker", target("SageMaker.CreateModel", ExecutionRoleArn="arn:aws:iam::1:role/r")),
        (
            "events",
            target("AWSEvents.PutTargets", Targets=[{"Id": "1"}, {"Id": "2", "RoleArn": "arn:aws:iam::1:role/r"}]),
        ),
        ("logs", target("Logs_20140328.PutSubscriptionFilter", roleArn="arn:aws:iam::1:role/r")),
    ],
)
def test_a_service_that_is_given_a_role_is_passed_it(service: str, request_: Request) -> None:
    assert dependents(request_, service) == [("iam:PassRole", "arn:aws:iam::1:role/r")]


def test_asking_about_a_role_does_not_pass_it() -> None:
    assert dependents(target("SageMaker.ListModels", RoleArn="arn:aws:iam::1:role/r"), "sagemaker") == []


@pytest.mark.parametrize(
    ("service", "request_", "needs"),
    [
        (
            "sagemaker",
            target(
                "SageMaker.CreateEndpoint", EndpointName="e", EndpointConfigName="c", Tags=[{"Key": "a", "Value": "b"}]
            ),
            ("sagemaker:AddTags", f"arn:aws:sagemaker:{HERE}:endpoint/e"),
        ),
        (
            "iam",
            form("Action=CreateRole&RoleName=r&Tags.member.1.Key=a&Tags.member.1.Value=b"),
            ("iam:TagRole", "arn:aws:iam::123456789012:role/r"),
        ),
        (
            "logs",
            target("Logs_20140328.CreateLogGroup", logGroupName="/g", tags={"a": "b"}),
            ("logs:TagResource", f"arn:aws:logs:{HERE}:log-group:/g"),
        ),
    ],
)
def test_making_something_with_tags_needs_tagging_it(service: str, request_: Request, needs: tuple[str, str]) -> None:
    assert dependents(request_, service) == [needs]


def test_making_something_without_tags_or_tagging_it_later_needs_nothing_more() -> None:
    assert dependents(target("SageMaker.CreateEndpoint", EndpointName="e", EndpointConfigName="c"), "sagemaker") == []
    tags = [{"Key": "a", "Value": "b"}]
    assert dependents(target("SageMaker.AddTags", ResourceArn="arn:x", Tags=tags), "sagemaker") == []
