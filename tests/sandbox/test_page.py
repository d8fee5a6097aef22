"""docs/sandbox.md says what the sandbox serves now."""

from slipway.sandbox.page import DOCUMENT, written


def test_the_page_is_current() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == written(), "run `python -m slipway.sandbox.page`"
