"""Lambda's Invoke: moto wants Docker for it; here the package of a Python function runs as a local process.

Other runtimes and images answer 501 with their name. An asynchronous invocation that fails is logged and not repeated,
where AWS tries twice more.
https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

import base64
import logging
import threading
from collections.abc import Mapping
from typing import Any

from moto.awslambda.models import LambdaFunction

from slipway.sandbox.moto_adapter.fixes.replacing import replace
from slipway.sandbox.moto_adapter.hooks import FunctionRun, run_function

log = logging.getLogger(__name__)


def apply() -> None:
    """Replace the run."""
    replace(LambdaFunction, invoke=_invoke)


def _invoke(function: Any, body: Any, request_headers: Mapping[str, str], response_headers: dict[str, str]) -> bytes:
    payload = body.encode() if isinstance(body, str) else body or b"{}"
    if not request_headers:  # a topic, a bucket or a log group of moto's: on AWS they invoke asynchronously
        _begin(function, payload)
        return b""
    run = _run_of(function, payload)
    kind = request_headers.get("X-Amz-Invocation-Type") or "RequestResponse"
    if kind != "RequestResponse":
        if kind == "Event":
            _begin(function, payload)
        return b""
    result = run_function(run)
    response_headers["x-amz-log-result"] = base64.b64encode(result.log_tail.encode()).decode()
    response_headers["x-amz-executed-version"] = run.version
    if result.failed:
        response_headers["x-amz-function-error"] = "Unhandled"
    return result.payload


def _begin(function: Any, payload: bytes) -> None:
    try:
        run = _run_of(function, payload)
    except NotImplementedError as error:
        log.warning("%s", error)
        return
    threading.Thread(target=_run_alone, args=(run,), name=f"function-{run.name}", daemon=True).start()


def _run_alone(run: FunctionRun) -> None:
    try:
        result = run_function(run)
    except Exception:
        # the outermost loop of this thread: nobody waits for the result
        log.exception("the function %s could not be run", run.name)
        return
    if result.failed:
        log.warning("the function %s failed: %s", run.name, result.payload.decode(errors="replace"))


def _run_of(function: Any, payload: bytes) -> FunctionRun:
    runtime = function.run_time or "of an image"
    if not str(runtime).startswith("python"):
        raise NotImplementedError(f"the function {function.function_name} is {runtime}: only Python packages run here")
    config = function.get_configuration()
    return FunctionRun(
        account=function.account_id,
        region=function.region,
        name=function.function_name,
        arn=function.function_arn,
        version=str(config["Version"]),
        handler=function.handler,
        timeout_seconds=int(function.timeout),
        memory_mib=int(function.memory_size),
        variables=dict(function.environment_vars),
        log_group=(config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{function.function_name}",
        code=function.code_bytes,
        code_digest=str(function.code_sha_256),
        payload=payload,
        role=str(function.role),
    )
