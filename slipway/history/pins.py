"""What a stack file pinned when: every commit that changed the current release, read out of git."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import yaml

from slipway.failure import Failure
from slipway.pinned.pin import CURRENT, KEY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_FIELDS = "%H%x00%cI%x00%an%x00%s"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, kw_only=True)
class Pinned:
    """A commit after which the stack file pins another release than before."""

    commit: str
    when: datetime
    author: str
    subject: str
    release: dict[str, Any] | None
    """The pin; None where a commit took the release out of the file."""


def pinned(file: Path) -> list[Pinned]:
    """Return the changes of a stack file's current release, oldest first; Failure where there is no git history.

    Versions of the file that are no YAML (an unfinished merge that somebody committed) pin nothing new.
    """
    commits = _commits(file)
    found: list[Pinned] = []
    last: str | None = None
    for (commit, when, author, subject), text in zip(commits, _versions(file, commits), strict=True):
        readable, release = _release(text)
        digest = None if release is None else str(release.get("digest"))
        if readable and digest != last:
            last = digest
            stamp = datetime.fromisoformat(when)
            found.append(Pinned(commit=commit, when=stamp, author=author, subject=subject, release=release))
    return found


def _commits(file: Path) -> list[list[str]]:
    """Return [commit, committer's date, author, subject] of every commit that touched the file, oldest first."""
    # along the branch itself: what a side branch pinned came to this file with its merge
    listed = _git(file, "log", "--first-parent", "--reverse", f"--format={_FIELDS}", "--", file.name)
    # a subject may hold other separators of lines than git's own
    return [line.split("\0") for line in listed.decode("utf-8", "replace").split("\n") if line]


def is_shallow(file: Path) -> bool:
    """Tell whether the repository has the newest commits only, as a checkout in CI has unless it is told otherwise."""
    return _git(file, "rev-parse", "--is-shallow-repository").strip() == b"true"


def _versions(file: Path, commits: Sequence[list[str]]) -> Iterator[bytes]:
    """Give the file as each commit has it; empty where the commit deleted it."""
    asked = "".join(f"{commit}:./{file.name}\n" for commit, *_ in commits).encode()
    answer = _git(file, "cat-file", "--batch", given=asked)
    place = 0
    for _ in commits:
        head, place = answer[place : answer.index(b"\n", place)].split(), answer.index(b"\n", place) + 1
        if head[-1] == b"missing":
            yield b""
            continue
        size = int(head[-1])
        yield answer[place : place + size]
        place += size + 1


def _release(text: bytes) -> tuple[bool, dict[str, Any] | None]:
    try:
        document = yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader, the one in C where there is one
    except yaml.YAMLError:
        return False, None
    config = document.get("config") if isinstance(document, dict) else None
    section = config.get(KEY) if isinstance(config, dict) else None
    current = section.get(CURRENT) if isinstance(section, dict) else None
    return True, current if isinstance(current, dict) else None


def _git(file: Path, *words: str, given: bytes | None = None) -> bytes:
    try:
        answer = subprocess.run(
            ["git", "-C", str(file.parent), *words], input=given, capture_output=True, check=False, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Failure(f"git's history of {file.name} can't be read: {error}") from error
    if answer.returncode != 0:
        said = answer.stderr.decode("utf-8", "replace").strip()
        raise Failure(f"git's history of {file.name} can't be read: {said}")
    return answer.stdout
