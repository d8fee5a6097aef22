"""Where a review goes beside the terminal: a folder, a job's summary, the pull request."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from slipway.failure import Misuse
from slipway.preview.github.place import place
from slipway.preview.github.posting import post
from slipway.preview.markdown.pages import PAGES, pages
from slipway.preview.markdown.pages import summary as summary_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.preview.review import Review


def publish(review: Review, *, folder: Path | None, summary: bool, comment: bool, number: str | None) -> Iterator[str]:
    """Put a review wherever it shall go and say where it went, a line each."""
    if folder is not None:
        yield from _written(review, folder)
    if summary:
        yield _summarised(review)
    if comment:
        yield post(pages(review), place(number, os.environ))


def _written(review: Review, folder: Path) -> Iterator[str]:
    folder.mkdir(parents=True, exist_ok=True)
    found = pages(review)
    for page, text in enumerate(found, start=1):
        (folder / f"page-{page}.md").write_text(text, encoding="utf-8")
    for page in range(len(found) + 1, PAGES + 1):  # of a longer review that was there before
        (folder / f"page-{page}.md").unlink(missing_ok=True)
    yield f"wrote {len(found)} page{'' if len(found) == 1 else 's'} to {folder}"


def _summarised(review: Review) -> str:
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if not file:
        raise Misuse("--summary needs a job of GitHub Actions: GITHUB_STEP_SUMMARY is not set")
    with Path(file).open("a", encoding="utf-8") as end:
        end.write(summary_of(review))
    return "added to the job's summary"
