"""Jobs and endpoints act as their execution roles, with the program's own policies: a missing statement shows here."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.slow

ACCOUNT = "123456789012"
IMAGE = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/slipway-dev/serving:1"


def without(text: str, sid: str) -> str:
    """Return a policy without one of its statements."""
    document = json.loads(text)
    kept = [each for each in document["Statement"] if each["Sid"] != sid]
    assert len(kept) == len(document["Statement"]) - 1
    return json.dumps({**document, "Statement": kept})


def test_a_job_acts_as_its_role_and_what_the_program_lets_it_do_is_enough(enforced: Any, training_text: str) -> None:
    role = enforced.execution_role("training", training_text)
    ended = enforced.train("complete", role)
    assert ended["TrainingJobStatus"] == "Completed", ended.get("FailureReason")
    logs = enforced.client("logs").filter_log_events(logGroupName="/aws/sagemaker/TrainingJobs")["events"]
    lines = [event["message"] for event in logs]
    assert f"arn:aws:sts::{ACCOUNT}:assumed-role/training/SageMaker" in lines
    assert any('s3:GetObject on resource: "arn:aws:s3:::lake-raw/train/a.csv"' in line for line in lines), lines


@pytest.mark.parametrize(
    ("sid", "said"),
    [
        ("ReadCurated", 's3:GetObject on resource: "arn:aws:s3:::lake-curated/train/a.csv"'),
        ("ListCurated", 's3:ListBucket on resource: "arn:aws:s3:::lake-curated"'),
        ("WriteModels", 's3:PutObject on resource: "arn:aws:s3:::lake-artifacts/models/'),
        ("PullImage", f"ecr:BatchCheckLayerAvailability on resource: arn:aws:ecr:us-east-1:{ACCOUNT}:repository/"),
    ],
)
def test_a_job_whose_role_lacks_a_statement_fails_with_the_action_and_the_arn_and_works_once_it_has_it(
    enforced: Any, training_text: str, sid: str, said: str
) -> None:
    name = f"lacks-{sid}"
    role = enforced.execution_role(name, without(training_text, sid))
    ended = enforced.train(f"{name}-1", role)
    assert ended["TrainingJobStatus"] == "Failed"
    assert said in ended["FailureReason"]
    assert f"assumed-role/{name}/SageMaker is not authorized to perform" in ended["FailureReason"]
    enforced.client("iam").put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=training_text)
    again = enforced.train(f"{name}-2", role)
    assert again["TrainingJobStatus"] == "Completed", again.get("FailureReason")


@pytest.mark.parametrize(
    ("action", "said"), [("kms:Decrypt", "kms:Decrypt on resource"), ("kms:CreateGrant", "kms:CreateGrant on resource")]
)
def test_a_job_whose_role_may_not_use_the_key_fails(enforced: Any, training_text: str, action: str, said: str) -> None:
    name = f"lacks-{action.partition(':')[2]}"
    role = enforced.execution_role(name, training_text)
    deny = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": action, "Resource": enforced.key}}
    enforced.client("iam").put_role_policy(RoleName=name, PolicyName="no", PolicyDocument=json.dumps(deny))
    ended = enforced.train(name, role)
    assert ended["TrainingJobStatus"] == "Failed"
    assert f"{said}: {enforced.key} with an explicit deny in an identity-based policy" in ended["FailureReason"]


def test_a_role_that_does_not_trust_sagemaker_is_refused_when_it_is_named(enforced: Any) -> None:
    role = enforced.role("untrusting")
    with pytest.raises(ClientError, match=r"Could not assume role .*untrusting"):
        enforced.train("untrusted", role)
    with pytest.raises(ClientError, match=r"Could not assume role .*nobody"):
        enforced.client("sagemaker").create_model(
            ModelName="untrusted",
            PrimaryContainer={"Image": "x"},
            ExecutionRoleArn=f"arn:aws:iam::{ACCOUNT}:role/nobody",
        )


def test_an_endpoint_serves_as_its_role_and_fails_without_the_right_to_its_model(
    enforced: Any, serving_text: str, training_text: str
) -> None:
    job = enforced.train("for-serving", enforced.execution_role("training-for-serving", training_text))
    artifact = job["ModelArtifacts"]["S3ModelArtifacts"]
    sagemaker = enforced.client("sagemaker")
    role = enforced.execution_role("serving", without(serving_text, "ReadModels"))
    container = {"Image": IMAGE, "ModelDataUrl": artifact}
    deploy(enforced, role, container)
    failed = settled(sagemaker)
    assert failed["EndpointStatus"] == "Failed"
    assert (
        'assumed-role/serving/SageMaker is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::'
        in failed["FailureReason"]
    )
    sagemaker.delete_endpoint(EndpointName="flights")
    while sagemaker.list_endpoints()["Endpoints"]:
        time.sleep(0.05)
    enforced.client("iam").put_role_policy(RoleName="serving", PolicyName="own", PolicyDocument=serving_text)
    sagemaker.create_endpoint(EndpointName="flights", EndpointConfigName="flights")
    up = settled(sagemaker)
    assert up["EndpointStatus"] == "InService", up.get("FailureReason")
    answer = enforced.client("sagemaker-runtime").invoke_endpoint(EndpointName="flights", Body=b"who")["Body"].read()
    assert answer.decode() == f"arn:aws:sts::{ACCOUNT}:assumed-role/serving/SageMaker"
    role = enforced.role(
        "caller",
        {"Effect": "Allow", "Action": "sagemaker:InvokeEndpoint", "Resource": "arn:aws:sagemaker:*:*:endpoint/other"},
    )
    runtime = enforced.client("sagemaker-runtime", enforced.assumed(role))
    with pytest.raises(
        ClientError,
        match=f"sagemaker:InvokeEndpoint on resource: arn:aws:sagemaker:us-east-1:{ACCOUNT}:endpoint/flights",
    ):
        runtime.invoke_endpoint(EndpointName="flights", Body=b"who")
    sagemaker.delete_endpoint(EndpointName="flights")


def deploy(enforced: Any, role: str, container: dict[str, Any]) -> None:
    sagemaker = enforced.client("sagemaker")
    sagemaker.create_model(ModelName="flights", ExecutionRoleArn=role, PrimaryContainer=container)
    variant = {"VariantName": "all", "ModelName": "flights", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    sagemaker.create_endpoint_config(EndpointConfigName="flights", ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName="flights", EndpointConfigName="flights")


def settled(sagemaker: Any) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        described: dict[str, Any] = sagemaker.describe_endpoint(EndpointName="flights")
        if described["EndpointStatus"] != "Creating":
            return described
        time.sleep(0.05)
    raise AssertionError("the endpoint did not settle")
