"""A verdict in words for people and as JSON for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slipway.pinned.pin import CURRENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slipway.verdict.judgement import Verdict

_INDENT = " " * 11


def lines(verdict: Verdict, stack: str) -> list[str]:
    """Return what a person reads, the outcome first."""
    serving = verdict.serving
    said = [f"verdict on stack {stack}: {verdict.outcome if verdict.good else verdict.outcome.upper()}"]
    said.append(f"  wanted   {_release(verdict.wanted, none='no release')}")
    status = f"; endpoint {serving.endpoint} is {serving.status}"
    said.append(f"  serves   {_serves(verdict)}{status}")
    for number, why in enumerate(verdict.why):
        first, *more = why.splitlines()
        said.append(f"  {'why' if number == 0 else '':<9}{first}")
        said += [f"{_INDENT}{line}" for line in more]
    if verdict.smoke is not None and verdict.smoke.problem is None:
        rows, difference = verdict.smoke.rows, verdict.smoke.largest_difference
        said.append(f"  answers  {rows} rows of its manifest, at most {difference:.1e} from the model's own answers")
    if verdict.advice is not None:
        said.append(f"  next     {verdict.advice}")
    return said


def as_json(verdict: Verdict, stack: str) -> dict[str, Any]:
    """Return what a machine reads."""
    serving, smoke = verdict.serving, verdict.smoke
    return {
        "stack": stack,
        "verdict": verdict.outcome,
        "good": verdict.good,
        "endpoint": {"name": serving.endpoint, "status": serving.status, "config": serving.config},
        "wanted": _short(verdict.wanted),
        "serves": _short(verdict.serves),
        "pinned_as": verdict.place,
        "why": list(verdict.why),
        "smoke": None
        if smoke is None
        else {"rows": smoke.rows, "largest_difference": smoke.largest_difference, "problem": smoke.problem},
        "advice": verdict.advice,
    }


def _serves(verdict: Verdict) -> str:
    serving = verdict.serving
    if verdict.serves is not None:
        place = "" if verdict.place == CURRENT else f", pinned as {verdict.place}"
        return f"{_release(verdict.serves, none='')}{place}"
    return "nothing" if serving.config is None else f"{serving.config}, which the stack file does not pin"


def _release(pinned: Mapping[str, Any] | None, *, none: str) -> str:
    if pinned is None:
        return none
    package = str(pinned["model_package_arn"]).rpartition(":")[2]
    return f"release {pinned['digest']} ({package}, model {str(pinned['model_sha256'])[:12]})"


def _short(pinned: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if pinned is None:
        return None
    return {name: pinned[name] for name in ("digest", "model_package_arn", "model_sha256")}
