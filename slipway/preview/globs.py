"""Patterns of IAM: `*` is any text, `?` is one character. Whether one holds everything that another does; pure."""

from __future__ import annotations

import re
from functools import lru_cache

_STARS = re.compile(r"\*{2,}")
_LONGEST = 4096


def covers(wide: str, narrow: str) -> bool:
    """Tell whether every text that matches `narrow` matches `wide`; False where this can't be shown."""
    if wide in (narrow, "*"):
        return True
    if not narrow.startswith(_literal(wide)) or ("*" not in wide and "?" not in wide):
        return False
    wide, narrow = _STARS.sub("*", wide), _STARS.sub("*", narrow)
    if wide in (narrow, "*"):
        return True
    if len(wide) > _LONGEST or len(narrow) > _LONGEST:
        return False
    # a star of the narrow one is any text, so only a star of the wide one can take it
    at, back, star = 0, 0, -1
    here = 0
    while here < len(narrow):
        if at < len(wide) and wide[at] == "*":
            star, back = at, here
            at += 1
        elif at < len(wide) and narrow[here] != "*" and wide[at] in ("?", narrow[here]):
            at += 1
            here += 1
        elif star >= 0:
            back += 1
            at, here = star + 1, back
        else:
            return False
    return all(character == "*" for character in wide[at:])


@lru_cache(maxsize=4096)
def _literal(pattern: str) -> str:
    """Return what a pattern begins with before its first wildcard."""
    return pattern.partition("*")[0].partition("?")[0]


def overlap(one: str, other: str) -> bool:
    """Tell whether some text matches both."""
    one, other = _STARS.sub("*", one), _STARS.sub("*", other)
    if len(one) > _LONGEST or len(other) > _LONGEST:
        return True
    reached = {0}
    reached = _past_stars(other, reached)
    for character in one:
        if character == "*":
            reached = set(range(min(reached), len(other) + 1)) if reached else set()
            continue
        step: set[int] = set()
        for place in reached:
            if place < len(other):
                if other[place] == "*":
                    step.add(place)
                elif "?" in (character, other[place]) or character == other[place]:
                    step.add(place + 1)
        reached = _past_stars(other, step)
        if not reached:
            return False
    return len(other) in reached


def _past_stars(pattern: str, places: set[int]) -> set[int]:
    found = set(places)
    for place in places:
        while place < len(pattern) and pattern[place] == "*":
            place += 1  # noqa: PLW2901 - walks over the stars
            found.add(place)
    return found
