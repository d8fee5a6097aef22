"""The verdict: what the stack file pins against what serves, how it answers, and whether it could start again; pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from slipway.pinned.matching import differences, place_of
from slipway.pinned.pin import CURRENT, PREVIOUS, SHADOW
from slipway.pinned.serving import IN_PROGRESS, MISSING, MIXED, SERVES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slipway.pinned.serving import Serving
    from slipway.verdict.smoke import Smoke

Outcome = Literal[
    "as pinned",
    "nothing pinned",
    "not rolled out",
    "another release serves",
    "wrong answers",
    "could not be asked",
    "could not start again",
    "undecided",
    "half rolled back",
    "failed",
    "missing",
]
GOOD: frozenset[Outcome] = frozenset({"as pinned", "nothing pinned"})


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What was asked beyond the description of the endpoint; nothing is asked of what is not pinned."""

    rolled_out: str | None = None
    """Digest of the release that the last `up` that ended well rolled out."""
    smoke: Smoke | None = None
    """The call with the examples of what serves; None when there is nothing to ask."""
    lost: tuple[str, ...] = ()
    """What another instance of the pinned release would not find, or find changed."""
    unknown: tuple[str, ...] = ()
    """What could not be looked at, and why."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is so."""

    outcome: Outcome
    wanted: Mapping[str, Any] | None
    """The pinned release; None when there is none."""
    place: str | None
    """Where what serves is pinned: `current`, `previous`, or None when the stack file does not have it."""
    serves: Mapping[str, Any] | None
    """The pin of what serves; None when the stack file does not have it."""
    serving: Serving
    smoke: Smoke | None
    why: tuple[str, ...] = field(default=())
    """What speaks against the pin, most telling first; empty when all is well."""
    advice: str | None = None

    @property
    def good(self) -> bool:
        """Whether the endpoint is as the stack file says."""
        return self.outcome in GOOD


_Findings = tuple[Outcome, tuple[str, ...], str | None]


def judge(section: Mapping[str, Any], serving: Serving, evidence: Evidence) -> Verdict:
    """Hold what serves against what is pinned."""
    wanted, place = section.get(CURRENT), place_of(section, serving)
    outcome, why, advice = (
        _described(wanted, serving)
        or (_another(wanted, place, serving, evidence) if wanted is not None and place != CURRENT else None)
        or _shadowed(section.get(SHADOW), serving)
        or _proved(evidence)
    )
    return Verdict(
        outcome=outcome,
        wanted=wanted,
        place=place,
        serves=None if place is None else section[place],
        serving=serving,
        smoke=evidence.smoke,
        why=why,
        advice=advice,
    )


def _described(wanted: Mapping[str, Any] | None, serving: Serving) -> _Findings | None:
    """Judge the endpoint's status; None when it is in service and something is pinned."""
    name, reason = f"endpoint {serving.endpoint}", serving.reason or "SageMaker gives no reason"
    if serving.status == MISSING:
        found: _Findings = ("missing", (f"there is no {name}",), "`slipway up` makes it")
        return ("nothing pinned", (), None) if wanted is None else found
    if serving.status in IN_PROGRESS:
        return "undecided", (f"{name} is {serving.status}",), "ask again when it has settled, or with --wait"
    if serving.status == MIXED:
        advice = "SageMaker's guide on rolling deployments says how to bring it back; do not delete what still serves"
        return "half rolled back", (f"{name} serves a mix of two releases: {reason}",), advice
    if serving.status != SERVES:
        advice = "SageMaker can only delete such an endpoint; mend the cause, delete it, `slipway up`"
        return "failed", (f"{name} is {serving.status}: {reason}",), advice
    if wanted is not None:
        return None
    why = f"{name} serves {serving.config}, the stack file pins nothing"
    return "another release serves", (why,), "`slipway up` makes the endpoint what the stack file says"


def _another(wanted: Mapping[str, Any], place: str | None, serving: Serving, evidence: Evidence) -> _Findings:
    """Judge an endpoint in service that does not serve the pin: nobody rolled the pin out, or it was taken back."""
    problem = evidence.smoke.problem if evidence.smoke is not None else None
    beside = () if problem is None else (f"what serves is not right either: {problem}",)
    if serving.gone is not None:
        gone = f"what serves was deleted under the endpoint: {serving.gone}"
        advice = f"SageMaker takes no update before endpoint configuration {serving.config} is made again, see history"
        return "another release serves", (gone, *beside), advice
    if evidence.rolled_out != wanted["digest"]:
        last = evidence.rolled_out or "none"
        why = f"the last `up` rolled release {last} out, {wanted['digest']} is pinned"
        return "not rolled out", (why, *beside), "`slipway up` rolls the pinned release out"
    if place != PREVIOUS:
        reason = () if serving.reason is None else (serving.reason,)
        advice = "`slipway history` says what served when; `slipway up` tries the pinned release again"
        return "another release serves", (*differences(wanted, serving), *reason, *beside), advice
    reason_told = serving.reason or "it gives no reason; the endpoint's log group may"
    advice = "mend the model and release it anew"
    return (
        "another release serves",
        (f"SageMaker took the update back: {reason_told}", *beside),
        f"`slipway rollback` pins what serves; or {advice}" if problem is None else advice,
    )


def _shadowed(shadow: Mapping[str, Any] | None, serving: Serving) -> _Findings | None:
    """Judge whether a candidate gets copies of the requests as it is pinned; None where it does, or none is pinned."""
    if shadow is None or bool(serving.shadows) != bool(shadow.get("ended")):
        return None
    digest = shadow["release"]["digest"]
    so = f"shadow {digest} still runs, though it is ended" if serving.shadows else f"shadow {digest} does not run"
    return "not rolled out", (so,), "`slipway up` makes the endpoint what the stack file says"


def _proved(evidence: Evidence) -> _Findings:
    """Judge how the endpoint answers, and whether another instance would come up with the same model."""
    smoke = evidence.smoke
    if smoke is not None and smoke.problem is not None and smoke.answered:
        return "wrong answers", (smoke.problem,), "look at its log group; `slipway rollback` pins the previous release"
    if evidence.lost:
        return (
            "could not start again",
            evidence.lost,
            "no other instance would come up: train or push, and release again",
        )
    unknown = list(evidence.unknown)
    if smoke is None:
        unknown.append("nobody asked the endpoint")
    elif smoke.problem is not None:
        unknown.append(smoke.problem)
    if unknown:
        return "could not be asked", tuple(unknown), "see to what kept the verdict from asking, then ask again"
    return "as pinned", (), None
