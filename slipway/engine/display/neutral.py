"""Texts that come from outside, made harmless and measured: names and messages may hold what commands a terminal."""

import re
import unicodedata

_MARKUP = re.compile(r"<\{%.*?%\}>")
_COLOR = re.compile(r"\x1b\[[0-9;:]*m")
ELLIPSIS = "…"


def plain_text(message: str) -> str:
    """Take Pulumi's colour markup out of a message."""
    return _MARKUP.sub("", message)


def _visible(char: str) -> str:
    if char.isprintable():
        return char
    # What Unicode calls a space separator is no command, and a terminal may lack it.
    return " " if unicodedata.category(char) == "Zs" else char.encode("unicode_escape").decode()


def name_of(text: str) -> str:
    r"""Return a text for one line: control and invisible characters as `\x1b`, line ends too."""
    return text if text.isprintable() else "".join(map(_visible, text))


def message_of(text: str) -> str:
    r"""Return a message without Pulumi's colour markup and terminal colours; of other controls only line ends stay."""
    if text.isprintable() and "<{%" not in text:
        return text
    text = _COLOR.sub("", plain_text(text)).replace("\r\n", "\n").expandtabs(4)
    return "\n".join(map(name_of, text.split("\n")))


def cells(text: str) -> int:
    """Return how many cells of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(map(_cells, text))


def _cells(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _taken(text: str, width: int) -> str:
    """Return as much of the beginning as fits."""
    if text.isascii():
        return text[:width]
    room = width
    for position, char in enumerate(text):
        room -= _cells(char)
        if room < 0:
            return text[:position]
    return text


def cut(text: str, width: int) -> str:
    """Return a text of at most `width` cells that has lost its end."""
    if cells(text) <= width:
        return text
    return _taken(text, width - 1) + ELLIPSIS if width > 0 else ""


def cut_start(text: str, width: int) -> str:
    """Return a text of at most `width` cells that has lost its beginning."""
    if cells(text) <= width:
        return text
    return ELLIPSIS + _taken(text[::-1], width - 1)[::-1] if width > 0 else ""


def cut_middle(text: str, width: int) -> str:
    """Return a text of at most `width` cells that has lost its middle."""
    if cells(text) <= width:
        return text
    if width <= 0:
        return ""
    head = _taken(text, width // 2)
    return head + ELLIPSIS + _taken(text[::-1], width - 1 - cells(head))[::-1]


def padded(text: str, width: int) -> str:
    """Return a text filled up with spaces to `width` cells."""
    return text + " " * (width - cells(text))
