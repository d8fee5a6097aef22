"""Whether a verified request's body is what its headers say: JSON, a form, a digest's content, chunks, or zipped.

moto takes what it cannot read for nothing, or breaks on it.
"""

import base64
import binascii
import dataclasses
import hashlib
import json
import zlib
from collections.abc import Callable, Mapping
from urllib.parse import parse_qs, parse_qsl

from slipway.sandbox.gateway.bodies import OTHER_LIMIT
from slipway.sandbox.gateway.chunks import STREAMING, decoded
from slipway.sandbox.gateway.errors import RefusalError, protocol_of
from slipway.sandbox.gateway.http import Request
from slipway.sandbox.gateway.s3_requests import check_s3, check_xml

CHECKSUMS: Mapping[str, Callable[[bytes], bytes]] = {
    "crc32": lambda data: zlib.crc32(data).to_bytes(4, "big"),
    "sha1": lambda data: hashlib.sha1(data, usedforsecurity=False).digest(),
    "sha256": lambda data: hashlib.sha256(data).digest(),
}
"""Checksums of S3 that Python computes; CRC32C and CRC64NVME are taken as they are."""
MD5_BYTES = 16


def checked(request: Request, service: str) -> Request:
    """Return the request as a service reads it, its body unzipped. Raises RefusalError in AWS's words."""
    if service == "s3":
        _check_digests(request)
        check_s3(request)
        return request
    protocol = protocol_of(request, service)
    if request.header("content-encoding") == "gzip" and not protocol.startswith("rest"):
        request = _unzipped(request)  # what goes through to a model or a function stays as it is
    if protocol == "json" or (protocol == "rest-json" and _is_json(request, service)):
        _check_json(request.body)
    elif protocol == "rest-xml" and request.body:
        check_xml(request.body)
    elif protocol in {"query", "ec2"}:
        _check_form(request)
    return request


def _is_json(request: Request, service: str) -> bool:
    """Tell whether a body is the service's own JSON and not what somebody sends through it to a model or a function."""
    return (
        bool(request.body)
        and request.header("content-type").startswith("application/json")
        and not (service == "sagemaker" or request.path.endswith("/invocations"))
    )


def _check_json(body: bytes) -> None:
    try:
        document = json.loads(body.decode("utf-8") or "{}")
        json.dumps(document, ensure_ascii=False).encode("utf-8")  # half a surrogate pair is a string in no service
    except (ValueError, RecursionError) as error:
        raise RefusalError("SerializationException", f"the body is not JSON: {error}", 400) from error
    if not isinstance(document, dict):
        raise RefusalError("SerializationException", "the body is not a JSON object", 400)


def _check_form(request: Request) -> None:
    try:
        text = request.body.decode("utf-8")
        fields = parse_qsl(text, keep_blank_values=True, errors="strict")
        fields += parse_qsl(request.query, keep_blank_values=True, errors="strict")
    except ValueError as error:
        raise RefusalError("MalformedQueryString", f"the request is not a form in UTF-8: {error}", 400) from error
    action = next((value for name, value in fields if name == "Action"), "")
    if not action.isascii() or not action.isalnum():
        raise RefusalError("MissingAction", f"the request must name an Action, got {action!r}", 400)


def _unzipped(request: Request) -> Request:
    """Return a request with its body unzipped; one that grows beyond what a service takes is refused."""
    unzip = zlib.decompressobj(wbits=31)
    try:
        body = unzip.decompress(request.body, OTHER_LIMIT + 1)
    except zlib.error as error:
        raise RefusalError("SerializationException", f"the body is not gzip, as it says: {error}", 400) from error
    if len(body) > OTHER_LIMIT:
        raise RefusalError("RequestEntityTooLargeException", f"the body unzips to more than {OTHER_LIMIT} bytes", 413)
    if not unzip.eof:
        raise RefusalError("SerializationException", "the zipped body ends early", 400)
    headers = {name: value for name, value in request.headers.items() if name != "content-encoding"}
    return dataclasses.replace(request, body=body, headers={**headers, "content-length": str(len(body))})


def _check_digests(request: Request) -> None:
    body = request.body
    if request.header("x-amz-content-sha256") in STREAMING:
        body, trailers = decoded(request)
    else:
        trailers = {}
    _check_md5(request.header("content-md5"), request.body)
    if "uploadId" in parse_qs(request.query, keep_blank_values=True) and request.method == "POST":
        return  # what is named is the finished object's, not this body's
    for name, compute in CHECKSUMS.items():
        header = f"x-amz-checksum-{name}"
        given = request.header(header) or trailers.get(header, "")
        if given and request.method in {"PUT", "POST"} and given != base64.b64encode(compute(body)).decode():
            message = f"The {name.upper()} you specified did not match the calculated checksum."
            raise RefusalError("BadDigest", message, 400)


def _check_md5(given: str, body: bytes) -> None:
    if not given:
        return
    try:
        digest = base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != MD5_BYTES:
        raise RefusalError("InvalidDigest", "The Content-MD5 you specified was invalid.", 400)
    if digest != hashlib.md5(body, usedforsecurity=False).digest():
        raise RefusalError("BadDigest", "The Content-MD5 you specified did not match what we received.", 400)
