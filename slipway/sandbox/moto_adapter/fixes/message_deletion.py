"""SQS's DeleteMessage: moto builds the queue's list anew, and a message that is sent meanwhile is lost.

A receipt handle that was deleted before is no error; moto remembers all of them without end, here the last ones stay.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html
"""

import contextlib
from typing import Any

from moto.sqs.exceptions import ReceiptHandleIsInvalid
from moto.sqs.models import Queue

from slipway.sandbox.moto_adapter.fixes.replacing import replace

REMEMBERED = 100_000
"""Receipt handles of deleted messages; some half of them is forgotten when there are more."""


def apply() -> None:
    """Take messages out of the list that others append to."""
    replace(Queue, delete_message=_delete)


def _delete(queue: Any, receipt_handle: str) -> None:
    if receipt_handle in queue.deleted_messages:
        return
    messages: list[Any] = vars(queue)["_messages"]  # `queue.messages` leaves out those that are not visible
    found = [message for message in list(messages) if message.had_receipt_handle(receipt_handle)]
    if not found:
        raise ReceiptHandleIsInvalid
    for message in found:
        queue.pending_messages.discard(message)
        queue.deleted_messages.update(message.all_receipt_handles)
        with contextlib.suppress(ValueError):  # somebody else deletes the same one
            messages.remove(message)
    if len(queue.deleted_messages) > REMEMBERED:
        for _ in range(REMEMBERED // 2):
            queue.deleted_messages.pop()
