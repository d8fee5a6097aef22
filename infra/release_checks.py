"""What a pinned release must be beyond its form: registered where the stack is, and as `slipway release` wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.problems import Problem
from infra.release_digest import release_digest
from infra.settings_report import NAMESPACE

if TYPE_CHECKING:
    from infra.settings import PinnedRelease, Settings


def problems_of_release(settings: Settings) -> list[Problem]:
    """Return every problem of the pinned releases."""
    if settings.release is None:
        return []
    pinned = {"current": settings.release.current, "previous": settings.release.previous}
    there = {f"{NAMESPACE}release.{name}": release for name, release in pinned.items() if release is not None}
    return [
        *(found for key, release in there.items() for found in _stranger(key, release, settings)),
        *(found for key, release in there.items() for found in _edited(key, release)),
    ]


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
