"""What `slipway preview` and `slipway drift` make of event logs of the real engine (recordings/ORIGIN.md)."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from slipway.preview.markdown.pages import pages
from slipway.preview.reading import plan
from slipway.preview.review import Review, review
from slipway.preview.terminal import lines

if TYPE_CHECKING:
    from tests.golden.conftest import Golden

HERE = Path(__file__).parent
FILES = {
    path.name.removesuffix(".events.jsonl.gz"): path
    for folder in (HERE / "recordings", HERE / "preview" / "recordings")
    for path in folder.glob("*.events.jsonl.gz")
}


def of(name: str) -> Review:
    """Return the review of a recorded log."""
    lines = gzip.decompress(FILES[name].read_bytes()).splitlines(keepends=True)
    return review(plan(lines), "drift" if ".refresh" in name else "preview")


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_log_of_the_real_engine_is_told_as_the_golden_file_says(name: str, golden: Golden) -> None:
    found = of(name)
    shown = "\n".join(lines(found))
    written = "\n######## next page\n".join(pages(found))
    golden.check(f"preview/{name}.md", f"######## terminal\n{shown}\n\n######## Markdown\n{written}")


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_summary_fits_one_screen(name: str) -> None:
    shown = lines(of(name), height=24, width=100)
    assert len(shown) < 24
    assert max(map(len, shown)) <= 100


def test_every_recorded_case_is_told() -> None:
    assert {name.partition(".")[0][:2] for name in FILES} == {f"{number:02}" for number in range(1, 18)}
