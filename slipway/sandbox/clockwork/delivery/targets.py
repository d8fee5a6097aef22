"""The kinds of targets: how each is given the text, through its service's own API.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
"""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slipway.sandbox.clockwork.delivery import api_destinations, universal
from slipway.sandbox.clockwork.delivery.event_input import at
from slipway.sandbox.clockwork.delivery.failures import DeliveryError
from slipway.sandbox.moto_adapter.hooks import Delivery
from slipway.sandbox.sagemaker.context import Context, ContextFactory, Scope


@dataclass(frozen=True)
class Kind:
    """A kind of target; `quick` ones are done before PutEvents answers."""

    send: Callable[[Context, Delivery, str], None]
    """Takes the target's own surroundings, what to deliver, and the last part of the target's ARN."""
    quick: bool


def kind_of(arn: str) -> Kind | None:
    """Return the kind of target that an ARN is, None where the sandbox has none for it."""
    service, resource = arn.split(":")[2], arn.split(":", 5)[5]
    for (its_service, prefix), kind in _KINDS.items():
        if service == its_service and resource.startswith(prefix):
            return kind
    return None


def send(contexts: ContextFactory, delivery: Delivery) -> None:
    """Give the target its text. Raises DeliveryError, ClientError, BotoCoreError."""
    arn = str(delivery.target["Arn"])
    kind = kind_of(arn)
    if kind is None:
        raise DeliveryError("INVALID_PARAMETER", f"the sandbox cannot deliver to {arn}")
    region, account, resource = arn.split(":", 5)[3:]
    kind.send(contexts(Scope(account or delivery.account, region or delivery.region)), delivery, resource)


def _queue(context: Context, delivery: Delivery, name: str) -> None:
    sqs = context.aws.client("sqs")
    url = sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=context.scope.account)["QueueUrl"]
    group = delivery.target.get("SqsParameters", {}).get("MessageGroupId")
    order = {} if group is None else {"MessageGroupId": group, "MessageDeduplicationId": str(uuid.uuid4())}
    sqs.send_message(QueueUrl=url, MessageBody=delivery.text, **order)


def _topic(context: Context, delivery: Delivery, _resource: str) -> None:
    context.aws.client("sns").publish(TopicArn=delivery.target["Arn"], Message=delivery.text)


def _log_group(context: Context, delivery: Delivery, resource: str) -> None:
    group, stream = resource.removeprefix("log-group:").removesuffix(":*"), str(uuid.uuid4())
    logs = context.aws.logs
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    event = {"timestamp": round(context.now() * 1000), "message": delivery.text}
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])  # type: ignore[list-item]


def _bus(context: Context, delivery: Delivery, _resource: str) -> None:
    event, own = delivery.event, delivery.target.get("EventBridgeParameters")
    if own is not None:  # a schedule's own event
        made = {"Source": own["Source"], "DetailType": own["DetailType"], "Detail": delivery.text}
        context.aws.client("events").put_events(Entries=[made | {"EventBusName": delivery.target["Arn"]}])
        return
    entry: dict[str, Any] = {
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Resources": event["resources"],
        "Detail": json.dumps(event["detail"]),
        "EventBusName": delivery.target["Arn"],
        "Time": event["time"],
    }
    context.aws.client("events").put_events(Entries=[entry])


def _pipeline(context: Context, delivery: Delivery, resource: str) -> None:
    parameters = delivery.target.get("SageMakerPipelineParameters", {}).get("PipelineParameterList", [])
    given = [{"Name": each["Name"], "Value": _filled(each["Value"], delivery.event)} for each in parameters]
    more = {"PipelineParameters": given} if given else {}
    context.aws.client("sagemaker").start_pipeline_execution(PipelineName=resource.removeprefix("pipeline/"), **more)


def _filled(value: str, event: Mapping[str, Any]) -> str:
    """Return a pipeline parameter's value: a JSON path takes it from the event."""
    return str(at(event, value)) if value.startswith("$.") else value


def _function(context: Context, delivery: Delivery, _resource: str) -> None:
    payload = delivery.text.encode()
    name = delivery.target["Arn"]
    context.aws.client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=payload)


def _stream(context: Context, delivery: Delivery, resource: str) -> None:
    parameters = delivery.target.get("KinesisParameters", {})
    key = parameters.get("PartitionKey") or at(delivery.event, parameters.get("PartitionKeyPath", "$.id"))
    context.aws.client("kinesis").put_record(
        StreamName=resource.removeprefix("stream/"),
        Data=delivery.text.encode(),
        PartitionKey=str(key),
    )


def _firehose(context: Context, delivery: Delivery, resource: str) -> None:
    record = {"Data": delivery.text.encode()}
    context.aws.client("firehose").put_record(
        DeliveryStreamName=resource.removeprefix("deliverystream/"), Record=record
    )


_KINDS = {
    ("sqs", ""): Kind(_queue, quick=True),
    ("sns", ""): Kind(_topic, quick=True),
    ("logs", "log-group:"): Kind(_log_group, quick=True),
    ("events", "event-bus/"): Kind(_bus, quick=True),
    ("kinesis", "stream/"): Kind(_stream, quick=True),
    ("firehose", "deliverystream/"): Kind(_firehose, quick=True),
    ("events", "api-destination/"): Kind(api_destinations.call, quick=False),
    ("sagemaker", "pipeline/"): Kind(_pipeline, quick=False),
    ("lambda", "function:"): Kind(_function, quick=False),
    ("scheduler", "aws-sdk:"): Kind(universal.call, quick=False),
}
