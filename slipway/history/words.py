"""A history in words for people and as JSON for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slipway.pinned.matching import digest_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from slipway.history.command import History
    from slipway.history.pins import Pinned
    from slipway.history.timeline import Entry

_HEAD = ("from", "to", "release", "model package", "metric", "pinned by")
_TOLD_FIRST = "validation:"


def lines(history: History) -> list[str]:
    """Return a table, oldest first, and below it what serves now, what only was pinned, and what is not known."""
    said = [f"what endpoint {history.endpoint} served when"]
    if history.entries:
        said += ["  " + line for line in _table([_HEAD, *(_row(entry) for entry in history.entries)])]
    now = history.now
    serves = "" if now.config is None else f", with {now.config}"
    said.append(f"now: endpoint {history.endpoint} is {now.status}{serves}")
    known = {entry.digest for entry in history.entries} | {digest_of(now.config or "")}
    waiting = [one for one in history.pins if one.release and one.release.get("digest") not in known]
    # where the events of the past are gone, what was pinned may have served
    never = "pinned, never served" if _is_whole(history) else "pinned, not known to have served"
    said += [f"{never}: release {one.release['digest']}, {_by(one)}" for one in waiting if one.release]
    return [_printable(line) for line in (*said, *(f"note: {note}" for note in history.notes))]


def as_json(history: History) -> dict[str, Any]:
    """Return what a machine reads; times in ISO 8601."""
    return {
        "endpoint": history.endpoint,
        "now": {"status": history.now.status, "config": history.now.config},
        "entries": [
            {
                "from": None if entry.start is None else entry.start.isoformat(),
                "to": None if entry.end is None else entry.end.isoformat(),
                "config": entry.config,
                "release": entry.digest,
                "tried": entry.tried,
                "pinned": None if entry.pinned is None else _pin(entry.pinned),
            }
            for entry in history.entries
        ],
        "pins": [_pin(one) for one in history.pins],
        "notes": history.notes,
    }


def _is_whole(history: History) -> bool:
    return bool(history.entries) and not history.notes


def _pin(one: Pinned) -> dict[str, Any]:
    return {
        "commit": one.commit,
        "when": one.when.isoformat(),
        "author": one.author,
        "subject": one.subject,
        "release": one.release,
    }


def _row(entry: Entry) -> tuple[str, ...]:
    end = "tried, taken back" if entry.tried else "now" if entry.end is None else _time(entry.end)
    release = (entry.pinned.release if entry.pinned is not None else None) or {}
    return (
        "not known" if entry.start is None else _time(entry.start),
        end,
        entry.digest or entry.config,
        str(release.get("model_package_arn", "?")).partition("model-package/")[2] or "?",
        _metric(release.get("metrics") or {}),
        "not in git" if entry.pinned is None else _by(entry.pinned),
    )


def _metric(metrics: Mapping[str, float]) -> str:
    names = sorted(metrics, key=lambda name: (not name.startswith(_TOLD_FIRST), name))
    return f"{names[0]} {metrics[names[0]]:.4f}" if names else ""


def _by(one: Pinned) -> str:
    return f"{one.commit[:8]} {one.author}: {one.subject}"


def _time(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S %z}"


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _printable(line: str) -> str:
    """Keep what a commit's author or subject holds from steering the terminal."""
    return "".join(character if character.isprintable() else "?" for character in line)
