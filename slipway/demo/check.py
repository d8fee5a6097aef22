"""How a stage says that what it claims is not so."""

from __future__ import annotations

from slipway.failure import Failure


class Broken(Failure):
    """A stage's claim did not hold: a fault of Slipway, not of the user."""


def require(holds: object, claim: str) -> None:
    """Raise Broken with the claim that does not hold."""
    if not holds:
        raise Broken(claim)
