"""InvokeEndpoint: one request through a variant's container, measured, captured, and mirrored to a shadow."""

import json
import random
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.endpoints.capture import Exchange, now
from slipway.sandbox.sagemaker.endpoints.container import (
    INVOCATION_TIMEOUT,
    ContainerBrokeError,
    ContainerGoneError,
    Reply,
)
from slipway.sandbox.sagemaker.endpoints.fleet import Fleet, NoSuchVariantError
from slipway.sandbox.sagemaker.endpoints.live import LiveEndpoint, live
from slipway.sandbox.sagemaker.endpoints.serving import DEFAULT_TYPE, pass_through
from slipway.sandbox.sagemaker.endpoints.variant import Instance, Variant
from slipway.sandbox.sagemaker.errors import ApiError

BODY_LIMIT = 25 * 1024 * 1024
"""Bytes of a request that SageMaker takes in real time."""
REPLACEMENT_SECONDS = 30.0
"""How long a request waits for a healthy instance, which on AWS a spare instance would have taken."""
ATTEMPTS = 3
"""Instances that one request is offered to while they turn out to be gone."""
SHADOW_BACKLOG = 64

_TARGET = "x-amzn-sagemaker-target-variant"
_INFERENCE_ID = "x-amzn-sagemaker-inference-id"
_CUSTOM = "x-amzn-sagemaker-custom-attributes"
_FORWARDED = ("content-type", "accept", _CUSTOM, _INFERENCE_ID, "x-amzn-sagemaker-session-id")

Answer = tuple[int, dict[str, str], bytes]


@dataclass(frozen=True)
class _Outcome:
    """What a variant made of a request; `reply` is None when its container gave no answer, and `problem` says why."""

    reply: Reply | None
    problem: str
    model_seconds: float


def invoke(endpoint_name: str, headers: Mapping[str, str], body: bytes, context: Context) -> Answer:
    """Answer one invocation; header names may have any case. Raises ApiError for what reaches no container."""
    started = time.perf_counter()
    given = {name.lower(): value for name, value in headers.items()}
    if len(body) > BODY_LIMIT:
        raise ApiError("ValidationError", f"the body has {len(body)} bytes, at most {BODY_LIMIT} are allowed", 413)
    endpoint = live(context, endpoint_name)
    fleet = endpoint.enter(REPLACEMENT_SECONDS) if endpoint is not None else None
    if endpoint is None or fleet is None:
        raise ApiError("ValidationError", f"Endpoint {endpoint_name} of account {context.scope.account} not found.")
    try:
        variant = fleet.choose(given.get(_TARGET))
        _mirror(endpoint, fleet, given, body)
        outcome = _through(variant, given, body)
        overhead = max(0.0, time.perf_counter() - started - outcome.model_seconds)
        status = None if outcome.reply is None else outcome.reply.status
        endpoint.meter.record(variant.name, variant.count(), status, outcome.model_seconds, overhead)
        if outcome.reply is None or not 200 <= outcome.reply.status < 300:  # noqa: PLR2004
            return _model_error(endpoint, outcome)
        _offer(fleet, variant, given, body, outcome.reply)
        return _success(outcome.reply, variant)
    except NoSuchVariantError as error:
        raise ApiError("ValidationError", str(error)) from error
    finally:
        fleet.leave()


def _through(variant: Variant, headers: Mapping[str, str], body: bytes) -> _Outcome:
    """Offer a request to instances until one takes it; what took it decides."""
    for _ in range(ATTEMPTS):
        instance = variant.acquire(REPLACEMENT_SECONDS)
        if instance is None:
            break
        started = time.perf_counter()
        try:
            reply = _chain(instance, headers, body)
        except ContainerGoneError:
            variant.give_up_on(instance)
        except ContainerBrokeError as error:
            return _Outcome(None, str(error), time.perf_counter() - started)
        else:
            return _Outcome(reply, "", time.perf_counter() - started)
        finally:
            variant.release(instance)
    raise ApiError("ServiceUnavailable", f"variant {variant.name} has no healthy instance; look at its log", 503)


def _chain(instance: Instance, headers: Mapping[str, str], body: bytes) -> Reply:
    sent = {name: headers[name] for name in _FORWARDED if name in headers}
    return pass_through(instance.containers, sent, body, INVOCATION_TIMEOUT)


def _success(reply: Reply, variant: Variant) -> Answer:
    headers = {
        "Content-Type": reply.headers.get("content-type", DEFAULT_TYPE),
        "x-Amzn-Invoked-Production-Variant": variant.name,
    }
    if _CUSTOM in reply.headers:
        headers["X-Amzn-SageMaker-Custom-Attributes"] = reply.headers[_CUSTOM]
    return 200, headers, reply.body


def _model_error(endpoint: LiveEndpoint, outcome: _Outcome) -> Answer:
    """Return ModelError (424) with what the container said, as SageMaker passes it on."""
    scope = endpoint.context.scope
    group = f"/aws/sagemaker/Endpoints/{endpoint.name}"
    status = 500 if outcome.reply is None else outcome.reply.status
    original = outcome.problem if outcome.reply is None else outcome.reply.body.decode("utf-8", errors="replace")
    side = "client" if 400 <= status < 500 else "server"  # noqa: PLR2004
    shown = 0 if outcome.reply is None else status
    console = f"https://{scope.region}.console.aws.amazon.com/cloudwatch/home?region={scope.region}"
    page = f"{console}#logEventViewer:group={group}"
    document = {
        "Message": f'Received {side} error ({shown}) from primary with message "{original}". See {page} '
        f"in account {scope.account} for more information.",
        "OriginalStatusCode": status,
        "OriginalMessage": original,
        "LogStreamArn": scope.arn(f"log-group:{group}", "logs"),
    }
    headers = {"Content-Type": "application/json", "x-amzn-ErrorType": "ModelError"}
    return 424, headers, json.dumps(document).encode("utf-8")


def _offer(fleet: Fleet, variant: Variant, headers: Mapping[str, str], body: bytes, reply: Reply) -> None:
    if fleet.capture is None:
        return
    fleet.capture.offer(
        Exchange(
            variant=variant.name,
            moment=now(),
            request_type=headers.get("content-type", DEFAULT_TYPE),
            request_body=body,
            answer_type=reply.headers.get("content-type", DEFAULT_TYPE),
            answer_body=reply.body,
            inference_id=headers.get(_INFERENCE_ID),
        )
    )


_SHADOWS = ThreadPoolExecutor(2, thread_name_prefix="shadow")
_SHADOW_ROOM = threading.Semaphore(SHADOW_BACKLOG)
_SHADOW_SAMPLE = random.Random(0)  # noqa: S311 - the same sample from run to run


def _mirror(endpoint: LiveEndpoint, fleet: Fleet, headers: Mapping[str, str], body: bytes) -> None:
    """Send a copy to the shadow variants, in the proportion of the weights; its answer is measured and thrown away."""
    production = sum(variant.weight for variant in fleet.variants.values())
    for shadow in fleet.shadows.values():
        share = shadow.weight / production if production > 0 else 0.0
        if _SHADOW_SAMPLE.random() >= share or not _SHADOW_ROOM.acquire(blocking=False):
            continue
        fleet.enter()
        _SHADOWS.submit(_shadow, endpoint, fleet, shadow, headers, body)


def _shadow(endpoint: LiveEndpoint, fleet: Fleet, shadow: Variant, headers: Mapping[str, str], body: bytes) -> None:
    try:
        outcome = _through(shadow, headers, body)
        status = None if outcome.reply is None else outcome.reply.status
        endpoint.meter.record(shadow.name, shadow.count(), status, outcome.model_seconds, 0.0)
        if outcome.reply is not None and 200 <= outcome.reply.status < 300:  # noqa: PLR2004
            _offer(fleet, shadow, headers, body, outcome.reply)
    except ApiError:
        endpoint.meter.record(shadow.name, shadow.count(), None, 0.0, 0.0)
    finally:
        fleet.leave()
        _SHADOW_ROOM.release()
