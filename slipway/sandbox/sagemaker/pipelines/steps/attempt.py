"""One try of a step: what it is given, what it gives back, and the calls it makes to SageMaker."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.pipelines.errors import StepFailedError
from slipway.sandbox.sagemaker.pipelines.retrying import kind_of_refusal


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One try of a step."""

    context: Context
    name: str
    """For the job or model that the step makes."""
    role: str
    """The execution's role, for what names none of its own."""
    stopping: threading.Event
    note: Callable[[dict[str, Any]], None]
    """Takes the step's Metadata as soon as there is any."""

    def call(self, operation: str, **params: Any) -> dict[str, Any]:
        """Return the answer of a SageMaker operation in JSON's types. Raises StepFailedError."""
        client = self.context.aws.client("sagemaker")
        method = next(name for name, api in client.meta.method_to_api_mapping.items() if api == operation)
        try:
            answer = getattr(client, method)(**params)
        except ClientError as error:
            code, status = error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
            raise StepFailedError(_refused(operation, error), kind_of_refusal(code, status)) from error
        except BotoCoreError as error:  # parameters that the operation does not have
            raise StepFailedError(_refused(operation, error)) from error
        answer.pop("ResponseMetadata", None)
        plain: dict[str, Any] = json.loads(json.dumps(answer, default=_plain))
        return plain


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a step that succeeded leaves."""

    metadata: dict[str, Any]
    properties: dict[str, Any]
    """What `Steps.NAME.` refers into."""


def _refused(operation: str, error: Exception) -> str:
    return f"ClientError: Failed to invoke sagemaker:{operation}. Error Details: {error}"


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
