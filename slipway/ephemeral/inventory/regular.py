"""Kinds that AWS lists and deletes like most: one call lists, one reads tags by ARN, one deletes by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slipway.ephemeral.inventory.kind import Kind, Thing, pages, tags_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.ephemeral.account import Account
    from slipway.ephemeral.inventory.owner import Owner


@dataclass(frozen=True, kw_only=True)
class Regular:
    """The operations of a kind, in botocore's words."""

    kind: str
    order: int
    service: str
    listing: str
    """Operation that lists: `list_models`."""
    items: str
    name: str
    """Member that holds the name."""
    arn: str
    """Member that holds the ARN."""
    deleting: str
    """Operation that deletes."""
    parameter: str
    """What it takes."""
    covers: tuple[str, ...]
    by_arn: bool = False
    """Whether it takes the ARN instead of the name."""
    status: str = ""
    """Member that holds the state, where it matters."""
    busy: tuple[str, ...] = ()
    """States in which AWS refuses to delete it."""
    extra: tuple[tuple[str, Any], ...] = ()
    """More parameters of the deletion."""
    tagging: tuple[str, str, str] = ("list_tags", "ResourceArn", "Tags")
    """Operation that reads tags, what it takes, and where they are in its answer; a list of pairs or a mapping."""
    before: bool = False

    def made(self) -> Kind:
        """Return the kind."""
        return Kind(
            name=self.kind,
            order=self.order,
            find=self._find,
            delete=self._delete,
            before=self.before,
            covers=self.covers,
        )

    def _find(self, account: Account, owner: Owner) -> Iterator[Thing]:
        operation, parameter, member = self.tagging
        for item in pages(account, self.service, self.listing, self.items):
            name, arn = str(item[self.name]), str(item[self.arn])
            if owner.owns(name, tags_of(account, self.service, operation, member, **{parameter: arn})):
                state = str(item.get(self.status, "")) if self.status else ""
                given = arn if self.by_arn else name
                yield Thing(
                    kind=self.kind, name=given, command=self._command(given), busy=state if state in self.busy else ""
                )

    def _delete(self, account: Account, thing: Thing) -> None:
        if not thing.busy:
            getattr(account.client(self.service), self.deleting)(**{self.parameter: thing.name}, **dict(self.extra))

    def _command(self, name: str) -> str:
        words = [self.deleting.replace("_", "-"), f"--{_flag(self.parameter)} {name}"]
        words += [f"--{_flag(key)}" + ("" if value is True else f" {value}") for key, value in self.extra]
        return f"aws {self.service} {' '.join(words)}"


def _flag(parameter: str) -> str:
    """Write a parameter as the AWS command line does: `EndpointName` is `endpoint-name`."""
    import botocore  # noqa: PLC0415 - only what is left has a command

    return str(botocore.xform_name(parameter, "-"))
