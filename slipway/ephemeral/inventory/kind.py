"""A kind of thing on AWS: how it is listed, told to be a stack's own, and deleted. A new kind is a row in a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from slipway.ephemeral.account import Account
    from slipway.ephemeral.inventory.owner import Owner


DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
"""AWS's words for what the credentials may not do."""


@dataclass(frozen=True, kw_only=True)
class Thing:
    """Something that a stack has."""

    kind: str
    name: str
    """What AWS's own call takes to delete it: a name, an id or an ARN."""
    inside: str = ""
    """What it is in, where its name alone is not enough: a log group, a database."""
    command: str = ""
    """The command that removes it; empty where AWS has none."""
    busy: str = ""
    """The state in which AWS refuses to delete it; empty where nothing stands in the way."""
    kept: str = ""
    """Why AWS itself keeps it whatever anybody does; empty for what can go."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of thing."""

    name: str
    """Plural, as a person says it."""
    order: int
    """Kinds with a lower one go first: AWS refuses to delete what something else still uses."""
    find: Callable[[Account, Owner], Iterable[Thing]]
    """Lists what the stack has of it."""
    delete: Callable[[Account, Thing], None]
    """Deletes one, or stops it so that it can be deleted later; an error of AWS is raised as it comes."""
    before: bool = False
    """Whether it goes before the stack is destroyed: it runs, or a destroy would be refused because of it."""
    covers: tuple[str, ...] = ()
    """Beginnings of the resource part of ARNs that this kind sees: `sagemaker:model/`."""


def pages(account: Account, service: str, operation: str, items: str, **words: Any) -> Iterator[Any]:
    """Yield the items of every page of a list call."""
    client = account.client(service)
    if not client.can_paginate(operation):
        yield from getattr(client, operation)(**words).get(items) or ()
        return
    for page in client.get_paginator(operation).paginate(**words):
        yield from page.get(items) or ()


_NO_ANSWER = frozenset({"Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded"})
_FORBIDDEN, _BROKEN = 403, 500
"""HTTP's statuses for what may not be asked, and from which on the service itself failed."""


def tags_of(account: Account, service: str, operation: str, member: str, **words: Any) -> dict[str, str]:
    """Return the tags in a member of a call's answer, none for a thing that has gone since it was listed.

    Raises ClientError where the tags exist and could not be read: nothing is proved without them.
    """
    try:
        answer = getattr(account.client(service), operation)(**words).get(member)
    except ClientError as error:
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", _BROKEN))
        code = error.response["Error"]["Code"]
        if code in _NO_ANSWER or code in DENIED or status == _FORBIDDEN or status >= _BROKEN:
            raise
        return {}
    return dict(answer) if isinstance(answer, dict) else tag_map(answer)


def tag_map(tags: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    """Return tags as a mapping, whatever the case in which the service writes its lists of them."""
    return {one.get("Key", one.get("key", "")): one.get("Value", one.get("value", "")) for one in tags or ()}
