"""SageMaker's door: reads a verified request, runs the operation, writes the answer as AWS would."""

import logging
import re
import threading
from urllib.parse import unquote
from uuid import uuid4

from slipway.sandbox.gateway.errors import error_answer
from slipway.sandbox.gateway.http import Answer, Request
from slipway.sandbox.gateway.sigv4 import Claim
from slipway.sandbox.sagemaker import protocol
from slipway.sandbox.sagemaker.context import Context, ContextFactory, Scope
from slipway.sandbox.sagemaker.errors import ApiError, not_implemented
from slipway.sandbox.sagemaker.service import dispatch

log = logging.getLogger(__name__)

INVOCATION = re.compile(r"/endpoints/([^/]+)/(invocations|async-invocations|invocations-response-stream)")
RUNTIME = {
    "invocations": "InvokeEndpoint",
    "async-invocations": "InvokeEndpointAsync",
    "invocations-response-stream": "InvokeEndpointWithResponseStream",
}
PATIENCE = 30.0
"""Seconds that a request waits while the service still picks up what its last run left."""


class SageMaker:
    """The control plane and the runtime: both are signed as `sagemaker` and told apart by their paths."""

    def __init__(self, contexts: ContextFactory) -> None:
        self._contexts = contexts
        self._open = threading.Event()

    def open(self) -> None:
        """Let requests in: what the last run left is picked up."""
        self._open.set()

    def answer(self, request: Request, claim: Claim, account: str) -> Answer:
        """Answer one request, errors included."""
        context = self._contexts(Scope(account, claim.region))
        try:
            # the service's own recovery comes from a thread of its own and is not held up by the door
            if not self._open.is_set() and threading.current_thread().name != "recover":
                self._open.wait(PATIENCE)
            target = request.header("x-amz-target")
            if target.startswith("SageMaker."):
                return self._control(target.removeprefix("SageMaker."), request, context)
            return self._runtime(request, context)
        except ApiError as error:
            return error_answer(request, "sagemaker", error.code, error.message, error.status)

    def _control(self, operation: str, request: Request, context: Context) -> Answer:
        params = protocol.parse(operation, request.body)
        result = dispatch(operation, params, context)
        body = protocol.serialise(operation, result)
        headers = [("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-RequestId", str(uuid4()))]
        return Answer(200, headers, body)

    def _runtime(self, request: Request, context: Context) -> Answer:
        found = INVOCATION.fullmatch(request.path)
        if found is None:
            raise not_implemented("sagemaker", f"{request.method} {request.path}")
        operation = RUNTIME[found.group(2)]
        if operation != "InvokeEndpoint":
            raise not_implemented("sagemaker-runtime", operation)
        from slipway.sandbox.sagemaker.endpoints import runtime  # noqa: PLC0415

        name = unquote(found.group(1))
        status, headers, body = runtime.invoke(name, dict(request.headers), request.body, context)
        return Answer(status, [*headers.items(), ("x-amzn-RequestId", str(uuid4()))], body)
