"""The release pin: what `slipway:release` in a stack file says, and how it changes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from infra.release_digest import DEPLOYED, OPTIONS, release_digest

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY = "slipway:release"
CURRENT, PREVIOUS, SHADOW = "current", "previous", "shadow"
SHOWN_DIGEST = 12
_ON_OTHER_DATA = " (on other data)"


@dataclass(frozen=True, kw_only=True)
class Pin:
    """One release, as the program deploys it; what is in `DEPLOYED` and `OPTIONS` decides about its digest."""

    model_package_arn: str
    model_data: str
    model_sha256: str
    image: str
    image_tag: str | None
    code: str
    instance_type: str | None
    initial_instance_count: int | None
    environment: dict[str, str]
    capture_percentage: int
    container_startup_timeout_seconds: int | None
    data: dict[str, str]
    metrics: dict[str, float]
    kind: str | None = None
    """None is real time, as in every pin of before there were other kinds."""
    inference_ami_version: str | None = None
    serverless: dict[str, Any] | None = None
    asynchronous: dict[str, Any] | None = None

    @property
    def digest(self) -> str:
        """Return the digest that names the release."""
        return release_digest(asdict(self))

    def as_settings(self) -> dict[str, Any]:
        """Return the mapping that stands in the stack file."""
        values = {name: value for name, value in asdict(self).items() if value is not None}
        return {"digest": self.digest, **values}


def turn(section: Mapping[str, Any] | None, new: Pin, *, serves: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the section with `new` as current and with what serves as previous, whatever was pinned beside it.

    A current release that was never rolled out, or was taken back, is dropped: nobody has to go back to it. A release
    that deploys what serves leaves the previous one as it is. A shadow is ended; what it ran with stays declared while
    the release beside it does.
    """
    before = dict(section or {})
    previous = before.get(PREVIOUS) if serves is None or serves.get("digest") == new.digest else serves
    turned: dict[str, Any] = {CURRENT: new.as_settings()}
    if previous is not None and previous.get("digest") != new.digest:
        turned[PREVIOUS] = dict(previous)
    shadow = before.get(SHADOW)
    if shadow is not None and shadow["beside"] in {one["digest"] for one in turned.values()}:
        turned[SHADOW] = {**shadow, "ended": True}
    return turned


def deploys_the_same(section: Mapping[str, Any] | None, new: Pin) -> bool:
    """Tell whether the section's current release already is this one."""
    return bool(((section or {}).get(CURRENT) or {}).get("digest") == new.digest)


def difference(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> list[str]:
    """Say what changes from one pinned release to another, a line a field; no line, no change."""
    before = dict(old or {})
    lines = [
        f"{name}: {_shown(name, before.get(name))} -> {_shown(name, new.get(name))}"
        for name in ("digest", "model_package_arn", *DEPLOYED, *OPTIONS)
        if name != "environment" and before.get(name) != new.get(name)
    ]
    lines += _each("environment", before, new)
    lines += _each("data", before, new)
    return lines + _metrics(before, new)


def _each(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Say what changes inside a mapping."""
    was, now = dict(old.get(name) or {}), dict(new.get(name) or {})
    return [
        f"{name}.{key}: {_shown(name, was.get(key))} -> {_shown(name, now.get(key))}"
        for key in sorted({*was, *now})
        if was.get(key) != now.get(key)
    ]


def _metrics(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    was_all, now_all = dict(old.get("metrics") or {}), dict(new.get("metrics") or {})
    # scores on different rows have no difference: the other month may only be harder
    same_data = old.get("data") == new.get("data")
    lines = []
    for name in sorted({*was_all, *now_all}):
        was, now = was_all.get(name), now_all.get(name)
        if was != now:
            change = f" ({now - was:+.4f})" if was is not None and now is not None else ""
            lines.append(f"metrics.{name}: {_number(was)} -> {_number(now)}{change if same_data else _ON_OTHER_DATA}")
    return lines


def _shown(name: str, value: Any) -> str:
    if value is None:
        return "none"
    text = str(value)
    if name == "model_sha256":
        return text[:SHOWN_DIGEST]
    if name == "image" and "@sha256:" in text:
        repository, _, digest = text.partition("@sha256:")
        return f"{repository}@sha256:{digest[:SHOWN_DIGEST]}"
    return text


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.4f}"
