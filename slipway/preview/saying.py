"""Sentences that keep apart what is ours and what somebody else chose, so that each renderer can escape the latter."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Name(str):
    """Text that somebody else chose: a resource's name, an ARN, a value."""

    __slots__ = ()


Said = tuple[str, ...]
"""A sentence in parts: a Name is foreign text, anything else is ours."""


def text(said: Iterable[str]) -> str:
    """Return a sentence as plain text."""
    return "".join(said)


def several(names: Iterable[str], *, most: int = 4) -> Said:
    """Return some names with commas; above `most` the rest is counted."""
    found = list(names)
    parts: list[str] = []
    for name in found[:most]:
        parts += [", ", Name(name)] if parts else [Name(name)]
    if len(found) > most:
        parts.append(f" and {len(found) - most} more")
    return tuple(parts)


def joined(sentences: Iterable[Said], between: str = "; ") -> Said:
    """Return sentences one after the other."""
    parts: list[str] = []
    for said in sentences:
        if parts:
            parts.append(between)
        parts += said
    return tuple(parts)
