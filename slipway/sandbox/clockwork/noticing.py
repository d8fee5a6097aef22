"""Sees the requests that give the clockwork something to watch, on their way to the service that answers them."""

from collections.abc import Callable

from slipway.sandbox.gateway.app import Service
from slipway.sandbox.gateway.http import Answer, Request
from slipway.sandbox.gateway.sigv4 import Claim
from slipway.sandbox.sagemaker.context import Scope

REGISTER = "AnyScaleFrontendService.RegisterScalableTarget"


class Noticing:
    """A service that tells where a scalable target was registered."""

    def __init__(self, service: Service, registered: Callable[[Scope], None]) -> None:
        self._service = service
        self._registered = registered

    def answer(self, request: Request, claim: Claim, account: str) -> Answer:
        """Answer as the service does."""
        answer = self._service.answer(request, claim, account)
        if request.header("x-amz-target") == REGISTER:
            self._registered(Scope(account, claim.region))
        return answer
