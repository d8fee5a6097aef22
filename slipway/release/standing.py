"""Which pinned release stands behind the endpoint at the moment: what the next release must leave declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slipway.failure import Failure
from slipway.pinned.matching import place_of
from slipway.pinned.pin import CURRENT
from slipway.pinned.serving import IN_PROGRESS, MISSING, SERVES, look

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_sagemaker import SageMakerClient


def standing(sagemaker: SageMakerClient, endpoint: str, section: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the pin of what serves; None when there is no endpoint that serves.

    The `up` after a release deletes what is pinned no more. SageMaker updates no endpoint whose configuration was
    deleted, so what serves must stay pinned; Failure when it is not, or when nobody can tell yet.
    """
    serving = look(sagemaker, endpoint)
    if serving.status == MISSING or (serving.status not in IN_PROGRESS and serving.status != SERVES):
        return section.get(CURRENT)
    if serving.status in IN_PROGRESS:
        raise Failure(
            f"endpoint {endpoint} is {serving.status}: what serves is not decided yet; release again when it has "
            "settled (`slipway verdict --wait 900` waits for it)"
        )
    if not section:
        raise Failure(
            f"endpoint {endpoint} serves {serving.config}, yet the stack file pins no release: the next `up` would "
            "delete what serves; bring the pin back with git, or destroy the endpoint"
        )
    place = place_of(section, serving)
    if place is None:
        raise Failure(
            f"endpoint {endpoint} serves {serving.config}, which the stack file pins neither as current nor as "
            "previous: the next `up` could delete what serves; `slipway history` names its release, pin that with git"
        )
    found: dict[str, Any] = section[place]
    return found
