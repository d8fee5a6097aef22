"""Rows that say the same of several resources, as one: a changed default tag is one change, not twenty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slipway.preview.finding import Rank
from slipway.preview.ranking import Row, short_type

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slipway.preview.plan import Order
    from slipway.preview.saying import Said


@dataclass(frozen=True, kw_only=True)
class Group:
    """Rows of one rank that differ in their resource only."""

    operation: str
    effect: str
    order: Order
    """Of a replacement: which half comes first."""
    why: Said
    """Empty where there is nothing to say of each, as of what is created."""
    names: tuple[tuple[str, str], ...]
    """Short type and logical name of each, in the order of the rows."""


def groups(rows: Iterable[Row]) -> list[Group]:
    """Return rows of one rank as groups, in the order of their first rows; what asks for a look stands alone."""
    found: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        alone = row.rank <= Rank.GONE
        of_a_type = row.rank >= Rank.CREATED
        key = (row.step.urn if alone else row.step.type if of_a_type else row.why, row.step.operation, row.effect)
        found.setdefault(key, []).append(row)
    return [
        Group(
            operation=same[0].step.operation,
            effect=same[0].effect,
            order=same[0].step.order,
            why=() if same[0].rank >= Rank.CREATED else same[0].why,
            names=tuple((short_type(row.step.type), row.step.name) for row in same),
        )
        for same in found.values()
    ]


def by_type(names: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return type to names."""
    found: dict[str, list[str]] = {}
    for token, name in names:
        found.setdefault(token, []).append(name)
    return found
