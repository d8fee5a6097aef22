"""What looking for drift needs of the rest of a stack file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.problems import Problem
from infra.settings_report import NAMESPACE

if TYPE_CHECKING:
    from infra.settings import Settings

_KEY = f"{NAMESPACE}monitoring.drift"
_HOURS_OF_A_DAY = 24


def problems_of_monitoring(settings: Settings) -> list[Problem]:
    """Return every conflict of `slipway:monitoring.drift` with other sections."""
    drift = settings.monitoring.drift
    if drift is None:
        return []
    found = []
    if settings.images.monitoring_tag is None:
        way_out = "name the tag of the monitoring image, or remove drift"
        found.append(
            _problem(f"{NAMESPACE}images.monitoring_tag", "is needed by slipway:monitoring.drift", None, way_out)
        )
    if settings.serving.kind == "serverless":
        rule = "cannot be where slipway:serving.kind is serverless, which captures nothing"
        found.append(_problem(_KEY, rule, None, "remove it, or choose kind realtime or async"))
    elif settings.serving.capture_percentage == 0:
        rule = "cannot be where slipway:serving.capture_percentage is 0: there is nothing to look at"
        found.append(_problem(_KEY, rule, None, "remove it, or capture a share of the requests"))
    pinned = None if settings.release is None else settings.release.current
    if pinned is not None and (pinned.kind == "serverless" or pinned.capture_percentage == 0):
        rule = f"cannot be beside release {pinned.digest}, which captures nothing"
        found.append(_problem(_KEY, rule, None, "remove it until a release serves that captures requests"))
    kept = settings.lake.captures_expiry_days * _HOURS_OF_A_DAY
    if drift.window_hours > kept:
        rule = f"must be at most {kept}, since slipway:lake.captures_expiry_days deletes what is older"
        found.append(
            _problem(f"{_KEY}.window_hours", rule, drift.window_hours, "look back less, or keep captures longer")
        )
    if drift.retrain and settings.training.pipeline is None:
        rule = "needs slipway:training.pipeline, which it would start"
        found.append(_problem(f"{_KEY}.retrain", rule, drift.retrain, "add a pipeline, or use retrain: false"))
    return found


def _problem(key: str, rule: str, value: object, way_out: str) -> Problem:
    return Problem(key=key, rule=rule, value=value, given=value is not None, way_out=way_out)
