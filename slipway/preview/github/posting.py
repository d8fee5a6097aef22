"""The pages of a review become comments: edited in place where they are there, added and removed where not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slipway.preview.github.client import Comment, GitHub
from slipway.preview.markdown import marker

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from slipway.preview.github.place import Place


@dataclass(frozen=True, kw_only=True)
class Edits:
    """What has to happen to the comments of a pull request."""

    edit: tuple[tuple[int, str], ...] = ()
    """Comment and its new text."""
    create: tuple[str, ...] = ()
    delete: tuple[int, ...] = ()
    same: int = 0
    """Comments that say already what they should."""


def edits(pages: Sequence[str], comments: Iterable[Comment], login: str | None) -> Edits:
    """Return what makes the comments say what the pages say; nobody else's comment is touched, whatever it begins with.

    Ours are those of `login`; where that is not known, those of bots: a person can write a mark, but is none.
    """
    wanted = {found.page: (found, page) for page in pages if (found := marker.read(page)) is not None}
    first = wanted[1][0]
    ours: dict[int, list[Comment]] = {}
    for comment in comments:
        mark = marker.read(comment.body)
        mine = comment.by_bot if login is None else comment.author == login
        if (
            mine
            and mark is not None
            and (mark.kind, mark.project, mark.stack) == (first.kind, first.project, first.stack)
        ):
            ours.setdefault(mark.page, []).append(comment)
    edit, create, same = [], [], 0
    for number, (_, page) in sorted(wanted.items()):
        there = ours.get(number)
        if there is None:
            create.append(page)
        elif (
            there[0].body.replace("\r\n", "\n").strip() == page.strip()
        ):  # GitHub keeps neither line ends nor the last one
            same += 1
        else:
            edit.append((there[0].id, page))
    # pages that the review no longer has, and doubles that two runs at once have left
    left = [one for number, found in ours.items() for one in (found[1:] if number in wanted else found)]
    return Edits(edit=tuple(edit), create=tuple(create), delete=tuple(sorted(one.id for one in left)), same=same)


def post(pages: Sequence[str], place: Place) -> str:
    """Put the pages on the pull request and say what that took; Failure where GitHub refuses."""
    github = GitHub(place)
    github.require_pull_request()
    found = edits(pages, github.comments(), github.login())
    for comment, body in found.edit:
        github.edit(comment, body)
    for body in found.create:
        github.create(body)
    for comment in found.delete:
        github.delete(comment)
    done = {
        "edited": len(found.edit),
        "written": len(found.create),
        "removed": len(found.delete),
        "as it was": found.same,
    }
    told = ", ".join(f"{count} {word}" for word, count in done.items() if count)
    return f"comment on pull request {place.number} of {place.repository}: {told}"
