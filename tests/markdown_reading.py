"""Pages of Markdown read with a parser of CommonMark and GitHub's tables, and what may not be in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from markdown_it.token import Token

_PARSER = MarkdownIt("commonmark").enable("table")
_TAG = re.compile(r"<!--.*?-->|</?(?:details|summary|code)>", re.DOTALL)
_OURS = re.compile(r"[\w .,;:()$%+\-/'*~_!?<>\[\]&·]*\Z")


def check(page: str) -> None:
    """Fail unless a page has only our own blocks and elements, closed as they were opened, and whole tables."""
    tokens = _PARSER.parse(page)
    assert {token.type for token in tokens} <= {
        "html_block",
        "heading_open",
        "inline",
        "heading_close",
        "paragraph_open",
        "paragraph_close",
        "bullet_list_open",
        "bullet_list_close",
        "list_item_open",
        "list_item_close",
        "table_open",
        "table_close",
        "thead_open",
        "thead_close",
        "tbody_open",
        "tbody_close",
        "tr_open",
        "tr_close",
        "th_open",
        "th_close",
        "td_open",
        "td_close",
        "fence",
        "blockquote_open",
        "blockquote_close",
    }
    assert [token.tag for token in tokens if token.type == "heading_open"] in ([], ["h3"])
    opened: list[str] = []
    for token in tokens:
        if token.type == "html_block":
            assert not _TAG.sub("", token.content).strip("\n ") or "<summary>" in token.content, token.content
            _nest(opened, token.content)
        elif token.type == "inline":
            _check_inline(token)
    assert opened == []
    _check_tables(page)


def _check_inline(token: Token) -> None:
    kinds = {child.type for child in token.children or []}
    assert kinds <= {
        "text",
        "code_inline",
        "html_inline",
        "softbreak",
        "strong_open",
        "strong_close",
        "em_open",
        "em_close",
        "text_special",
    }
    inside, opened = False, list[str]()
    for child in token.children or []:
        if child.type == "html_inline":
            assert child.content in ("<code>", "</code>"), child.content
            inside = child.content == "<code>"
            _nest(opened, child.content)
        elif child.type == "text" and not inside:
            # what stands outside of code is ours: no mention, no reference, no address, no emoji
            assert _OURS.match(child.content), child.content
            assert "://" not in child.content
            assert "@" not in child.content
    assert opened == []


def _nest(opened: list[str], markup: str) -> None:
    for closing, name in re.findall(r"<(/?)(details|summary|code)>", markup):
        if closing:
            assert opened.pop() == name
        else:
            opened.append(name)


def _check_tables(page: str) -> None:
    columns, fenced = 0, ""
    for line in page.split("\n"):
        if fenced or line.startswith("```"):
            ticks = re.match(r"`+", line)
            if not fenced and ticks is not None:
                fenced = ticks[0]
            elif line == fenced:
                fenced = ""
            continue
        if line.startswith("| "):
            count = line.count("|") - 1
            assert columns in (0, count), line
            assert line.endswith(" |")
            columns = count
        else:
            columns = 0
    assert fenced == ""
