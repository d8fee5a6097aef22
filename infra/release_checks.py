"""What a pinned release must be beyond its form: registered where the stack is, and as `slipway release` wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.problems import Problem
from infra.release_digest import release_digest
from infra.settings_report import NAMESPACE

if TYPE_CHECKING:
    from infra.settings import PinnedRelease, ReleaseSection, Settings


def problems_of_release(settings: Settings) -> list[Problem]:
    """Return every problem of the pinned releases."""
    if settings.release is None:
        return []
    shadow = settings.release.shadow
    pinned = {
        "current": settings.release.current,
        "previous": settings.release.previous,
        "shadow.release": None if shadow is None else shadow.release,
    }
    there = {f"{NAMESPACE}release.{name}": release for name, release in pinned.items() if release is not None}
    return [
        *(found for key, release in there.items() for found in _stranger(key, release, settings)),
        *(found for key, release in there.items() for found in _edited(key, release)),
        *_shadow(settings.release),
    ]


def _shadow(pinned: ReleaseSection) -> list[Problem]:
    """Refuse a shadow that SageMaker would refuse, or that stands beside nothing: both releases answer in real time."""
    shadow, key = pinned.shadow, f"{NAMESPACE}release.shadow"
    if shadow is None:
        return []
    releases = {"current": pinned.current, "previous": pinned.previous}
    beside = {name: one for name, one in releases.items() if one is not None and one.digest == shadow.beside}
    found = [
        Problem(
            key=f"{NAMESPACE}release.{name}.kind",
            rule="must be realtime where there is a shadow: serverless and async endpoints have none",
            value=release.kind,
            way_out="remove slipway:release.shadow, or release another kind",
        )
        for name, release in {**beside, "shadow.release": shadow.release}.items()
        if release.kind != "realtime"
    ]
    if not beside or (not shadow.ended and "current" not in beside):
        way_out = "bring the pin back with git, or remove the shadow"
        rule = f"must be {pinned.current.digest}, slipway:release.current, while the shadow is not ended"
        if shadow.ended:
            rule = "must be the digest of slipway:release.current or previous"
        found.append(Problem(key=f"{key}.beside", rule=rule, value=shadow.beside, way_out=way_out))
    if shadow.release.digest == shadow.beside:
        rule, way_out = "must be another release than the one that it is beside", "remove it: it is what answers"
        found.append(Problem(key=f"{key}.release", rule=rule, value=shadow.beside, way_out=way_out))
    return found


def _stranger(key: str, release: PinnedRelease, settings: Settings) -> list[Problem]:
    """Refuse a model package of another account or region."""
    stack = settings.stack
    if release.model_package_arn.split(":")[3:5] == [stack.region, stack.account]:
        return []
    return [
        Problem(
            key=f"{key}.model_package_arn",
            rule=f"must be in account {stack.account} and region {stack.region}, as the stack is",
            value=release.model_package_arn,
            way_out="no stack reads another account's models: copy the artifact, register it there, pin that package",
        )
    ]


def _edited(key: str, release: PinnedRelease) -> list[Problem]:
    """Refuse a pin that is not what its digest was taken over: a release never changes, another one is made."""
    digest = release_digest(release.model_dump())
    if release.digest == digest:
        return []
    return [
        Problem(
            key=f"{key}.digest",
            rule=f"must be {digest}, which the values beside it come to",
            value=release.digest,
            way_out="nobody edits a pin: change slipway:serving and run `slipway release`, or bring it back with git",
        )
    ]
