"""A real browser for the tests of what people look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser import chromium

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[chromium.Chromium]:
    """Run a headless Chromium; skip, with the reason, where there is none."""
    path = chromium.program()
    if path is None:
        pytest.skip(f"there is no {', '.join(chromium.PROGRAMS)} on PATH: install one to see the pages in it")
    running = chromium.Chromium(path, tmp_path_factory.mktemp("profile"))
    try:
        yield running
    finally:
        running.close()
