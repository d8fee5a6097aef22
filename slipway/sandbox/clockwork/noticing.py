"""Sees the requests that give the clockwork something to watch, on their way to the service that answers them."""

from collections.abc import Callable, Mapping

from slipway.sandbox.gateway.app import Service
from slipway.sandbox.gateway.http import Answer, Request
from slipway.sandbox.gateway.sigv4 import Claim
from slipway.sandbox.moto_adapter.mount import operation_of
from slipway.sandbox.sagemaker.context import Scope

Notice = Callable[[Scope], None]


class Noticing:
    """A service that tells where something was asked for: `notices` by the signing name of a service and operation.

    Where a path says what is wanted, the HTTP method stands for the operation.
    """

    def __init__(self, service: Service, notices: Mapping[tuple[str, str], Notice]) -> None:
        self._service = service
        self._notices = notices
        self._services = {service for service, _ in notices}

    def answer(self, request: Request, claim: Claim, account: str) -> Answer:
        """Answer as the service does."""
        answer = self._service.answer(request, claim, account)
        if claim.service in self._services:
            notice = self._notices.get((claim.service, operation_of(request) or request.method))
            if notice is not None:
                notice(Scope(account, claim.region))
        return answer
