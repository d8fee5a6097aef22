"""moto's application, mounted in this process for every service that is not ours.

It is imported behind the start (0.8 s), so that the sandbox answers at once; the first request that needs it waits.
"""

import io
import logging
import os
import re
import threading
from collections.abc import Callable, Iterable
from typing import Any

from slipway.sandbox.gateway.errors import error_answer, protocol_of
from slipway.sandbox.gateway.http import Answer, Request
from slipway.sandbox.gateway.sigv4 import ALGORITHM, Claim
from slipway.sandbox.moto_adapter.complaints import complaint
from slipway.sandbox.moto_adapter.keeper import NotKeptError
from slipway.sandbox.moto_adapter.quiet import QuietLock

log = logging.getLogger(__name__)

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
READING = ("Get", "List", "Describe", "Head", "Filter", "Lookup", "Search", "Query", "Scan", "BatchGet", "Select")
USING_KEYS = ("Encrypt", "Decrypt", "ReEncrypt", "GenerateData", "GenerateMac", "GenerateRandom", "Sign", "Verify")
"""What uses a key changes nothing either."""
NOT_IMPLEMENTED = re.compile(rb"<title>(404 Not Found|405 Method Not Allowed)</title>")
PREFIXES = {"monitoring": "cloudwatch", "email": "ses", "elasticmapreduce": "emr"}
"""Signing names that differ from the name that people know the service by."""
TRIES = 5
FORM = "application/x-www-form-urlencoded"
# read by moto when it is first imported
ENVIRONMENT = {
    "MOTO_DISABLE_GLOBAL_CORS": "true",
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",  # else AmazonSageMakerFullAccess does not exist
    "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
    "MOTO_S3_ALLOW_CROSSACCOUNT_ACCESS": "true",  # what bucket policies decide on AWS; moto knows only all or nothing
}


class Moto:
    """The rest of AWS. `keep` writes down what a request has changed, before it is answered."""

    def __init__(
        self,
        quiet: QuietLock,
        load_state: Callable[[], None],
        keep: Callable[[], None],
        may_deliver: Callable[[str, str, str, str, str], bool] | None = None,
    ) -> None:
        self._may_deliver = may_deliver
        self._load_state = load_state
        self._keep = keep
        self._application: Wsgi | None = None
        self._loading = threading.Lock()
        self._quiet = quiet

    def load(self) -> Wsgi:
        """Import moto, correct it and give it its state back: once, by whoever comes first."""
        with self._loading:
            if self._application is None:
                os.environ.update(ENVIRONMENT)
                from moto.moto_server.werkzeug_app import (  # noqa: PLC0415
                    DomainDispatcherApplication,
                    create_backend_app,
                )

                from slipway.sandbox.moto_adapter import fixes, long_polls  # noqa: PLC0415

                fixes.apply()
                long_polls.wait_outside(self._quiet)
                if self._may_deliver is not None:
                    fixes.event_delivery.enforce(self._may_deliver)
                self._load_state()

                def create(service: Any) -> Any:
                    if service is None:
                        raise NotImplementedError("the sandbox does not have this service")
                    try:
                        return create_backend_app(service)
                    except ModuleNotFoundError as error:
                        raise NotImplementedError(f"this service needs the package {error.name}") from error

                self._application = DomainDispatcherApplication(create)
        return self._application

    @property
    def loaded(self) -> bool:
        """Whether anything has needed moto yet."""
        return self._application is not None

    def answer(self, request: Request, claim: Claim, account: str) -> Answer:
        """Answer with moto, in the caller's account; what moto lacks is a 501 that names the operation."""
        application = self._application or self.load()
        if request.path.startswith("/moto-api") and claim.service != "s3":
            return error_answer(request, claim.service, "AccessDenied", "moto's own API is not reachable", 403)
        inner = self._quiet.is_shared  # moto, or a fix of it, asks for something: the request around it is kept
        with self._quiet.shared():
            answer = _served(application, request, claim, account)
        if not inner and not _only_reads(request):
            try:
                self._keep()
            except NotKeptError as error:
                message = f"the change was made and cannot be kept: {error}"
                return error_answer(request, claim.service, "InternalFailure", message, 500)
        return answer


def _served(application: Wsgi, request: Request, claim: Claim, account: str) -> Answer:
    from botocore.model import OperationNotFoundError  # noqa: PLC0415  (imported by moto just now)

    try:
        answer = _tried(application, request, claim, account)
    except NotImplementedError as error:
        return _missing(request, claim.service, str(error))
    except OperationNotFoundError as error:
        return _unknown(request, claim.service, str(error))
    except Exception:
        # whatever moto broke on is raised again, unless the request itself is at fault
        wrong = complaint(request, claim.service)
        if wrong is None:
            raise
        code = "ValidationError" if protocol_of(request, claim.service) == "query" else "ValidationException"
        return error_answer(request, claim.service, code, wrong, 400)
    if answer.status in {404, 405} and NOT_IMPLEMENTED.search(answer.body):
        return _missing(request, claim.service, f"no route for {request.method} {request.path}")
    return answer


def _tried(application: Wsgi, request: Request, claim: Claim, account: str) -> Answer:
    """Ask moto, and ask again when it met a dictionary that another request was changing: it has no lock of its own.

    It walks over what is there before it changes anything, so nothing is done twice.
    """
    for _ in range(TRIES - 1):
        try:
            return _call(application, _environ(request, claim, account))
        except (NotImplementedError, RecursionError):
            raise
        except RuntimeError as error:
            log.info("%s %s is tried again: %s", request.method, request.path, error)
    return _call(application, _environ(request, claim, account))


def _call(application: Wsgi, environ: dict[str, Any]) -> Answer:
    started: list[tuple[str, list[tuple[str, str]]]] = []
    chunks = application(environ, lambda status, headers, _=None: started.append((status, headers)))
    try:
        body = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    status, headers = started[-1]
    return Answer(int(status.split()[0]), headers, body)


def _environ(request: Request, claim: Claim, account: str) -> dict[str, Any]:
    from urllib.parse import unquote_to_bytes  # noqa: PLC0415

    host, _, port = request.header("host").rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(request.path).decode("latin-1"),
        "QUERY_STRING": request.query,
        "RAW_URI": request.path + (f"?{request.query}" if request.query else ""),
        "REQUEST_URI": request.path + (f"?{request.query}" if request.query else ""),
        "SERVER_NAME": host or "127.0.0.1",
        "SERVER_PORT": port or "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.input_terminated": True,
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    spelling: dict[str, str] = {}
    for name, value in request.headers.items():
        if name.startswith("x-moto-") or name == "transfer-encoding":
            continue
        key = "HTTP_" + name.upper().replace("-", "_")
        if name.startswith("x-amz-meta-") and "_" in name:
            # S3 tells `my_key` from `my-key`; WSGI does not, so moto is told the name as it was sent
            if name.replace("_", "-") in request.headers:
                continue
            spelling[key] = name
        environ[key] = value
    environ["moto.preserved_header_names"] = spelling
    environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE", "")
    if claim.service == "s3" and request.method == "PUT" and environ["CONTENT_TYPE"].startswith(FORM):
        environ["CONTENT_TYPE"] = (
            "binary/octet-stream"  # curl's and urllib's default; moto would take the object for a form
        )
    environ.pop("HTTP_CONTENT_LENGTH", None)
    environ["CONTENT_LENGTH"] = str(len(request.body))
    environ["HTTP_X_MOTO_ACCOUNT_ID"] = account
    if claim.presigned:  # moto finds the service in this header only; the signature is already verified
        environ["HTTP_AUTHORIZATION"] = (
            f"{ALGORITHM} Credential={claim.access_key}/{claim.scope}, SignedHeaders=host, Signature={claim.signature}"
        )
    return environ


def operation_of(request: Request) -> str:
    """Return the operation that a request names; empty where its path alone says what is wanted."""
    target = request.header("x-amz-target")
    if target:
        return target.rpartition(".")[2]
    action = re.search(rb"(?:^|&)Action=(\w+)", request.body) or re.search(r"(?:^|&)Action=(\w+)", request.query)
    if action:
        found = action.group(1)
        return found.decode() if isinstance(found, bytes) else found
    rpc = re.search(r"/operation/(\w+)$", request.path)
    return rpc.group(1) if rpc else ""


def _only_reads(request: Request) -> bool:
    operation = operation_of(request)
    return operation.startswith(READING + USING_KEYS) if operation else request.method in {"GET", "HEAD"}


def _unknown(request: Request, service: str, operation: str) -> Answer:
    """Answer an operation that AWS itself does not have."""
    protocol = protocol_of(request, service)
    code = "InvalidAction" if protocol in {"query", "ec2"} else "UnknownOperationException"
    return error_answer(request, service, code, f"Could not find operation {operation} of {service}", 400)


def _missing(request: Request, service: str, reason: str) -> Answer:
    operation = operation_of(request) or f"{request.method} {request.path}"
    name = f"{PREFIXES.get(service, service)}:{operation}"
    log.warning("not implemented: %s (%s)", name, reason)
    message = f"the sandbox does not implement {name} ({reason})"
    return error_answer(request, service, "NotImplementedInSandbox", message, 501)
