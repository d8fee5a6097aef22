"""The container's HTTP contract as a WSGI callable: GET /ping, POST /invocations, errors as JSON."""

from __future__ import annotations

import sys
import traceback
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import orjson

from serving.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

MAX_BODY_BYTES = 25 * 1024 * 1024  # SageMaker's own limit for a real-time request
_JSON = "application/json"
_NO_WISH = frozenset({"", "*/*"})
_LINES = {status: f"{status.value} {status.phrase}" for status in HTTPStatus}


def application(
    model: Any,
    *,
    input_fn: Callable[[bytes, str], Any],
    predict_fn: Callable[[Any, Any], Any],
    output_fn: Callable[[Any, str], tuple[bytes, str]],
) -> WSGIApplication:
    """Return the WSGI application of a loaded model and the handler's three steps."""

    def invoke(environ: WSGIEnvironment) -> tuple[bytes, str]:
        body = _body(environ)
        content_type = environ.get("CONTENT_TYPE", "")
        accept = environ.get("HTTP_ACCEPT", "")
        prediction = predict_fn(input_fn(body, content_type), model)
        return output_fn(prediction, content_type if accept in _NO_WISH else accept)

    def respond(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        status = HTTPStatus.OK
        try:
            body, content_type = (b"", "text/plain") if _is_ping(environ) else invoke(environ)
        except RequestError as error:
            status, content_type = error.status, _JSON
            body = _error(str(error))
        except Exception:  # noqa: BLE001 - the outermost loop of a request: the log gets the trace, the client never
            traceback.print_exc(file=sys.stderr)
            status, content_type = HTTPStatus.INTERNAL_SERVER_ERROR, _JSON
            body = _error("the model failed on this request; the container's log says why")
        headers = [("content-type", content_type), ("content-length", str(len(body)))]
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            headers.append(("allow", "GET" if environ["PATH_INFO"] == "/ping" else "POST"))
        start_response(_LINES[status], headers)
        return [body]

    return respond


def _is_ping(environ: WSGIEnvironment) -> bool:
    """Tell /ping from /invocations; raises RequestError for other paths and for the wrong method."""
    path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
    if path == "/invocations":
        if method != "POST":
            raise RequestError(f"{method} /invocations: only POST is answered", HTTPStatus.METHOD_NOT_ALLOWED)
        return False
    if path == "/ping":
        if method not in ("GET", "HEAD"):
            raise RequestError(f"{method} /ping: only GET is answered", HTTPStatus.METHOD_NOT_ALLOWED)
        return True
    raise RequestError(f"there is no {path}; GET /ping and POST /invocations are answered", HTTPStatus.NOT_FOUND)


def _body(environ: WSGIEnvironment) -> bytes:
    declared = environ.get("CONTENT_LENGTH") or ""
    if declared.isdecimal() and int(declared) > MAX_BODY_BYTES:
        raise _too_large(f"{declared} bytes")
    body: bytes = environ["wsgi.input"].read(MAX_BODY_BYTES + 1)
    if len(body) > MAX_BODY_BYTES:  # sent in chunks, without its length
        raise _too_large(f"more than {MAX_BODY_BYTES} bytes")
    return body


def _too_large(size: str) -> RequestError:
    return RequestError(
        f"the body has {size}; at most {MAX_BODY_BYTES} are taken, send fewer rows", HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    )


def _error(message: str) -> bytes:
    return orjson.dumps({"error": message})
