"""What a stack says of itself in its stack tags: whose it is, of which commit, how it stands, when it goes. Pure.

Commit and expiry are stack tags only: as tags of resources, every push and every extension would touch each of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, cast

from slipway.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Mapping

PLACE, OWNER, COMMIT, EXPIRES, STATUS = (
    "slipway:place",
    "slipway:owner",
    "slipway:commit",
    "slipway:expires",
    "slipway:status",
)
Status = Literal["making", "up", "failed", "ending"]
_STATUS = ("making", "up", "failed", "ending")
_PLACE = re.compile(r"([0-9]{12})/([a-z]{2}(?:-[a-z]+)+-[0-9])")


class Unclear(Failure):
    """The tags of a stack say that it is ours, and no more than that."""


@dataclass(frozen=True, kw_only=True)
class Life:
    """The tags of one ephemeral stack."""

    account: str
    region: str
    owner: str
    commit: str
    expires: datetime
    """When reap ends it, in UTC."""
    status: Status

    def tags(self) -> dict[str, str]:
        """Return the stack tags that say it."""
        found = {
            PLACE: f"{self.account}/{self.region}",
            OWNER: self.owner,
            COMMIT: self.commit,
            EXPIRES: self.expires.astimezone(UTC).isoformat(timespec="seconds"),
            STATUS: self.status,
        }
        return {name: value for name, value in found.items() if value}


def read(tags: Mapping[str, str], *, stack: str) -> Life | None:
    """Read a stack's tags; None for a stack that says nothing of the kind, so is not ephemeral.

    Raises Unclear for tags that say something, and nothing that can be understood: an `up` was killed between two.
    """
    if not {PLACE, OWNER, COMMIT, EXPIRES, STATUS} & tags.keys():
        return None
    place = _PLACE.fullmatch(tags.get(PLACE, ""))
    status = tags.get(STATUS, "making")
    try:
        expires = datetime.fromisoformat(tags.get(EXPIRES, ""))
    except ValueError:
        expires = None
    if place is None or expires is None or expires.tzinfo is None or status not in _STATUS:
        told = ", ".join(f"{name}={tags.get(name)!r}" for name in (PLACE, EXPIRES, STATUS))
        raise Unclear(
            f"the tags of stack {stack} can't be understood ({told}): put them right with `pulumi stack tag set`; "
            f"{PLACE} is ACCOUNT/REGION, {EXPIRES} a moment like 2026-11-25T18:00:00+00:00"
        )
    return Life(
        account=place.group(1),
        region=place.group(2),
        owner=tags.get(OWNER, ""),
        commit=tags.get(COMMIT, ""),
        expires=expires,
        status=cast("Status", status),
    )
