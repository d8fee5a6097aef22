"""Brings what is to be delivered to its target: at once where that is quick, else in a thread of its own.

Another try is worth its time only where a server did not answer or was busy: three more here, a second apart and
doubling, where AWS goes on for a day. What cannot be delivered goes to the dead-letter queue, if there is one.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

import json
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from botocore.exceptions import BotoCoreError, ClientError

from slipway.sandbox.clockwork.delivery.failures import DeliveryError, failure_of
from slipway.sandbox.clockwork.delivery.targets import kind_of, send
from slipway.sandbox.moto_adapter.hooks import Delivery
from slipway.sandbox.sagemaker.context import ContextFactory, Scope

log = logging.getLogger(__name__)

MOST_AGAIN = 3
PAUSE = 1.0
WORKERS = 16
DEPTH = 5
"""How often an event may go from bus to bus; AWS says once, and does not say what comes of a circle."""


class Courier:
    """Callable with a delivery; never fails. `pause` waits between tries, and tells whether to give up."""

    def __init__(self, contexts: ContextFactory, pause: Callable[[float], bool] | None = None) -> None:
        self._contexts = contexts
        self._closing = threading.Event()
        self._pause = self._closing.wait if pause is None else pause
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="delivery")
        self._depth = threading.local()

    def __call__(self, delivery: Delivery) -> None:
        """Deliver, or begin to."""
        kind = kind_of(delivery.target["Arn"])
        if kind is None or kind.quick:
            self._with_depth(delivery)
        elif not self._closing.is_set():
            self._workers.submit(self._deliver, delivery)

    def close(self) -> None:
        """Begin nothing more, and try nothing again."""
        self._closing.set()
        self._workers.shutdown(wait=False, cancel_futures=True)

    def _with_depth(self, delivery: Delivery) -> None:
        depth = getattr(self._depth, "value", 0)
        if depth == DEPTH:
            log.warning("%s: an event went through %d buses and goes no further", delivery.origin, DEPTH)
            return
        self._depth.value = depth + 1
        try:
            self._deliver(delivery)
        finally:
            self._depth.value = depth

    def _deliver(self, delivery: Delivery) -> None:
        allowed = min(MOST_AGAIN, delivery.target.get("RetryPolicy", {}).get("MaximumRetryAttempts", MOST_AGAIN))
        attempts = 0
        while True:
            failure = self._try(delivery)
            if failure is None:
                return
            if not failure.again or attempts >= allowed or self._pause(PAUSE * 2**attempts):
                break
            attempts += 1
        log.warning("%s: not delivered to %s: %s", delivery.origin, delivery.target["Arn"], failure)
        self._bury(delivery, failure, attempts)

    def _try(self, delivery: Delivery) -> DeliveryError | None:
        try:
            send(self._contexts, delivery)
        except DeliveryError as error:
            return error
        except (ClientError, BotoCoreError) as error:
            return failure_of(error)
        except Exception as error:
            # the outermost loop of a delivery: whatever is wrong with the target is never the sender's failure
            log.exception("%s: the delivery to %s broke", delivery.origin, delivery.target["Arn"])
            return DeliveryError("INTERNAL_ERROR", repr(error))
        return None

    def _bury(self, delivery: Delivery, failure: DeliveryError, attempts: int) -> None:
        queue = delivery.target.get("DeadLetterConfig", {}).get("Arn")
        if queue is None:
            return
        region, account, name = queue.split(":", 5)[3:]
        attributes = {
            "SCHEDULE_ARN" if ":scheduler:" in delivery.origin else "RULE_ARN": delivery.origin,
            "TARGET_ARN": delivery.target["Arn"],
            "ERROR_CODE": failure.code,
            "ERROR_MESSAGE": str(failure),
        }
        if failure.again:
            attributes |= {"RETRY_ATTEMPTS": str(attempts), "EXHAUSTED_RETRY_CONDITION": "MaximumRetryAttempts"}
        try:
            sqs = self._contexts(Scope(account, region)).aws.client("sqs")
            sqs.send_message(
                QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"],
                MessageBody=json.dumps(delivery.event),
                MessageAttributes={
                    key: {"DataType": "String", "StringValue": value} for key, value in attributes.items()
                },
            )
        except (ClientError, BotoCoreError) as error:
            log.warning("%s: not put into the dead-letter queue %s: %s", delivery.origin, queue, error)
