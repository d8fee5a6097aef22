"""Every property that changes, a row each, in the order of the ranked rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.preview.documents import told
from slipway.preview.markdown.block import Table
from slipway.preview.markdown.escape import clipped, code
from slipway.preview.markdown.sections import resources
from slipway.preview.ranking import short_type
from slipway.preview.values import shown

if TYPE_CHECKING:
    from slipway.preview.review import Review

_SHOWN_VALUE = 240


def table(review: Review) -> Table | None:
    """Return the changed properties, one that changes alike in several resources once; None where there are none."""
    same: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for row in review.rows:
        for change in (part for whole in row.step.changes for part in told(whole)):
            path = code(change.path) + (" (forces replacement)" if change.replaces else "")
            place = (path, *_values(shown(change.old), shown(change.new)))
            same.setdefault(place, []).append((short_type(row.step.type), row.step.name))
    if not same:
        return None
    rows = [(resources(names), *cells) for cells, names in same.items()]
    title = f"Every property that changes ({sum(map(len, same.values()))})"
    return Table(title=title, head=("resource", "property", "before", "afterwards"), rows=rows, folded=True)


def _values(old: str, new: str) -> tuple[str, str]:
    """Return both values, long ones from where they begin to differ."""
    if max(len(old), len(new)) > _SHOWN_VALUE:
        same = next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), 0)
        start = max(same - 40, 0)
        old, new = (f"...{text[start:]}" if start else text for text in (old, new))
    return code(clipped(old, _SHOWN_VALUE * 2)[:_SHOWN_VALUE], most=_SHOWN_VALUE), code(
        clipped(new, _SHOWN_VALUE * 2)[:_SHOWN_VALUE], most=_SHOWN_VALUE
    )
