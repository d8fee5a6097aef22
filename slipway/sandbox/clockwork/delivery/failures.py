"""Why something did not reach its target, in the words that EventBridge puts on a message of a dead-letter queue.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

from botocore.exceptions import BotoCoreError, ClientError


class DeliveryError(Exception):
    """The target did not take it; `code` is EventBridge's, `again` whether another try may help."""

    def __init__(self, code: str, message: str, *, again: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.again = again


_MISSING = ("NotFound", "NonExistent", "DoesNotExist", "UnknownResource")


def failure_of(error: ClientError | BotoCoreError) -> DeliveryError:
    """Return what a refusal of the target's service means for the delivery."""
    if isinstance(error, BotoCoreError):
        return DeliveryError("INTERNAL_ERROR", str(error))
    code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
    if any(word in code for word in _MISSING):
        return DeliveryError("RESOURCE_NOT_FOUND", message)
    if "AccessDenied" in code:
        return DeliveryError("NO_PERMISSIONS", message)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
    missing = status == 404  # noqa: PLR2004
    return DeliveryError("RESOURCE_NOT_FOUND" if missing else "INVALID_PARAMETER", f"{code}: {message}")
