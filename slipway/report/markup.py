"""Markup that cannot carry unescaped text: whatever is not Markup is escaped when it enters an element."""

from __future__ import annotations

import html
import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

VOID = frozenset({"br", "hr", "link", "meta"})
# what XML 1.0 knows no character for (https://www.w3.org/TR/xml/#charsets), and the C1 controls that HTML forbids
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


def escape(text: str) -> Markup:
    """Return text as it may stand in an element or a quoted attribute; what no page can hold becomes U+FFFD."""
    if isinstance(text, Markup):
        return text
    return Markup(html.escape(_UNWRITABLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))))


def tag(name: str, *children: str | None, **attributes: str | float | None) -> Markup:
    """Return an element, well-formed as HTML and as XML; children and attributes that are None are left out.

    `class_` and the like lose their last underscore, the others become hyphens: `text_anchor` is `text-anchor`.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value if isinstance(value, str) else coordinate(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in VOID:
        return Markup(f"<{name}{written} />")
    return Markup(f"<{name}{written}>{join(children)}</{name}>")


def join(parts: Iterable[str | None]) -> Markup:
    """Return the parts one after the other."""
    return Markup("".join(escape(part) for part in parts if part is not None))


def name(text: str, **attributes: str | None) -> Markup:
    """Return a name that somebody else chose: its writing direction stays its own."""
    return tag("bdi", text, **attributes)


def coordinate(value: float) -> str:
    """Return a number as it stands in markup: at most two decimals. Raises ValueError for nan and infinity."""
    if not math.isfinite(value):
        raise ValueError(f"{value} can't be drawn: the numbers of a report are finite")
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
