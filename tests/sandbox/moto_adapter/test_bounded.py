"""What moto would keep without end is forgotten, and what it would lose under many clients is kept."""

from __future__ import annotations

import gc
import threading
import weakref
from typing import Any

import pytest
from botocore.exceptions import ClientError

from slipway.sandbox.moto_adapter import fixes

SENDERS, MESSAGES = 6, 40


def test_an_object_of_motos_that_nobody_needs_is_forgotten() -> None:
    fixes.apply()
    from moto.ssm.models import Document  # noqa: PLC0415  (moto is imported with its corrections)

    made = Document.__new__(Document)
    gone = weakref.ref(made)
    del made
    gc.collect()
    assert gone() is None


@pytest.mark.slow
def test_messages_that_are_sent_while_others_are_deleted_stay(sandbox: Any) -> None:
    url = sandbox.sqs.create_queue(QueueName="busy")["QueueUrl"]
    sent: list[str] = []
    seen: set[str] = set()
    over = threading.Event()

    def send(number: int) -> None:
        for each in range(MESSAGES):
            sandbox.sqs.send_message(QueueUrl=url, MessageBody=f"{number} {each}")
            sent.append(f"{number} {each}")

    def delete() -> None:
        while not over.is_set() or len(seen) < len(sent):
            found = sandbox.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
            for message in found:
                sandbox.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                seen.add(message["Body"])
            if over.is_set() and not found:
                return

    senders = [threading.Thread(target=send, args=(number,)) for number in range(SENDERS)]
    deleter = threading.Thread(target=delete)
    for thread in (*senders, deleter):
        thread.start()
    for thread in senders:
        thread.join()
    over.set()
    deleter.join(60)
    assert seen == set(sent)
    assert len(sent) == SENDERS * MESSAGES


@pytest.mark.slow
def test_a_message_can_be_deleted_twice_and_an_unknown_handle_cannot(sandbox: Any) -> None:
    url = sandbox.sqs.create_queue(QueueName="twice")["QueueUrl"]
    sandbox.sqs.send_message(QueueUrl=url, MessageBody="x")
    (message,) = sandbox.sqs.receive_message(QueueUrl=url)["Messages"]
    for _ in range(2):
        sandbox.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    with pytest.raises(ClientError, match="receipt handle"):
        sandbox.sqs.delete_message(QueueUrl=url, ReceiptHandle="nobody-gave-it")
