"""The API of the faults, on the gateway: signed like every request, for the service `slipway-sandbox`.

GET /faults lists them, POST /faults begins one (a JSON object), DELETE /faults and /faults/ID end all or one.
"""

import json
import re

from slipway.sandbox.faults.book import FaultBook
from slipway.sandbox.faults.fault import FaultError, fault_of
from slipway.sandbox.gateway.http import Answer, Request
from slipway.sandbox.gateway.sigv4 import Claim

_PATH = re.compile(r"/faults(?:/(\d+))?")


class FaultControls:
    """Answers requests about faults."""

    def __init__(self, book: FaultBook) -> None:
        self._book = book

    def answer(self, request: Request, claim: Claim, account: str) -> Answer:  # noqa: ARG002  (a gateway's service)
        """Answer in JSON; what makes no sense is a 400 whose `message` says why."""
        place = _PATH.fullmatch(request.path)
        if place is None:
            return _json(404, {"message": f"there is no {request.path}; there is /faults"})
        number = None if place.group(1) is None else int(place.group(1))
        if request.method == "GET" and number is None:
            return _json(200, {"faults": self._book.all()})
        if request.method == "DELETE":
            return _json(200, {"cleared": self._book.clear(number)})
        if request.method == "POST" and number is None:
            try:
                return _json(200, self._book.add(fault_of(json.loads(request.body))))
            except (FaultError, ValueError) as error:
                return _json(400, {"message": str(error)})
        return _json(405, {"message": f"{request.path} takes no {request.method}"})


def _json(status: int, document: object) -> Answer:
    return Answer(status, [("Content-Type", "application/json")], json.dumps(document).encode())
