"""The API of the faults, among the sandbox's controls.

GET /faults lists them, POST /faults begins one (a JSON object), DELETE /faults and /faults/ID end all or one.
"""

import json
import re

from slipway.sandbox.faults.book import FaultBook
from slipway.sandbox.faults.fault import FaultError, fault_of
from slipway.sandbox.gateway.controls import told
from slipway.sandbox.gateway.http import Answer, Request
from slipway.sandbox.gateway.sigv4 import Claim

_PATH = re.compile(r"/faults(?:/(\d+))?")


class FaultPage:
    """Answers requests about faults."""

    def __init__(self, book: FaultBook) -> None:
        self._book = book

    def answer(self, request: Request, claim: Claim, account: str) -> Answer:  # noqa: ARG002  (a gateway's service)
        """Answer in JSON; what makes no sense is a 400 whose `message` says why."""
        place = _PATH.fullmatch(request.path)
        if place is None:
            return told(404, {"message": f"there is no {request.path}; there is /faults"})
        number = None if place.group(1) is None else int(place.group(1))
        if request.method == "GET" and number is None:
            return told(200, {"faults": self._book.all()})
        if request.method == "DELETE":
            return told(200, {"cleared": self._book.clear(number)})
        if request.method == "POST" and number is None:
            try:
                return told(200, self._book.add(fault_of(json.loads(request.body))))
            except (FaultError, ValueError) as error:
                return told(400, {"message": str(error)})
        return told(405, {"message": f"{request.path} takes no {request.method}"})
