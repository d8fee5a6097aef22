"""SQS's long polls wait up to 20 s inside of moto's call: they must not hold snapshots up meanwhile."""

from typing import Any

from moto.sqs.models import Queue

from slipway.sandbox.moto_adapter.fixes.replacing import replace
from slipway.sandbox.moto_adapter.quiet import QuietLock


def wait_outside(quiet: QuietLock) -> None:
    """Let every wait for messages give the request's share back for as long as it waits."""
    original = Queue.wait_for_messages

    def wait_for_messages(self: Any, timeout: int) -> None:
        with quiet.released():
            original(self, timeout)

    replace(Queue, wait_for_messages=wait_for_messages)
