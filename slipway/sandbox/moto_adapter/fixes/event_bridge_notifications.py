"""GetBucketNotificationConfiguration: moto sends a bucket's events to EventBridge and forgets to say so.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketNotificationConfiguration.html
"""

from typing import Any

from moto.s3.responses import S3Response

from slipway.sandbox.moto_adapter.fixes.replacing import replace

ELEMENT = "<EventBridgeConfiguration></EventBridgeConfiguration>"

END = "</NotificationConfiguration>"


def apply() -> None:
    """Add the element that says that EventBridge is told."""
    original = S3Response.get_bucket_notification

    def get_bucket_notification(self: Any) -> Any:
        answer = original(self)
        configuration = self.backend.get_bucket_notification_configuration(self.bucket_name)
        if configuration is None or configuration.event_bridge is None:
            return answer
        status, headers, body = answer
        text = body.decode() if isinstance(body, bytes) else body
        if text.endswith("/>"):  # nothing else is told, so moto closes the element where it opens it
            return status, headers, text.removesuffix("/>") + f">{ELEMENT}{END}"
        return status, headers, text.removesuffix(END) + ELEMENT + END

    replace(S3Response, get_bucket_notification=get_bucket_notification)
