"""What the sandbox lets people control, on its own gateway: signed like every request, for a service of its own."""

import json
from typing import TYPE_CHECKING

from slipway.sandbox.gateway.http import Answer, Request
from slipway.sandbox.gateway.sigv4 import Claim

if TYPE_CHECKING:
    from slipway.sandbox.gateway.app import Service

NAME = "slipway-sandbox"
"""What a request is signed for, in the place of the name of an AWS service."""


class Controls:
    """Hands a request to the page that its path begins with: `/clock`, `/faults`."""

    def __init__(self, **pages: "Service") -> None:
        self._pages = pages

    def answer(self, request: Request, claim: Claim, account: str) -> Answer:
        """Answer in JSON; a page that is not there is a 404 whose `message` names those that are."""
        page = self._pages.get(request.path.split("/")[1])
        if page is None:
            there = ", ".join(f"/{name}" for name in self._pages)
            return told(404, {"message": f"there is no {request.path}; there are {there}"})
        return page.answer(request, claim, account)


def told(status: int, document: object) -> Answer:
    """Return a document as an answer in JSON."""
    return Answer(status, [("Content-Type", "application/json")], json.dumps(document).encode())
