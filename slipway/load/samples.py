"""One request of a load, as it is written down and read again: a line of JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Times in seconds since the load began."""

    number: int
    due: float
    """When it should have left."""
    free: float
    """When its client had nothing else to do any more."""
    sent: float
    answered: float
    answer: float | None
    """The prediction; None when there was none, and `problem` says why."""
    problem: str

    @property
    def own_delay(self) -> float:
        """Seconds that the generator itself lost: it was due, a client was free, and still it had not left."""
        return self.sent - max(self.due, self.free)

    @property
    def latency(self) -> float:
        """Seconds from when it was due to the answer, without the generator's own delay.

        The time for which every client waited for the endpoint counts: who calls at a constant rate waits as long.
        """
        return self.answered - self.due - self.own_delay


def as_line(sample: Sample) -> str:
    """Return a sample as a line."""
    return json.dumps(asdict(sample)) + "\n"


def read(file: Path) -> list[Sample]:
    """Read what was written down, in the order of the requests; a last line that is only half there is left out."""
    text = file.read_text("utf-8") if file.exists() else ""
    found = [Sample(**json.loads(line)) for line in text[: text.rfind("\n") + 1].splitlines()]
    return sorted(found, key=lambda sample: sample.number)
