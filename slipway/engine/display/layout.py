"""The table of a terminal: resources as a tree, columns fitted to its width, and what does not fit counted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from slipway.engine.display.ledger import Ledger, Row
from slipway.engine.display.neutral import cells, cut, cut_middle, cut_start, name_of, padded
from slipway.engine.display.paint import BOLD, RED, Paint
from slipway.engine.display.words import DOING, DONE, PLANNED, SIGNS, duration, elapsed

_SIGN = 4  # cells of the sign and the space after it
_GAP = 2  # cells between columns
_FLOORS = ((3, 24), (0, 24), (1, 16), (3, 0), (0, 10), (1, 8), (2, 8), (1, 0), (0, 6), (2, 6))
"""Which column gives way first, and down to which width."""


@dataclass(frozen=True)
class Glyphs:
    """What the tree is drawn with."""

    branch: str = "├─ "
    last: str = "└─ "
    trunk: str = "│  "
    spinner: str = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


ASCII = Glyphs("|- ", "`- ", "|  ", "|/-\\")


def glyphs_of(encoding: str | None) -> Glyphs:
    """Return what a terminal of this encoding can show."""
    glyphs = Glyphs()
    try:
        (glyphs.branch + glyphs.last + glyphs.trunk + glyphs.spinner).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return glyphs


class Table:
    """Draws rows as lines; its columns never get narrower while an operation goes on, so that nothing jumps."""

    def __init__(self, ledger: Ledger, paint: Paint, glyphs: Glyphs) -> None:
        self._ledger = ledger
        self._paint = paint
        self._glyphs = glyphs
        self._widths = [0, 0, 0, 0]

    def whole(self, width: int, now: float) -> list[str]:
        """Return the lines of every resource that there is something to tell of, in columns made for just these."""
        self._widths = [0, 0, 0, 0]
        return self._lines([row for row in self._ledger.rows.values() if row.visible], width, now)

    def part(self, width: int, height: int, now: float) -> tuple[list[str], int]:
        """Return at most `height` lines, and how many rows are not among them.

        What failed comes first, then what is in flight, then what ended last; always with what it lies in.
        """
        ledger = self._ledger
        chosen: dict[int, Row] = {}
        for row in (*ledger.failed.values(), *ledger.running.values(), *reversed(ledger.recent)):
            if row.number in chosen:
                continue
            needed = [found for found in (row, *self._above(row)) if found.number not in chosen]
            if len(chosen) + len(needed) > height - 1:
                break
            chosen.update((found.number, found) for found in needed)
        told = ledger.told
        left_out = len(told) - len(told & chosen.keys())
        return self._lines(list(chosen.values()), width, now), left_out

    def _above(self, row: Row) -> list[Row]:
        """Return what a resource lies in, nearest first, the stack last; the stack itself lies in nothing."""
        found: list[Row] = []
        rows = self._ledger.rows
        root = rows.get(self._ledger.stack_urn)
        while row is not root and row.parent in rows and rows[row.parent] not in (row, *found):
            row = rows[row.parent]
            found.append(row)
        return found if root is None or root in found or row is root else [*found, root]

    def _lines(self, rows: Sequence[Row], width: int, now: float) -> list[str]:
        if not rows:
            return []
        drawn = [(row, prefix, self._cells(row, prefix, now)) for row, prefix in self._ordered(rows)]
        header = ("Type", "Name", "Plan" if self._ledger.dry_run else "Status", "Info")
        for texts in (header, *(found[2] for found in drawn)):
            for n, text in enumerate(texts):
                self._widths[n] = max(self._widths[n], cells(text))
        widths = fitted(self._widths, width - 1 - _SIGN)
        lines = [self._paint((" " * _SIGN + _joined(header, widths)).rstrip(), BOLD)]
        for row, prefix, texts in drawn:
            op = row.op
            failed = row.state == "failed" or row.errors
            parts = [_fit(n, text, widths[n], prefix) for n, text in enumerate(texts)]
            filled = [padded(part, w) for part, w in zip(parts, widths, strict=True)]
            filled[2] = self._paint(filled[2], RED) if failed else self._paint.op(filled[2], op)
            sign = self._paint.op(f" {SIGNS.get(op, '  ')} ", op)
            gap = " " * _GAP
            lines.append((sign + gap.join(part for part, w in zip(filled, widths, strict=True) if w)).rstrip())
        return lines

    def _cells(self, row: Row, prefix: str, now: float) -> tuple[str, str, str, str]:
        return prefix + row.kind, row.name, status(row, now, dry_run=self._ledger.dry_run), info(row)

    def _ordered(self, rows: Sequence[Row]) -> Iterable[tuple[Row, str]]:
        """Give rows and what they lie in from the top down, each with the branches before it."""
        known = self._ledger.rows
        wanted = {row.number: row for row in rows}
        for row in rows:
            for above in self._above(row):
                if above.number in wanted:
                    continue
                wanted[above.number] = above
        below: dict[int, list[Row]] = {}
        roots: list[Row] = []
        root = known.get(self._ledger.stack_urn)
        for number in sorted(wanted):
            row = wanted[number]
            parent = None if row is root else known.get(row.parent, root)
            if parent is None or parent.number not in wanted or parent is row:
                roots.append(row)
            else:
                below.setdefault(parent.number, []).append(row)
        done: set[int] = set()
        # Resources that name each other as their parents hang below no root: they are drawn after the rest.
        for start in (*roots, *(wanted[number] for number in sorted(wanted))):
            stack = [] if start.number in done else [(start, "", "")]
            while stack:
                row, prefix, inner = stack.pop()
                if row.number in done:
                    continue
                done.add(row.number)
                yield row, prefix
                children = [child for child in below.get(row.number, ()) if child.number not in done]
                for child in reversed(children):
                    ends = child is children[-1]
                    branch = self._glyphs.last if ends else self._glyphs.branch
                    stack.append((child, inner + branch, inner + ("   " if ends else self._glyphs.trunk)))


def status(row: Row, now: float, *, dry_run: bool) -> str:
    """Return what is done to a resource, in a few words."""
    op = row.op
    if row.state == "failed" or (row.state == "known" and row.errors):
        return f"**{DOING[op]} failed**" if op in DOING else "**failed**"
    if row.state == "running":
        return f"{DOING.get(op, op)} ({duration(now - row.since)})"
    if row.state == "unfinished":
        return f"{DOING.get(op, op)}, not finished"
    if row.state == "planned" or (dry_run and op):
        return PLANNED.get(op, op)
    return f"{DONE.get(op, op)} {elapsed(row.seconds)}" if op not in ("", "same") else DONE.get(op, "")


def info(row: Row) -> str:
    """Return what else there is to say about a resource: what changes, what was said."""
    parts = [row.changes] if row.changes else []
    for count, word in ((row.errors, "error"), (row.warnings, "warning")):
        if count:
            parts.append(f"{count} {word}{'s' if count > 1 else ''}")
    if row.latest and (row.state == "running" or not row.op or row.errors):
        parts.append(name_of(row.latest))
    elif row.messages:
        parts.append(f"{row.messages} message{'s' if row.messages > 1 else ''}")
    return "; ".join(parts)


def fitted(widths: Sequence[int], room: int) -> list[int]:
    """Return column widths that fit together into `room` cells."""
    found = list(widths)
    for column, floor in _FLOORS:
        total = sum(found) + _GAP * (sum(1 for width in found if width) - 1)
        if total <= room:
            break
        found[column] = max(min(found[column], floor), found[column] - (total - room))
    return found


def _fit(column: int, text: str, width: int, prefix: str) -> str:
    if column == 0:
        return (
            prefix + cut_start(text[len(prefix) :], width - cells(prefix))
            if cells(prefix) < width
            else cut(text, width)
        )
    return cut_middle(text, width) if column == 1 else cut(text, width)


def _joined(texts: Sequence[str], widths: Sequence[int]) -> str:
    return (" " * _GAP).join(
        padded(cut(text, width), width) for text, width in zip(texts, widths, strict=True) if width
    )
