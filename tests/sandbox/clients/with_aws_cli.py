"""Run by the AWS command line's own environment: commands of every protocol, waiters and high-level copies."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

AWS = str(Path(sys.executable).parent / "aws")


def aws(*words: str) -> str:
    """Run a command and return what it prints."""
    done = subprocess.run([AWS, *words], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, (words, done.stderr)
    return done.stdout


def told(*words: str) -> dict[str, object]:
    """Run a command and return its JSON."""
    found: dict[str, object] = json.loads(aws(*words, "--output", "json"))
    return found


assert told("sts", "get-caller-identity")["Account"] == "123456789012"
aws("s3", "mb", "s3://by-command")
with tempfile.TemporaryDirectory() as folder:
    (Path(folder) / "tree").mkdir()
    (Path(folder) / "tree" / "a b+c.txt").write_text("one")
    (Path(folder) / "large").write_bytes(b"x" * (9 << 20))  # more than one part
    aws("s3", "sync", f"{folder}/tree", "s3://by-command/tree")
    aws("s3", "cp", f"{folder}/large", "s3://by-command/large")
    aws("s3", "cp", "s3://by-command/large", f"{folder}/back")
    assert (Path(folder) / "back").stat().st_size == 9 << 20
assert "tree/a b+c.txt" in aws("s3", "ls", "--recursive", "s3://by-command")
aws("s3", "rb", "--force", "s3://by-command")

group = told("sagemaker", "create-model-package-group", "--model-package-group-name", "by-command")
assert str(group["ModelPackageGroupArn"]).endswith("model-package-group/by-command")
aws("sagemaker", "delete-model-package-group", "--model-package-group-name", "by-command")
role = '{"Version": "2012-10-17", "Statement": []}'
aws("iam", "create-role", "--role-name", "by-command", "--assume-role-policy-document", role)
aws("iam", "wait", "role-exists", "--role-name", "by-command")
aws("iam", "delete-role", "--role-name", "by-command")
# version 1 puts SQS's own host name in the place of AWS_ENDPOINT_URL, unless it is told so by option
sqs = ("--endpoint-url", os.environ["AWS_ENDPOINT_URL"], "sqs")
url = str(told(*sqs, "create-queue", "--queue-name", "by-command")["QueueUrl"])
aws(*sqs, "send-message", "--queue-url", url, "--message-body", "hello")
assert "hello" in aws(*sqs, "receive-message", "--queue-url", url)
aws("cloudwatch", "put-metric-data", "--namespace", "By", "--metric-name", "command", "--value", "1")
aws("logs", "create-log-group", "--log-group-name", "/by/command")
vpc = aws("ec2", "create-vpc", "--cidr-block", "10.1.0.0/16", "--query", "Vpc.VpcId", "--output", "text").strip()
aws("ec2", "wait", "vpc-available", "--vpc-ids", vpc)
aws("ec2", "delete-vpc", "--vpc-id", vpc)
refused = subprocess.run(
    [AWS, "sagemaker", "describe-endpoint", "--endpoint-name", "none"], capture_output=True, text=True, check=False
)
assert refused.returncode not in {0, 1, 2}, refused.returncode
assert 'Could not find endpoint "arn:aws:sagemaker:us-east-1:123456789012:endpoint/none"' in refused.stderr
print("done")
