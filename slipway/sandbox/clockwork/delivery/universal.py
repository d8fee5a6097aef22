"""Scheduler's universal targets: any operation of any service, `arn:aws:scheduler:::aws-sdk:sagemaker:createImage`.

As on AWS, operations that only read are refused.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
"""

import json

from botocore import xform_name
from botocore.exceptions import UnknownServiceError

from slipway.sandbox.clockwork.delivery.failures import DeliveryError
from slipway.sandbox.moto_adapter.hooks import Delivery
from slipway.sandbox.sagemaker.context import Context

READING = (
    "batchGet",
    "describe",
    "get",
    "list",
    "lookup",
    "poll",
    "query",
    "receive",
    "scan",
    "search",
    "select",
    "view",
)
NAMES = {
    "applicationautoscaling": "application-autoscaling",
    "cloudwatchlogs": "logs",
    "eventbridge": "events",
    "sfn": "stepfunctions",
}
"""boto3's names of services where the SDK for Java, whose names are used here, has others."""


def call(context: Context, delivery: Delivery, resource: str) -> None:
    """Call the operation with the input as its parameters. Raises DeliveryError, ClientError, BotoCoreError."""
    _, service, operation = resource.split(":")
    if operation.startswith(READING):
        raise DeliveryError("INVALID_PARAMETER", f"{service}:{operation} only reads: a schedule cannot call it")
    try:
        client = context.aws.client(NAMES.get(service, service))
    except UnknownServiceError as error:
        raise DeliveryError("INVALID_PARAMETER", f"there is no service {service!r}") from error
    method = getattr(client, xform_name(operation[:1].upper() + operation[1:]), None)
    if method is None:
        raise DeliveryError("INVALID_PARAMETER", f"{service} has no operation {operation}")
    try:
        parameters = json.loads(delivery.text)
    except ValueError as error:
        raise DeliveryError("INVALID_PARAMETER", f"the input is not JSON: {error}") from error
    method(**parameters)
