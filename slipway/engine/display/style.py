"""What of an operation is shown, and how."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

NARROWEST = 24
"""Columns that a terminal needs for a tree."""


@dataclass(frozen=True, kw_only=True)
class Style:
    """The flags of an operation that only its display knows."""

    color: bool = False
    tree: bool = False
    """Rows that change in place, which needs a terminal; else a line a change."""
    diff: bool = False
    show_sames: bool = False
    show_reads: bool = False
    replacement_steps: bool = False
    outputs: bool = True
    progress: bool = True
    full: bool = False
    """Long texts whole."""
    config: bool = False
    remediations: bool = False
    keep: bool = False
    """Keep what steps change, so that it can be shown when somebody asks for details."""


def colors(color: str | None, environment: Mapping[str, str], *, terminal: bool) -> bool:
    """Say whether to colour: `--color`, then NO_COLOR (https://no-color.org) and whether it is a terminal."""
    if color in ("always", "never", "raw"):
        return color == "always"
    return terminal and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"


def tree(color: str | None, environment: Mapping[str, str], *, terminal: bool, interactive: bool) -> bool:
    """Say whether rows may change in place; a terminal of a CI system is a log, which keeps every line."""
    quiet = color in ("never", "raw") or environment.get("NO_COLOR") or environment.get("CI")
    return terminal and interactive and not quiet and environment.get("TERM", "dumb") != "dumb"


def size_of(descriptor: int) -> tuple[int, int]:
    """Return columns and lines of a terminal; one that does not know has 80 and 24."""
    try:
        found = os.get_terminal_size(descriptor)
    except OSError:
        return 80, 24
    return (found.columns, found.lines) if found.columns and found.lines else (80, 24)
