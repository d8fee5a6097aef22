"""The verdict: what the stack file pins against what serves and how it answers; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from infra.release_digest import DEPLOYED
from slipway.release.pin import CURRENT, PREVIOUS
from slipway.verdict.serving import MISSING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slipway.verdict.serving import Serving
    from slipway.verdict.smoke import Smoke

Outcome = Literal[
    "as pinned",
    "nothing pinned",
    "another release serves",
    "artifact lost",
    "wrong answers",
    "undecided",
    "failed",
    "missing",
]
GOOD: frozenset[Outcome] = frozenset({"as pinned", "nothing pinned"})
IN_PROGRESS = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"})
SERVES = "InService"
# AWS knows where the artifact lies, not its digest: that is checked on the object itself
COMPARED = tuple(name for name in DEPLOYED if name != "model_sha256")


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
    why: tuple[str, ...]
    """What speaks against the pin, most telling first; empty when all is well."""
    advice: str | None

    @property
    def good(self) -> bool:
        """Whether the endpoint is as the stack file says."""
        return self.outcome in GOOD


def place_of(section: Mapping[str, Any], serving: Serving) -> str | None:
    """Tell which of the pinned releases serves, by everything that is deployed of it."""
    for place in (CURRENT, PREVIOUS):
        pinned = section.get(place)
        if pinned is not None and serving.release and not differences(pinned, serving.release):
            return place
    return None


def differences(pinned: Mapping[str, Any], deployed: Mapping[str, Any]) -> list[str]:
    """Say in what a deployed release is not the pinned one."""
    return [
        f"{name} is {deployed.get(name)}, {pinned.get(name)} is pinned"
        for name in COMPARED
        if deployed.get(name) != pinned.get(name)
    ]


def judge(
    section: Mapping[str, Any], serving: Serving, smoke: Smoke | None, *, artifact_problem: str | None = None
) -> Verdict:
    """Hold what serves against what is pinned.

    `smoke` is the call with the examples of what serves, None when there is nothing to ask; `artifact_problem` says
    what is wrong with the pinned artifact in its bucket.
    """
    wanted, place = section.get(CURRENT), place_of(section, serving)
    outcome, why, advice = _findings(wanted, place, serving) or _proof(smoke, artifact_problem)
    return Verdict(
        outcome=outcome,
        wanted=wanted,
        place=place,
        serves=None if place is None else section[place],
        serving=serving,
        smoke=smoke,
        why=why,
        advice=advice,
    )


_Findings = tuple[Outcome, tuple[str, ...], str | None]


def _findings(wanted: Mapping[str, Any] | None, place: str | None, serving: Serving) -> _Findings | None:
    """Judge what AWS describes; None when it describes the pinned release in service."""
    name = f"endpoint {serving.endpoint}"
    if serving.status == MISSING:
        if wanted is None:
            return "nothing pinned", (), None
        return "missing", (f"there is no {name}",), "`slipway up` makes it"
    if serving.status in IN_PROGRESS:
        return "undecided", (f"{name} is {serving.status}",), "ask again when it has settled"
    if serving.status != SERVES:
        why = f"{name} is {serving.status}: {serving.reason or 'SageMaker gives no reason'}"
        return "failed", (why,), "SageMaker can only delete such an endpoint; mend the cause, delete it, `slipway up`"
    if wanted is None:
        why = f"{name} serves {serving.config}, the stack file pins nothing"
        return "another release serves", (why,), "`slipway up` makes the endpoint what the stack file says"
    return None if place == CURRENT else _another(wanted, place, serving)


def _proof(smoke: Smoke | None, artifact_problem: str | None) -> _Findings:
    """Judge how the endpoint answers, and whether another instance would come up with the same model."""
    if artifact_problem is not None:
        return "artifact lost", (artifact_problem,), "no other instance could start with it: train and release again"
    if smoke is None or smoke.problem is not None:
        why = "nobody asked the endpoint" if smoke is None or smoke.problem is None else smoke.problem
        return "wrong answers", (why,), "look at the endpoint's log group; `slipway rollback` pins the previous release"
    return "as pinned", (), None


def _another(wanted: Mapping[str, Any], place: str | None, serving: Serving) -> _Findings:
    why: list[str] = []
    if serving.reason is not None:
        why.append(f"SageMaker took the update back: {serving.reason}")
    if serving.gone is not None:
        why.append(f"what serves is not declared any more: {serving.gone}")
    elif place is None:
        why += differences(wanted, serving.release)
    if place == PREVIOUS:
        # without a reason nothing was tried: the pin is newer than the last `up`
        advice = (
            "`slipway rollback` pins what serves; or mend the model and release it anew"
            if serving.reason is not None
            else "`slipway up` rolls the pinned release out"
        )
    else:
        advice = "`slipway up` rolls the pinned release out; `slipway history` says what served when"
    return "another release serves", tuple(why), advice
