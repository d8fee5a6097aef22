"""What a reviewer must look at, in the order of looking."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slipway.preview.saying import Said


class Rank(IntEnum):
    """The order of looking: what comes first can do most harm."""

    DATA = 1
    IAM = 2
    EXPOSED = 3
    SERVING = 4
    WEAKENED = 5
    GONE = 6
    UPDATED = 7
    CREATED = 8
    BOOKKEEPING = 9


TITLES = {
    Rank.DATA: "Data and protected resources replaced or deleted",
    Rank.IAM: "Permissions widened",
    Rank.EXPOSED: "Opened to the public",
    Rank.SERVING: "Serving reduced",
    Rank.WEAKENED: "Encryption, retention or protection weakened",
    Rank.GONE: "Other replacements and deletions",
    Rank.UPDATED: "Updated in place",
    Rank.CREATED: "Created",
    Rank.BOOKKEEPING: "No infrastructure: providers, components and the stack itself",
}


TITLES_OUTSIDE = {
    **TITLES,
    Rank.DATA: "Data and protected resources gone",
    Rank.GONE: "Other resources gone",
    Rank.UPDATED: "Changed",
}
"""For what changed outside the program."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One reason to look at a step."""

    rank: Rank
    why: Said
    """What it is about this step that ranks it here."""
    weight: int = 0
    """Within a rank, what weighs more stands first."""
