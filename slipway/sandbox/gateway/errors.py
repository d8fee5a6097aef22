"""Errors in the shape that the client of each service expects, decided from the request alone."""

import json
import struct
from uuid import uuid4
from xml.sax.saxutils import escape

from slipway.sandbox.gateway.http import Answer, Request

REST_XML = frozenset({"s3control", "route53", "cloudfront"})


DENIED = "NotAuthorized"
"""The code of a refusal by IAM's policies, before it is spelled as the service's protocol has it."""


class RefusalError(Exception):
    """A request that the gateway does not let through; the code is looked up in the protocol's own spelling."""

    def __init__(self, code: str, message: str, status: int = 403) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def protocol_of(request: Request, service: str) -> str:
    """Return the wire protocol: s3, rest-xml, cbor, json, ec2, query or rest-json.

    Botocore's models would say it too, at 50 ms a service for the first request.
    """
    if service == "s3":
        return "s3"
    if service in REST_XML:
        return "rest-xml"
    form = request.header("content-type").startswith("application/x-www-form-urlencoded")
    if request.header("smithy-protocol") == "rpc-v2-cbor":
        protocol = "cbor"
    elif request.header("x-amz-target"):
        protocol = "json"
    elif form or "Action=" in request.query:
        protocol = "ec2" if service == "ec2" else "query"
    else:
        protocol = "rest-json"
    return protocol


def error_answer(request: Request, service: str, code: str, message: str, status: int) -> Answer:
    """Return an error as the service itself would word it on the wire."""
    protocol = protocol_of(request, service)
    request_id = str(uuid4())
    if protocol == "cbor":
        headers = [("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor")]
        body = _cbor_strings({"__type": code, "message": message})
    elif protocol in {"json", "rest-json"}:
        headers = [("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-ErrorType", code)]
        body = json.dumps({"__type": code, "message": message}).encode()
    else:
        headers = [("Content-Type", "application/xml")]
        body = _xml(protocol, code, message, status, request_id).encode()
    return Answer(status, [*headers, ("x-amzn-RequestId", request_id)], b"" if request.method == "HEAD" else body)


def denial_answer(request: Request, service: str, message: str) -> Answer:
    """Return a denial by IAM's policies; the JSON protocols carry it as 400, the others as 403."""
    protocol = protocol_of(request, service)
    if protocol in {"json", "cbor"}:
        return error_answer(request, service, "AccessDeniedException", message, 400)
    codes = {"rest-json": "AccessDeniedException", "ec2": "UnauthorizedOperation"}
    code = "AuthorizationError" if service == "sns" else codes.get(protocol, "AccessDenied")
    return error_answer(request, service, code, message, 403)


def _xml(protocol: str, code: str, message: str, status: int, request_id: str) -> str:
    inner = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    if protocol == "s3":
        return f"{head}<Error>{inner}<RequestId>{request_id}</RequestId></Error>"
    if protocol == "ec2":
        return f"{head}<Response><Errors><Error>{inner}</Error></Errors><RequestID>{request_id}</RequestID></Response>"
    fault = "Receiver" if status >= 500 else "Sender"  # noqa: PLR2004  (HTTP's own boundary)
    error = f"<Error><Type>{fault}</Type>{inner}</Error>"
    return f"{head}<ErrorResponse>{error}<RequestId>{request_id}</RequestId></ErrorResponse>"


def _cbor_strings(values: dict[str, str]) -> bytes:
    """Return a CBOR map of text to text (RFC 8949): all that an error needs."""

    def text(value: str) -> bytes:
        data = value.encode()
        return b"\x79" + struct.pack(">H", len(data)) + data  # major type 3, two bytes of length

    return bytes([0xA0 | len(values)]) + b"".join(text(key) + text(value) for key, value in values.items())
