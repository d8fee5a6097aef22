"""State changes told to EventBridge, as SageMaker does: source aws.sagemaker, times in milliseconds."""

import json
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from slipway.sandbox.sagemaker.context import Context


def announce(context: Context, detail_type: str, arn: str, detail: dict[str, Any]) -> None:
    """Put one event on the default bus; that nobody could be told never fails what happened."""
    entry = {
        "Source": "aws.sagemaker",
        "DetailType": detail_type,
        "Resources": [arn],
        "Detail": json.dumps(detail),
        "Time": datetime.fromtimestamp(context.now(), UTC),
    }
    try:
        context.aws.client("events").put_events(Entries=[entry])
    except (ClientError, BotoCoreError):
        return


def milliseconds(value: Any) -> Any:
    """Turn the store's seconds into the events' milliseconds wherever a key ends in Time; other values pass."""
    if isinstance(value, dict):
        return {
            key: round(item * 1000) if key.endswith("Time") and isinstance(item, int | float) else milliseconds(item)
            for key, item in value.items()
        }
    return [milliseconds(item) for item in value] if isinstance(value, list) else value
