"""Clients that write and read in many services at once, each remembering what it was told is done."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

TRUST = '{"Version": "2012-10-17", "Statement": []}'
SERVER_ERRORS = 500
LOG_GROUP, TOPIC, BUCKET = "/mixed", "mixed", "mixed"
KEPT = 40
"""Objects, parameters and groups that a client has at most: the state stays bounded while calls go on."""


def prepare(client: Callable[[str], Any]) -> None:
    """Make what all clients share; what is there already is fine."""
    client("s3").create_bucket(Bucket=BUCKET)
    client("sns").create_topic(Name=TOPIC)
    try:
        client("logs").create_log_group(logGroupName=LOG_GROUP)
    except client("logs").exceptions.ResourceAlreadyExistsException:
        return


@dataclass
class Mixed:
    """One client: what it did, what it knows to be there, and what it cannot know since a call got no answer."""

    number: int
    client: Callable[[str], Any]
    calls: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    known: dict[tuple[str, str], str | None] = field(default_factory=dict)
    """(service, name) -> content, None for what was deleted; absent while a call about it has no answer."""
    unanswered: int = 0
    _turn: int = 0

    def __post_init__(self) -> None:
        """Draw from a seed of its own, so that a run can be repeated."""
        self._random = random.Random(self.number)  # noqa: S311  (which call comes next is no secret)

    def run(self, calls: int, over: threading.Event) -> None:
        """Make calls until there were enough, or until it is over."""
        while sum(self.calls.values()) < calls and not over.is_set():
            self.step()

    def step(self) -> None:
        """Make one call, or a few that belong together."""
        self._turn += 1
        act = self._random.choice(
            (self._s3, self._s3, self._ssm, self._sagemaker, self._iam, self._sqs, self._telemetry)
        )
        act(f"c{self.number}-{self._random.randrange(KEPT)}")

    def _call(self, service: str, operation: str, **params: Any) -> Any:
        self.calls[f"{service}:{operation}"] += 1
        return getattr(self.client(service), operation)(**params)

    def _change(self, key: tuple[str, str], content: str | None, operation: str, **params: Any) -> None:
        """Make a call that changes what is known, and know it only when it was answered."""
        self.known.pop(key, None)
        try:
            self._call(key[0], operation, **params)
        except ClientError as error:
            self.errors.append(f"{key[0]}:{operation} {_status(error)}: {error}")
        except BotoCoreError:
            self._wait()
        else:
            self.known[key] = content

    def _read(self, service: str, operation: str, **params: Any) -> Any:
        try:
            return self._call(service, operation, **params)
        except ClientError as error:
            self.errors.append(f"{service}:{operation} {_status(error)}: {error}")
        except BotoCoreError:
            self._wait()
        return None

    def _wait(self) -> None:
        """Nobody answers: the sandbox is coming back."""
        self.unanswered += 1
        time.sleep(0.2)

    def _s3(self, name: str) -> None:
        key, here = ("s3", name), self.known.get(("s3", name))
        if here is None or self._random.random() < 0.4:
            body = f"{name} {self._turn} " + "x" * self._random.choice((10, 1_000, 20_000))
            self._change(key, body, "put_object", Bucket=BUCKET, Key=name, Body=body)
        elif self._random.random() < 0.5:
            answer = self._read("s3", "get_object", Bucket=BUCKET, Key=name)
            if answer is not None and (found := answer["Body"].read().decode()) != here:
                self.errors.append(f"s3 object {name} is {found[:40]!r}, not {here[:40]!r}")
        else:
            self._change(key, None, "delete_object", Bucket=BUCKET, Key=name)

    def _ssm(self, name: str) -> None:
        value = f"{name} {self._turn}"
        if self._random.random() < 0.6:
            self._change(("ssm", name), value, "put_parameter", Name=name, Value=value, Type="String", Overwrite=True)
        elif (known := self.known.get(("ssm", name))) is not None:
            answer = self._read("ssm", "get_parameter", Name=name)
            if answer is not None and answer["Parameter"]["Value"] != known:
                self.errors.append(f"ssm parameter {name} is {answer['Parameter']['Value']!r}, not {known!r}")

    def _sagemaker(self, name: str) -> None:
        key = ("sagemaker", name)
        if key not in self.known:
            try:
                self._call("sagemaker", "delete_model_package_group", ModelPackageGroupName=name)
            except ClientError as error:
                if _status(error) >= SERVER_ERRORS:
                    self.errors.append(str(error))
            except BotoCoreError:
                self._wait()
                return
            self.known[key] = None
        elif self.known[key] is None:
            self._change(key, name, "create_model_package_group", ModelPackageGroupName=name)
        elif self._random.random() < 0.5:
            self._read("sagemaker", "describe_model_package_group", ModelPackageGroupName=name)
            self._read("sagemaker", "list_model_package_groups", MaxResults=10)
        else:
            self._change(key, None, "delete_model_package_group", ModelPackageGroupName=name)

    def _iam(self, name: str) -> None:
        key = ("iam", name)
        if key not in self.known:
            self.known[key] = None if self._delete_role(name) else self.known.pop(key, None)
        elif self.known[key] is None:
            self._change(key, name, "create_role", RoleName=name, AssumeRolePolicyDocument=TRUST)
        elif self._random.random() < 0.5:
            self._read("iam", "get_role", RoleName=name)
        else:
            self._change(key, None, "delete_role", RoleName=name)

    def _delete_role(self, name: str) -> bool:
        try:
            self._call("iam", "delete_role", RoleName=name)
        except ClientError as error:
            if _status(error) >= SERVER_ERRORS:
                self.errors.append(str(error))
        except BotoCoreError:
            self._wait()
            return False
        return True

    def _sqs(self, name: str) -> None:
        queue = f"c{self.number}"
        answer = self._read("sqs", "create_queue", QueueName=queue)
        if answer is None:
            return
        url, key = answer["QueueUrl"], ("sqs", f"{queue} {self._turn}")
        self._change(key, name, "send_message", QueueUrl=url, MessageBody=key[1])
        received = self._read("sqs", "receive_message", QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        for message in (received or {}).get("Messages", []):
            self._change(
                ("sqs", message["Body"]), None, "delete_message", QueueUrl=url, ReceiptHandle=message["ReceiptHandle"]
            )

    def _telemetry(self, name: str) -> None:
        datum = {"MetricName": f"c{self.number}", "Value": 1.0, "Unit": "Count"}
        self._read("cloudwatch", "put_metric_data", Namespace="Mixed", MetricData=[datum])
        self._read("sns", "publish", TopicArn=f"arn:aws:sns:us-east-1:123456789012:{TOPIC}", Message=name)
        self._read("logs", "describe_log_groups", logGroupNamePrefix=LOG_GROUP)

    def lost(self) -> list[str]:
        """Return what was acknowledged and is not as it was said to be."""
        return [
            f"{service} {name}: {found!r}, acknowledged was {content!r}"
            for (service, name), content in sorted(self.known.items(), key=lambda item: item[0])
            if (found := self._found(service, name)) != content and service != "sqs"
        ] + self._lost_messages()

    def _found(self, service: str, name: str) -> str | None:
        client = self.client(service)
        try:
            if service == "s3":
                body: str = client.get_object(Bucket=BUCKET, Key=name)["Body"].read().decode()
                return body
            if service == "ssm":
                return str(client.get_parameter(Name=name)["Parameter"]["Value"])
            if service == "sagemaker":
                return str(client.describe_model_package_group(ModelPackageGroupName=name)["ModelPackageGroupName"])
            if service == "iam":
                return str(client.get_role(RoleName=name)["Role"]["RoleName"])
        except ClientError as error:
            if _status(error) >= SERVER_ERRORS:
                raise
        return None

    def _lost_messages(self) -> list[str]:
        wanted = {name for (service, name), content in self.known.items() if service == "sqs" and content is not None}
        gone = {name for (service, name), content in self.known.items() if service == "sqs" and content is None}
        if not wanted and not gone:
            return []
        client = self.client("sqs")
        url, here = client.create_queue(QueueName=f"c{self.number}")["QueueUrl"], set[str]()
        while messages := client.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=600).get(
            "Messages", []
        ):
            here |= {message["Body"] for message in messages}
        return [f"sqs {name}: lost" for name in sorted(wanted - here)] + [
            f"sqs {name}: was deleted" for name in sorted(gone & here)
        ]


def _status(error: ClientError) -> int:
    return int(error.response["ResponseMetadata"]["HTTPStatusCode"])
