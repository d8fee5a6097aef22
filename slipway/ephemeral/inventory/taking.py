"""Takes the inventory of a stack: every kind looked at, what was found, and what could not be looked at."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from slipway.ephemeral.inventory import (
    anything,
    features,
    identity,
    jobs,
    network,
    sagemaker,
    serverless,
    storage,
    watching,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slipway.ephemeral.account import Account
    from slipway.ephemeral.inventory.kind import Kind, Thing
    from slipway.ephemeral.inventory.owner import Owner

_KNOWN: tuple[Kind, ...] = (
    *jobs.KINDS,
    *features.KINDS,
    *sagemaker.KINDS,
    *serverless.KINDS,
    *watching.KINDS,
    *network.KINDS,
    *storage.KINDS,
    *identity.KINDS,
)
ALL: tuple[Kind, ...] = tuple(sorted((*_KNOWN, anything.net(_KNOWN)), key=lambda kind: kind.order))
"""Every kind, in the order in which AWS lets them go."""
AT_ONCE = 6
"""Kinds that are looked at side by side: most of the time goes by waiting for answers."""


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """What a stack has."""

    left: tuple[Thing, ...]
    """What can go and has not, in the order in which it goes."""
    kept: tuple[Thing, ...]
    """What AWS itself keeps."""
    unseen: dict[str, str]
    """Kinds that could not be looked at, with AWS's error: without them nothing is proved."""
    looked_at: tuple[str, ...]

    @property
    def proves(self) -> bool:
        """Whether it proves that nothing is left."""
        return not self.left and not self.unseen


def take(account: Account, owner: Owner, kinds: Iterable[Kind] = ALL) -> Inventory:
    """Ask AWS for everything that a stack has of these kinds. Raises what is no answer of AWS: a lost network."""
    wanted = list(kinds)

    def look(kind: Kind) -> list[Thing] | str:
        try:
            return list(kind.find(account, owner))
        except ClientError as error:
            return f"{error.operation_name}: {error.response['Error']['Code']}"

    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="inventory") as pool:
        found = list(pool.map(look, wanted))
    things = [thing for answer in found if not isinstance(answer, str) for thing in answer]
    return Inventory(
        left=tuple(thing for thing in things if not thing.kept),
        kept=tuple(thing for thing in things if thing.kept),
        unseen={kind.name: answer for kind, answer in zip(wanted, found, strict=True) if isinstance(answer, str)},
        looked_at=tuple(kind.name for kind in wanted),
    )
