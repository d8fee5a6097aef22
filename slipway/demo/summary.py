"""The lines at the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slipway.report.findings import Attempt, Traffic

MEBIBYTE = 1 << 20


@dataclass
class Facts:
    """What the stages found out."""

    engine: str = ""
    resources: int = 0
    released: int = 0
    landed: str = ""
    scores: list[str] = field(default_factory=list)
    baseline: str = ""
    rows: int = 0
    largest_json: float = 0.0
    largest_csv: float = 0.0
    unchanged: dict[str, int] = field(default_factory=dict)
    destroyed: int = 0
    kept: list[str] = field(default_factory=list)


def lines(
    facts: Facts,
    traffic: Traffic | None,
    attempt: Attempt | None,
    *,
    seconds: float,
    peak_bytes: int,
    where: str,
    report: str,
) -> list[str]:
    """Return the summary of a whole run."""
    kept = "; ".join(facts.kept) or "nothing"
    memory = f", {peak_bytes / MEBIBYTE:,.0f} MiB of memory at the peak" if peak_bytes else ""
    answers = f"at most {facts.largest_json:.1e} and {facts.largest_csv:.1e} from the model itself"
    made = f"{facts.resources} resources, {facts.released} more for the release, {facts.destroyed} destroyed at the end"
    load = (
        "none" if traffic is None else f"{traffic.requests:,} requests while releases rolled, {traffic.failed} failed"
    )
    torn = (
        "none"
        if attempt is None
        else f"a release that cannot load: {attempt.serves}; verdict: exit {attempt.exit_code}"
    )
    return [
        f"engine         {facts.engine}",
        f"stack          {made}",
        f"data           {facts.landed}",
        *(f"model {number}        {score}" for number, score in enumerate(facts.scores, 1)),
        f"answers        {facts.rows:,} rows as JSON and as CSV, {answers}",
        f"load           {load}",
        f"fallback       {torn}",
        f"empty preview  {facts.unchanged.get('same', 0)} resources, all the same",
        f"left           kept by AWS too: {kept}; no process, no open port",
        f"cost           {seconds:.1f} s in all{memory}",
        f"report         {report}",
        f"look next      {where}",
    ]
