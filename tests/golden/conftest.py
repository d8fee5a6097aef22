"""How golden files are rewritten."""

from __future__ import annotations

from pathlib import Path

import pytest

OPTION = "--rewrite-golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`make golden` passes this option; the change is reviewed like code."""
    parser.addoption(OPTION, action="store_true", help="write the golden files anew instead of comparing with them")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compare a text with a golden file, or write it there."""
    return Golden(rewrite=bool(request.config.getoption(OPTION, default=False)))


class Golden:
    """The golden files beside the tests."""

    def __init__(self, *, rewrite: bool) -> None:
        self._rewrite = rewrite

    def read(self, name: str) -> str:
        """Return what a file says now."""
        return (Path(__file__).parent / name).read_text(encoding="utf-8")

    def check(self, name: str, text: str) -> None:
        """Fail when the text is not what the file says."""
        file = Path(__file__).parent / name
        if self._rewrite:
            file.write_text(text, encoding="utf-8")
            return
        assert file.exists(), f"there is no tests/golden/{name}; write it with `make golden`"
        expected = file.read_text(encoding="utf-8")
        assert text == expected, f"tests/golden/{name} says otherwise; if the change is wanted, run `make golden`"
