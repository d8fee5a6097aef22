"""Reads a page of the report as tests look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCTYPE = "<!DOCTYPE html>\n"


def parse(page: str) -> ET.Element:
    """Return the page's elements; what is not well-formed fails."""
    assert page.startswith(DOCTYPE)
    return ET.fromstring(page[len(DOCTYPE) :])  # noqa: S314 the page is our own


def said(element: ET.Element) -> str:
    """Return all text in an element, white space as it is."""
    return "".join(element.itertext())


def find(root: ET.Element, name: str, css: str = "") -> list[ET.Element]:
    """Return the elements of a name that have a class, in the page's order."""
    return [one for one in root.iter(name) if not css or css in one.get("class", "").split()]


def section(root: ET.Element, slug: str) -> ET.Element:
    """Return one section of the page."""
    found = [one for one in root.iter("section") if one.get("id") == slug]
    assert len(found) == 1, [one.get("id") for one in root.iter("section")]
    return found[0]


def drawn(root: ET.Element) -> Iterator[tuple[str, str]]:
    """Return name and value of every attribute that places something in a drawing."""
    for drawing in find(root, "svg"):
        for one in drawing.iter():
            yield from ((key, value) for key, value in one.items() if key not in {"class", "aria-label", "role"})
