"""A sandbox that enforces permissions, with a lake, a key and the program's own roles in it."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from botocore.config import Config

from infra.components.security.statements import administer_key, assume_by_sagemaker, document, key_policy
from infra.components.serving.permissions import ServingPlace, serving_policy
from infra.components.training.permissions import TrainingPlace, training_policy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ACCOUNT, REGION, ENDPOINT = "123456789012", "us-east-1", "flights"
BUCKETS = {"curated": "lake-curated", "artifacts": "lake-artifacts", "captures": "lake-captures", "raw": "lake-raw"}
IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/slipway-dev/{{}}:1"
TRAINING: TrainingPlace = {"account_id": ACCOUNT, "region": REGION, "repository_name": "slipway-dev/training"}
SERVING: ServingPlace = {
    "account_id": ACCOUNT,
    "region": REGION,
    "endpoint_name": ENDPOINT,
    "repository_name": "slipway-dev/serving",
}

TRAIN = """
import boto3, os, pathlib
root = pathlib.Path(os.environ.get("SLIPWAY_ML_ROOT", "/opt/ml"))
print(boto3.client("sts").get_caller_identity()["Arn"])
boto3.client("s3").get_object(Bucket="lake-curated", Key="train/a.csv")
try:
    boto3.client("s3").get_object(Bucket="lake-raw", Key="train/a.csv")
except Exception as error:
    print(error)
(root / "model/model.txt").write_text("weights")
"""
SERVE = """
import boto3, http.server, os
who = boto3.client("sts").get_caller_identity()["Arn"].encode()
class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(who)))
        self.end_headers()
        self.wfile.write(who)
    do_GET = do_POST = answer
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["SAGEMAKER_BIND_TO_PORT"])), Handler).serve_forever()
"""


@dataclass
class Enforced:
    """The sandbox, and what every test asks of it."""

    sandbox: Any
    key: str = ""

    def client(self, service: str, keys: dict[str, str] | None = None, account: str = ACCOUNT) -> Any:
        """Return a client that asks once, as the administrator or with the keys of somebody."""
        keys = keys or {"AccessKeyId": account, "SecretAccessKey": self.sandbox.secret}
        return boto3.client(
            cast("Any", service),
            endpoint_url=self.sandbox.endpoint,
            region_name=REGION,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys.get("SessionToken"),
            config=Config(retries={"total_max_attempts": 1}, inject_host_prefix=False),
        )

    def role(self, name: str, *statements: dict[str, Any], trust: dict[str, Any] | None = None, **more: Any) -> str:
        """Make a role that the account may assume, with one inline policy; return its ARN."""
        iam = self.client("iam")
        principal = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
        trusted = trust or {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trusted), **more)
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=policy(*statements))
        return str(made["Role"]["Arn"])

    def assumed(self, role: str, **more: Any) -> dict[str, str]:
        """Return the keys of a session of a role."""
        sts = self.client("sts")
        found: dict[str, str] = sts.assume_role(RoleArn=role, RoleSessionName="me", **more)["Credentials"]
        return found

    def execution_role(self, name: str, text: str) -> str:
        """Make a role that SageMaker may take, with the program's policies; return its ARN."""
        arn = self.role(name, trust=cast("Any", assume_by_sagemaker(ACCOUNT)))
        iam = self.client("iam")
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=text)
        iam.put_role_policy(RoleName=name, PolicyName="key", PolicyDocument=key_policy(self.key))
        return arn

    def train(self, name: str, role: str) -> dict[str, Any]:
        """Run a job over the curated bucket to its end; return its description."""
        sagemaker = self.client("sagemaker")
        source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKETS['curated']}/train/"}
        sagemaker.create_training_job(
            TrainingJobName=name,
            RoleArn=role,
            AlgorithmSpecification={
                "TrainingImage": IMAGE.format("training"),
                "TrainingInputMode": "File",
            },
            InputDataConfig=[{"ChannelName": "train", "DataSource": {"S3DataSource": source}}],
            OutputDataConfig={"S3OutputPath": f"s3://{BUCKETS['artifacts']}/models/", "KmsKeyId": self.key},
            ResourceConfig={
                "InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1, "VolumeKmsKeyId": self.key,
            },
            StoppingCondition={"MaxRuntimeInSeconds": 60},
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            described: dict[str, Any] = sagemaker.describe_training_job(TrainingJobName=name)
            if described["TrainingJobStatus"] not in {"InProgress", "Stopping"}:
                return described
            time.sleep(0.05)
        raise AssertionError(f"{name} did not end")


def policy(*statements: Any) -> str:
    """Return a policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture(scope="module")
def enforced(tmp_path_factory: pytest.TempPathFactory, start_enforced: Callable[[Path], Any]) -> Enforced:
    """Return a sandbox of this module's own, with the stack's buckets under its key."""
    found = Enforced(start_enforced(tmp_path_factory.mktemp("enforced")))
    found.key = found.client("kms").create_key(Policy=document([administer_key(REGION, ACCOUNT)]))["KeyMetadata"]["Arn"]
    s3 = found.client("s3")
    for bucket in BUCKETS.values():
        s3.create_bucket(Bucket=bucket)
        default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": found.key}
        rule = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}
        s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
        s3.put_object(Bucket=bucket, Key="train/a.csv", Body=b"1\n")
    return found


@pytest.fixture(scope="module")
def start_enforced(sandbox_starter: Callable[..., Any]) -> Callable[[Path], Any]:
    """Start a sandbox with --enforce-iam over a project with an image to train and one to serve."""

    def begin(root: Path) -> Any:
        for name, code in (("training", TRAIN), ("serving", SERVE)):
            (root / "project" / name).mkdir(parents=True)
            (root / "project" / name / "__main__.py").write_text(code, encoding="utf-8")
            (root / "project" / name / "Dockerfile").write_text(
                f'FROM python:3.11-slim\nENV PYTHONPATH=/opt/program\nENTRYPOINT ["python", "-m", "{name}"]\n',
                encoding="utf-8",
            )
        words = ("--port", "0", "--enforce-iam", "--project", str(root / "project"))
        return sandbox_starter(root / "state", *words)

    return begin


@pytest.fixture(scope="module")
def training_text() -> str:
    """Return the training role's policy, as the program writes it."""
    return training_policy(TRAINING, BUCKETS)


@pytest.fixture(scope="module")
def serving_text() -> str:
    """Return the serving role's policy, as the program writes it."""
    return serving_policy(SERVING, BUCKETS)
