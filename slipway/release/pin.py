"""The release pin: what `slipway:release` in a stack file says, and how it changes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY = "slipway:release"
# what is deployed; the package's ARN and the metrics are information beside it
DEPLOYED = ("model_data", "model_sha256", "image", "code", "instance_type", "initial_instance_count")
SHOWN_DIGEST = 12


@dataclass(frozen=True, kw_only=True)
class Pin:
    """One release, as the program deploys it."""

    model_package_arn: str
    model_data: str
    model_sha256: str
    image: str
    code: str
    instance_type: str
    initial_instance_count: int
    metrics: dict[str, float]

    def as_settings(self) -> dict[str, Any]:
        """Return the mapping that stands in the stack file."""
        return asdict(self)


def turn(section: Mapping[str, Any] | None, new: Pin) -> dict[str, Any]:
    """Return the section with `new` as current and what was current as previous.

    A release that deploys the very same thing does not push out the previous one: it stays there to go back to.
    """
    before = dict(section or {})
    current = before.get("current")
    settings = new.as_settings()
    turned: dict[str, Any] = {"current": settings}
    previous = before.get("previous") if current is None or _same(current, settings) else current
    if previous is not None:
        turned["previous"] = previous
    return turned


def deploys_the_same(section: Mapping[str, Any] | None, new: Pin) -> bool:
    """Tell whether the section's current release already is this one."""
    current = (section or {}).get("current")
    return current is not None and _same(current, new.as_settings())


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(one.get(name) == other.get(name) for name in DEPLOYED)


def difference(section: Mapping[str, Any] | None, new: Pin) -> list[str]:
    """Say what changes from the section's current release to `new`, a line a field; no line, no change."""
    old = dict((section or {}).get("current") or {})
    settings = new.as_settings()
    lines = [
        f"{name}: {_shown(name, old.get(name))} -> {_shown(name, settings[name])}"
        for name in ("model_package_arn", *DEPLOYED)
        if old.get(name) != settings[name]
    ]
    old_metrics = dict(old.get("metrics") or {})
    for name in sorted({*old_metrics, *new.metrics}):
        was, now = old_metrics.get(name), new.metrics.get(name)
        if was != now:
            change = f" ({now - was:+.4f})" if was is not None and now is not None else ""
            lines.append(f"metrics.{name}: {_number(was)} -> {_number(now)}{change}")
    return lines


def _shown(name: str, value: Any) -> str:
    if value is None:
        return "none"
    text = str(value)
    return text[:SHOWN_DIGEST] if name == "model_sha256" else text


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.4f}"
