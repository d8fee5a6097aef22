"""Blocks of a page: a table that is cut at a row, never within one, and says how much it left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slipway.preview.markdown.escape import row

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table with as many rows as there are; `fit` takes as many as there is room for."""

    title: str
    """Markdown; above the table, or on the fold."""
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    folded: bool = False


def size(text: str) -> int:
    """Return how large text is: GitHub counts characters, bytes are never fewer."""
    return len(text.encode("utf-8"))


def fit(table: Table, room: int, *, at_least: int = 0) -> tuple[str, int]:
    """Return a table of at most `room` bytes and how many rows it has; `at_least` rows stand there whatever the room.

    Without room for one row it is one line that counts them, and without room for that it is empty.
    """
    opening, closing = _frame(table)
    kept: list[str] = []
    left = room - size(opening) - size(closing) - size(_more(len(table.rows))) - 2
    for cells in table.rows:
        line = row(cells)
        left -= size(line) + 1
        if left < 0 and len(kept) >= at_least:
            break
        kept.append(line)
    if not kept:
        counted = f"{table.title}: no room on this page for {len(table.rows)} rows"
        return (counted, 0) if size(counted) <= room else ("", 0)
    lines = [opening, *kept]
    if len(kept) < len(table.rows):
        lines.append(_more(len(table.rows) - len(kept)))
    return "\n".join([*lines, closing] if closing else lines), len(kept)


def _frame(table: Table) -> tuple[str, str]:
    head = f"{row(table.head)}\n{row('---' for _ in table.head)}"
    if table.folded:
        return f"<details><summary>{table.title}</summary>\n\n{head}", "\n</details>"
    return f"**{table.title}**\n\n{head}", ""


def _more(count: int) -> str:
    return f"\n_... and {count} more rows_"
