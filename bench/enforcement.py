"""What `--enforce-iam` costs a request: the same signed requests to a sandbox with it and to one without, in turns.

Run it in the project's virtual environment: `python bench/enforcement.py [--rounds 7] [--requests 400]`. One client
on one connection; a signed request is sent again and again, so that only the sandbox's work is measured.
"""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import boto3
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from machine import machine
from served import ACCOUNT, PROJECT, REGION, control

TRUST = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
ALLOWED = {"Effect": "Allow", "Action": ["s3:GetObject", "sagemaker:Describe*", "sqs:*"], "Resource": "*"}
CALLS = {
    "s3 GetObject": ("s3", "GET", "/bench/key", "", b""),
    "sagemaker DescribeModelPackageGroup": (
        "sagemaker", "POST", "/", "SageMaker.DescribeModelPackageGroup", b'{"ModelPackageGroupName": "bench"}',
    ),
    "sqs ListQueues": ("sqs", "POST", "/", "AmazonSQS.ListQueues", b"{}"),
}  # fmt: skip


class Side:
    """One sandbox, with a bucket, a group and a role that may read them."""

    def __init__(self, state: Path, *words: str) -> None:
        running = json.loads(control("up", state, "--port", "0", "--project", str(PROJECT), *words))
        self.state = state
        self.endpoint = running["endpoint"]
        secret = json.loads(control("env", state))["AWS_SECRET_ACCESS_KEY"]
        session = boto3.Session(ACCOUNT, secret, region_name=REGION)
        clients = {name: session.client(name, endpoint_url=self.endpoint) for name in ("s3", "sagemaker", "iam", "sts")}  # type: ignore[call-overload]
        clients["s3"].create_bucket(Bucket="bench")
        clients["s3"].put_object(Bucket="bench", Key="key", Body=b"x" * 1000)
        clients["sagemaker"].create_model_package_group(ModelPackageGroupName="bench")
        role = clients["iam"].create_role(RoleName="bench", AssumeRolePolicyDocument=_policy(TRUST))["Role"]["Arn"]
        clients["iam"].put_role_policy(RoleName="bench", PolicyName="bench", PolicyDocument=_policy(ALLOWED))
        keys = clients["sts"].assume_role(RoleArn=role, RoleSessionName="bench")["Credentials"]
        self.role = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])

    def rate(self, call: str, requests: int) -> float:
        """Return how many requests a second it answers to the role."""
        service, method, path, target, body = CALLS[call]
        headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"} if target else {}
        request = AWSRequest(method, self.endpoint + path, data=body, headers=headers)
        signer = S3SigV4Auth if service == "s3" else SigV4Auth
        signer(self.role, service, REGION).add_auth(request)
        signed = dict(request.headers)
        connection = http.client.HTTPConnection("127.0.0.1", int(self.endpoint.rpartition(":")[2]), timeout=30)
        started = 0.0
        for number in range(requests + 20):
            if number == 20:  # the first ones warm up
                started = time.perf_counter()
            connection.request(method, path, body, signed)
            response = connection.getresponse()
            response.read()
            if response.status != http.client.OK:
                raise SystemExit(f"{call}: {response.status}")
        elapsed = time.perf_counter() - started
        connection.close()
        return requests / elapsed


def _policy(statement: dict[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7, help="how often each side is measured (default: 7)")
    parser.add_argument("--requests", type=int, default=400, help="requests of one measurement (default: 400)")
    arguments = parser.parse_args()
    print(machine())
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="slipway-bench-")))
        sides = []
        for name, words in (("without", ()), ("with", ("--enforce-iam",))):
            stack.callback(control, "down", folder / name)
            sides.append(Side(folder / name, *words))
        for call in CALLS:
            rates = [[side.rate(call, arguments.requests) for side in sides] for _ in range(arguments.rounds)]
            without, enforced = (statistics.median(round_[each] for round_ in rates) for each in (0, 1))
            costs = [1e6 / round_[1] - 1e6 / round_[0] for round_ in rates]
            print(
                f"{call:<36} {without:5.0f}/s without, {enforced:5.0f}/s with, {statistics.median(costs):4.0f} us more "
                f"(median of {arguments.rounds} rounds, {min(costs):.0f} to {max(costs):.0f})",
                flush=True,
            )


if __name__ == "__main__":
    main()
