"""Whether a load was what it was meant to be; one that was not says nothing about the endpoint's latency. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slipway.load.samples import Sample

LATE_SECONDS = 0.05
LATE_SHARE = 0.02
"""Share of requests that may leave more than LATE_SECONDS late through the generator's own fault."""
RATE_SHARE = 0.95
"""Share of the asked rate that must really have left."""


def shortfall(samples: Sequence[Sample], *, rate: float, clients: int) -> str | None:
    """Say in what a load fell short of the rate that was asked for; None when it kept up."""
    if not samples:
        return "the load generator sent nothing"
    missing = max(sample.number for sample in samples) + 1 - len({sample.number for sample in samples})
    if missing:
        return f"{missing} requests of the load were not written down: nobody knows how they went"
    late = sum(sample.own_delay > LATE_SECONDS for sample in samples) / len(samples)
    if late > LATE_SHARE:
        return (
            f"the load generator could not keep up: {late:.0%} of its requests left more than "
            f"{LATE_SECONDS * 1000:.0f} ms late although a client was free"
        )
    last = max(samples, key=lambda sample: sample.sent)
    sent = len(samples) / max(last.sent, last.due, 1 / rate)
    if sent < rate * RATE_SHARE:
        return (
            f"the load generator could not keep up: {sent:.1f} requests a second left, {rate:g} were asked for; "
            f"{clients} clients waited for answers all the time, more of them would be needed"
        )
    return None
