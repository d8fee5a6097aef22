"""Which pull request a review belongs on, and who may write there: read from the environment of a workflow."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from slipway.failure import Misuse

if TYPE_CHECKING:
    from collections.abc import Mapping

_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+\Z")
_REF = re.compile(r"refs/pull/([1-9][0-9]*)/")
_NUMBER = re.compile(r"[1-9][0-9]{0,9}\Z")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, kw_only=True)
class Place:
    """One pull request."""

    api: str
    """Address of the REST API, without a slash at its end."""
    repository: str
    """owner/name."""
    number: int
    token: str = field(repr=False)


def place(number: str | None, environment: Mapping[str, str]) -> Place:
    """Return the pull request that was named, or that of the running workflow; Misuse for what is missing or wrong."""
    token = environment.get("GITHUB_TOKEN") or environment.get("GH_TOKEN") or ""
    if not token.strip():
        raise Misuse(
            "there is no token to comment with: set GITHUB_TOKEN (in a workflow `${{ github.token }}`, "
            "with `permissions: pull-requests: write`)"
        )
    repository = environment.get("GITHUB_REPOSITORY", "")
    if not _REPOSITORY.match(repository):
        raise Misuse(f"GITHUB_REPOSITORY is {repository!r}: it must be OWNER/NAME")
    return Place(
        api=_api(environment.get("GITHUB_API_URL") or "https://api.github.com"),
        repository=repository,
        number=_number(number, environment),
        token=token.strip(),
    )


def _number(number: str | None, environment: Mapping[str, str]) -> int:
    if number is None:
        found = _REF.match(environment.get("GITHUB_REF", ""))
        if found is None:
            raise Misuse("--pr is missing: the number of the pull request (GITHUB_REF names none)")
        return int(found[1])
    if not _NUMBER.match(number):
        raise Misuse(f"--pr {number!r} is no number of a pull request: give digits only, such as 42")
    return int(number)


def _api(address: str) -> str:
    parts = urlsplit(address)
    # the token goes there
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise Misuse(f"GITHUB_API_URL is {address!r}: it must begin with https://")
    return address.rstrip("/")
