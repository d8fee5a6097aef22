"""Functions act as their execution role, if Lambda may take it."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

pytestmark = pytest.mark.slow

CODE = """
import boto3

def handler(event, context):
    s3 = boto3.client("s3")
    who = boto3.client("sts").get_caller_identity()["Arn"]
    return {"who": who, "body": s3.get_object(Bucket="of-functions", Key=event["key"])["Body"].read().decode()}
"""


def package() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("main.py", CODE)
    return target.getvalue()


def invoked(enforced: Any, name: str, role: str, key: str) -> dict[str, Any]:
    client = enforced.client("lambda")
    client.create_function(
        FunctionName=name, Runtime="python3.12", Role=role, Handler="main.handler", Code={"ZipFile": package()}
    )
    answer = client.invoke(FunctionName=name, Payload=json.dumps({"key": key}).encode())
    client.delete_function(FunctionName=name)
    found: dict[str, Any] = json.loads(answer["Payload"].read())
    return found


def role_of(enforced: Any, name: str, trusted: str) -> str:
    trust = {"Effect": "Allow", "Principal": {"Service": trusted}, "Action": "sts:AssumeRole"}
    reading = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::of-functions/open/*"}
    logging = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}
    version = {"Version": "2012-10-17"}
    iam = enforced.client("iam")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(version | {"Statement": [trust]}))["Role"][
        "Arn"
    ]
    policy = json.dumps(version | {"Statement": [reading, logging]})
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=policy)
    return str(arn)


def test_a_function_may_do_what_its_role_may_and_no_more(enforced: Any) -> None:
    s3 = enforced.client("s3")
    s3.create_bucket(Bucket="of-functions")
    for key in ("open/a", "closed/a"):
        s3.put_object(Bucket="of-functions", Key=key, Body=b"content")
    role = role_of(enforced, "function", "lambda.amazonaws.com")
    opened = invoked(enforced, "opens", role, "open/a")
    assert opened["body"] == "content"
    assert opened["who"].endswith(":assumed-role/function/opens")
    closed = invoked(enforced, "is-refused", role, "closed/a")
    assert "is not authorized to perform: s3:GetObject on resource" in closed["errorMessage"]


def test_a_role_that_does_not_trust_lambda_is_no_role_of_a_function(enforced: Any) -> None:
    refused = invoked(enforced, "of-nobody", role_of(enforced, "of-sagemaker", "sagemaker.amazonaws.com"), "open/a")
    assert refused["errorType"] == "AccessDeniedException"
    assert "allows principal 'lambda.amazonaws.com' to assume the role" in refused["errorMessage"]
