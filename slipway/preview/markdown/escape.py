"""Foreign text in GitHub's Markdown: nothing in it becomes markup, a mention, a link, a reference or a picture.

Foreign text stands in code spans, where GitHub reads none of these. What a code span in a table cannot hold (a pipe, a
backtick) stands in `<code>` with its punctuation as character references.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slipway.preview.saying import Name, Said

if TYPE_CHECKING:
    from collections.abc import Iterable

_UNWRITABLE = re.compile("[^\\S ]+|[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
# order and direction of writing: what a reviewer sees must be what is there
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_PUNCTUATION = re.compile(r"[^A-Za-z0-9 \u00a1-\U0010ffff]")
_BACKTICKS = re.compile(r"`+")
_SHOWN = 200
LONGEST_SENTENCE = 900


def visible(text: str) -> str:
    """Return text in one line, with U+FFFD for what can't be seen or written."""
    return _INVISIBLE.sub("\ufffd", _UNWRITABLE.sub(" ", text))


def code(text: str, *, most: int = _SHOWN) -> str:
    """Return foreign text as code, shortened in its middle."""
    text = clipped(visible(text).strip(), most)
    if not text:
        return "`-`"
    if "|" in text or "`" in text or text.startswith("\\") or text.endswith("\\"):
        return f"<code>{_PUNCTUATION.sub(lambda found: f'&#{ord(found[0])};', text)}</code>"
    return f"`{text}`"


def clipped(text: str, most: int) -> str:
    """Return a text of at most `most` characters: what is left out of its middle becomes `...`."""
    if len(text) <= most:
        return text
    half = (most - 3) // 2
    return f"{text[: most - 3 - half]}...{text[len(text) - half :]}"


def said(parts: Said, *, most: int = LONGEST_SENTENCE) -> str:
    """Return a sentence; once `most` characters are said, the rest is left out."""
    written: list[str] = []
    room = most
    for part in parts:
        if room <= 0:
            written.append(" ...")
            break
        written.append(code(part) if isinstance(part, Name) else part)
        room -= min(len(part), _SHOWN)
    return "".join(written)


def fence(text: str, *, most: int) -> str:
    """Return foreign text of several lines as a code block; lines above `most` characters in all are counted."""
    lines = [_INVISIBLE.sub("\ufffd", _UNWRITABLE.sub(" ", clipped(line, 1000))) for line in text.splitlines()]
    kept: list[str] = []
    room = most
    for line in lines:
        room -= len(line.encode("utf-8")) + 1
        if room < 0:
            break
        kept.append(line)
    if len(kept) < len(lines):
        kept.append(f"... and {len(lines) - len(kept)} more lines")
    longest = max((len(run) for line in kept for run in _BACKTICKS.findall(line)), default=0)
    ticks = "`" * max(3, longest + 1)
    return "\n".join([f"{ticks}text", *kept, ticks])


def row(cells: Iterable[str]) -> str:
    """Return a row of a table; the cells are Markdown already."""
    return f"| {' | '.join(cells)} |"
