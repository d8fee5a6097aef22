"""Runs inside a function's own process: imports the handler, calls it with event and context, writes what came of it.

The standard library only, and nothing of ours: started by its path, with the run's folder as its one argument.
https://docs.aws.amazon.com/lambda/latest/dg/python-context.html, .../python-exceptions.html
"""

import importlib
import json
import logging
import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any


class LambdaContext:
    """The object that handlers get beside the event."""

    identity = None
    client_context = None

    def __init__(self, run: dict[str, Any]) -> None:
        self.function_name = run["name"]
        self.function_version = run["version"]
        self.invoked_function_arn = run["arn"]
        self.memory_limit_in_mb = str(run["memory_mib"])
        self.aws_request_id = run["request_id"]
        self.log_group_name = run["log_group"]
        self.log_stream_name = run["log_stream"]
        self._deadline = time.time() + run["timeout_seconds"]

    def get_remaining_time_in_millis(self) -> int:
        """Return what is left of the timeout."""
        return max(0, int((self._deadline - time.time()) * 1000))


class HandlerError(Exception):
    """The handler could not be found; Lambda's own names of errors."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def main(folder: Path) -> int:
    """Run once; return the exit code."""
    run = json.loads((folder / "run.json").read_text())
    _log_like_lambda(run["request_id"])
    try:
        handler = _handler(run["handler"])
        answer = handler(json.loads((folder / "event.json").read_text()), LambdaContext(run))
        result = {"payload": _marshalled(answer), "failed": False}
    except BaseException as error:  # noqa: BLE001  (whatever a handler raises is the function's result, SystemExit too)
        document = _described(error, run["request_id"])
        print(f"[ERROR] {document['errorType']}: {document['errorMessage']}")
        print("".join(document.get("stackTrace", [])), flush=True)
        result = {"payload": json.dumps(document), "failed": True}
    part = folder / "result.part"
    part.write_text(json.dumps(result))
    part.replace(folder / "result.json")
    return 0


def _handler(name: str) -> Any:
    module, _, function = name.rpartition(".")
    try:
        found = importlib.import_module(module.replace("/", "."))
    except ImportError as error:
        raise HandlerError("Runtime.ImportModuleError", f"Unable to import module '{module}': {error}") from error
    if not hasattr(found, function):
        raise HandlerError("Runtime.HandlerNotFound", f"Handler '{function}' missing on module '{module}'")
    return getattr(found, function)


def _marshalled(answer: Any) -> str:
    try:
        return json.dumps(answer)
    except (TypeError, ValueError) as error:
        raise HandlerError("Runtime.MarshalError", f"Unable to marshal response: {error}") from error


def _described(error: BaseException, request_id: str) -> dict[str, Any]:
    if isinstance(error, HandlerError):
        return {"errorMessage": str(error), "errorType": error.kind, "requestId": request_id, "stackTrace": []}
    frames = traceback.extract_tb(error.__traceback__)[1:]
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "requestId": request_id,
        "stackTrace": traceback.format_list(frames),
    }


def _log_like_lambda(request_id: str) -> None:
    handler = logging.StreamHandler(sys.stdout)
    form = f"[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t{request_id}\t%(message)s"
    handler.setFormatter(logging.Formatter(form, "%Y-%m-%dT%H:%M:%S"))
    logging.Formatter.converter = time.gmtime
    logging.getLogger().addHandler(handler)


if __name__ == "__main__":
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    sys.exit(main(Path(sys.argv[1])))
