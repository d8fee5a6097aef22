"""One invocation: the package unpacked, a process in a folder of its own, its log in the function's group.

The Python is the sandbox's own, whatever the runtime's version; layers and the memory limit have no effect.
"""

import io
import json
import shutil
import sys
import tempfile
import time
import uuid
import zipfile
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from slipway.sandbox.moto_adapter.hooks import FunctionResult, FunctionRun
from slipway.sandbox.sagemaker.containers.credentials import aws_environment
from slipway.sandbox.sagemaker.containers.launcher import MARK, launcher_of
from slipway.sandbox.sagemaker.containers.log_stream import CloudWatchStream
from slipway.sandbox.sagemaker.containers.process import ContainerProcess
from slipway.sandbox.sagemaker.context import Context, ContextFactory, Scope
from slipway.sandbox.sagemaker.execution_roles import RoleNotAssumableError, as_role

LAMBDA = "lambda.amazonaws.com"
BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
TAIL_BYTES = 4096


class _Log:
    """The function's lines: in its stream, and the last of them for who asked for the tail."""

    def __init__(self, stream: CloudWatchStream) -> None:
        self._stream = stream
        self._tail: deque[str] = deque(maxlen=200)

    def write(self, line: str) -> None:
        self._stream.write(line)
        self._tail.append(line)

    def flush(self) -> None:
        self._stream.flush()

    def tail(self) -> str:
        return "\n".join(self._tail).encode()[-TAIL_BYTES:].decode(errors="replace")


class Functions:
    """Callable with a run."""

    def __init__(self, contexts: ContextFactory) -> None:
        self._contexts = contexts

    def __call__(self, run: FunctionRun) -> FunctionResult:
        """Run to the end, or to the timeout."""
        own = self._contexts(Scope(run.account, run.region))
        try:
            context = as_role(own, run.role or None, run.arn, LAMBDA)
        except RoleNotAssumableError as error:
            return _failure("AccessDeniedException", f"The role defined for the function cannot be assumed: {error}")
        request, moment = str(uuid.uuid4()), datetime.now(UTC)
        stream = f"{moment:%Y/%m/%d}/[{run.version}]{uuid.uuid4().hex}"
        log = _Log(CloudWatchStream(context.aws.logs, run.log_group, stream))
        folder = context.state_dir / "work" / "functions"  # cleared at every start
        folder.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix="run-", dir=folder))
        try:
            code = _unpacked(run, scratch)
            document = _document(run, request, stream)
            (scratch / "run.json").write_text(json.dumps(document))
            (scratch / "event.json").write_bytes(run.payload or b"{}")
            return _finished(context, run, document, scratch, code, log)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _unpacked(run: FunctionRun, scratch: Path) -> Path:
    code = scratch / "task"
    code.mkdir()
    with zipfile.ZipFile(io.BytesIO(run.code)) as package:
        package.extractall(code)  # zipfile keeps members inside
    return code


def _document(run: FunctionRun, request: str, stream: str) -> dict[str, Any]:
    return {
        "name": run.name,
        "version": run.version,
        "arn": run.arn,
        "handler": run.handler,
        "memory_mib": run.memory_mib,
        "timeout_seconds": run.timeout_seconds,
        "log_group": run.log_group,
        "log_stream": stream,
        "request_id": request,
    }


def _finished(
    context: Context, run: FunctionRun, document: dict[str, Any], scratch: Path, code: Path, log: _Log
) -> FunctionResult:
    request = document["request_id"]
    log.write(f"START RequestId: {request} Version: {run.version}")
    began = time.monotonic()
    process = ContainerProcess(
        [sys.executable, "-u", str(BOOTSTRAP), str(scratch)],
        _environment(context, run, document, scratch, code),
        code,
        log,
        launcher_of(context.state_dir).guard,
    )
    in_time = process.wait(run.timeout_seconds)
    if not in_time:
        process.stop(0.0)
    took = (time.monotonic() - began) * 1000
    result = _result(scratch / "result.json", request, run, in_time=in_time)
    if not in_time:
        log.write(json.loads(result.payload)["errorMessage"])
    log.write(f"END RequestId: {request}")
    log.write(
        f"REPORT RequestId: {request}\tDuration: {took:.2f} ms\tBilled Duration: {int(took) + 1} ms\t"
        f"Memory Size: {run.memory_mib} MB"
    )
    log.flush()
    return FunctionResult(result.payload, result.failed, log.tail())


def _result(file: Path, request: str, run: FunctionRun, *, in_time: bool) -> FunctionResult:
    if file.is_file():
        found = json.loads(file.read_text())
        return FunctionResult(found["payload"].encode(), bool(found["failed"]), "")
    moment = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3]
    message, kind = f"RequestId: {request} Error: Runtime exited without providing a reason", "Runtime.ExitError"
    if not in_time:
        message, kind = (
            f"{moment}Z {request} Task timed out after {run.timeout_seconds:.2f} seconds",
            "Sandbox.Timedout",
        )
    return _failure(kind, message)


def _failure(kind: str, message: str) -> FunctionResult:
    return FunctionResult(json.dumps({"errorType": kind, "errorMessage": message}).encode(), failed=True, log_tail="")


def _environment(
    context: Context, run: FunctionRun, document: dict[str, Any], scratch: Path, code: Path
) -> dict[str, str]:
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "LANG": "C.UTF-8",
        "TZ": ":UTC",
        "PYTHONDONTWRITEBYTECODE": "1",
        "LAMBDA_TASK_ROOT": str(code),
        "_HANDLER": run.handler,
        "AWS_LAMBDA_FUNCTION_NAME": run.name,
        "AWS_LAMBDA_FUNCTION_VERSION": run.version,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(run.memory_mib),
        "AWS_LAMBDA_LOG_GROUP_NAME": run.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": document["log_stream"],
        **aws_environment(context),
        **run.variables,
        MARK: str(context.state_dir),
    }
