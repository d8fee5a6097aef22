"""The gateway itself: checks sender and signature, then routes by the service that the request was signed for."""

import logging
import re
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from slipway.sandbox.gateway.errors import RefusalError, error_answer, protocol_of
from slipway.sandbox.gateway.guard import check_sender
from slipway.sandbox.gateway.http import Answer, LostAnswerError, Request
from slipway.sandbox.gateway.presigned_v2 import claim_of_v2, verify_v2
from slipway.sandbox.gateway.sigv4 import Claim, claim_of, verify

log = logging.getLogger(__name__)

HEALTH = "/_sandbox/health"
ACCOUNT = re.compile(r"\d{12}")

# codes by protocol where the services disagree about the same refusal
SPELLING = {
    ("MissingAuthenticationToken", "s3"): "AccessDenied",
    ("MissingAuthenticationToken", "json"): "MissingAuthenticationTokenException",
    ("MissingAuthenticationToken", "rest-json"): "MissingAuthenticationTokenException",
    ("MissingAuthenticationToken", "cbor"): "MissingAuthenticationTokenException",
    ("UnknownKey", "s3"): "InvalidAccessKeyId",
    ("UnknownKey", "json"): "UnrecognizedClientException",
    ("UnknownKey", "rest-json"): "UnrecognizedClientException",
    ("UnknownKey", "cbor"): "UnrecognizedClientException",
    ("UnknownKey", "query"): "InvalidClientTokenId",
    ("UnknownKey", "ec2"): "AuthFailure",
    ("UnknownKey", "rest-xml"): "InvalidClientTokenId",
    ("SignatureDoesNotMatch", "json"): "InvalidSignatureException",
    ("SignatureDoesNotMatch", "rest-json"): "InvalidSignatureException",
    ("SignatureDoesNotMatch", "cbor"): "InvalidSignatureException",
    ("SignatureDoesNotMatch", "ec2"): "AuthFailure",
    ("RequestExpired", "json"): "InvalidSignatureException",
    ("RequestExpired", "rest-json"): "InvalidSignatureException",
    ("RequestExpired", "s3"): "RequestTimeTooSkewed",
}


class Service(Protocol):
    """Something that answers verified requests of one or more AWS services."""

    def answer(self, request: Request, claim: Claim, account: str) -> Answer:
        """Answer in the service's own protocol, errors included."""


class Keys(Protocol):
    """Finds the secret and the account of an access key id that the sandbox itself gave out."""

    def __call__(self, access_key: str) -> tuple[str, str] | None:
        """(secret, account), or None for a key nobody issued."""


class Gateway:
    """Callable with a request from anywhere; answers whatever a service does, unless the answer is to be lost."""

    def __init__(
        self,
        *,
        secret: str,
        region: str,
        issued: Keys,
        own: dict[str, Service],
        rest: Service,
        health: Callable[[], bytes],
        clock: Callable[[], datetime],
    ) -> None:
        self._secret = secret
        self._region = region
        self._issued = issued
        self._own = own
        self._rest = rest
        self._health = health
        self._clock = clock

    def handle(self, request: Request) -> Answer:
        """Answer one request. Raises LostAnswerError."""
        service = ""
        try:
            check_sender(request)
            if request.path == HEALTH and request.method == "GET":
                return Answer(200, [("Content-Type", "application/json")], self._health())
            service = _unsigned_service(request)
            claim = self._claim(request)
            service = claim.service
            account = self._authenticate(request, claim)
            return self._own.get(service, self._rest).answer(request, claim, account)
        except RefusalError as refusal:
            code = SPELLING.get((refusal.code, protocol_of(request, service)), refusal.code)
            return error_answer(request, service, code, refusal.message, refusal.status)
        except LostAnswerError:
            raise
        except Exception as error:
            # the outermost loop of a request: whatever went wrong, the client gets an answer and the log the trace
            log.exception("%s %s (%s) failed", request.method, request.path, service or "unsigned")
            return error_answer(request, service, "InternalFailure", f"the sandbox failed: {error!r}", 500)

    def _claim(self, request: Request) -> Claim:
        claim = claim_of(request) or claim_of_v2(request, self._region)
        if claim is None:
            raise RefusalError("MissingAuthenticationToken", "the request is not signed")
        return claim

    def _authenticate(self, request: Request, claim: Claim) -> str:
        if ACCOUNT.fullmatch(claim.access_key):
            secret, account = self._secret, claim.access_key
        else:
            issued = self._issued(claim.access_key)
            if issued is None:
                message = "the access key id must be a 12-digit account, or a key that the sandbox issued"
                raise RefusalError("UnknownKey", f"{message}, got {claim.access_key!r}")
            secret, account = issued
        check = verify if claim.signed_headers else verify_v2
        check(request, claim, secret, self._clock)
        return account


def _unsigned_service(request: Request) -> str:
    """Return the service that an unsigned request most likely meant: only its error's shape hangs on it."""
    if request.header("x-amz-target") or request.header("content-type").startswith("application/x-www-form-urlencoded"):
        return ""
    return "sagemaker" if request.path.startswith("/endpoints/") else "s3"
