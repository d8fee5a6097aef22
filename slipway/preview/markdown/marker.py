"""The hidden mark by which the comments of one project and stack are found again, page by page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

# quoted values hold no white space, no quotation mark and no two hyphens: the first --> ends the comment
_MARK = re.compile(
    r"\A<!-- slipway:(preview|drift) project=([^\s\"]+) stack=([^\s\"]+)"
    r" page=([1-9][0-9]{0,3}) of=([1-9][0-9]{0,3}) -->"
)


@dataclass(frozen=True, kw_only=True)
class Marker:
    """Which comment a comment is."""

    kind: str
    project: str
    stack: str
    page: int
    of: int

    def written(self) -> str:
        """Return it as it stands at the very beginning of a comment."""
        project, stack = (_quoted(name) for name in (self.project, self.stack))
        return f"<!-- slipway:{self.kind} project={project} stack={stack} page={self.page} of={self.of} -->"


def read(body: str) -> Marker | None:
    """Return the mark that a comment begins with; None where it begins with none."""
    found = _MARK.match(body)
    if found is None:
        return None
    kind, project, stack, page, of = found.groups()
    return Marker(kind=kind, project=_name(project), stack=_name(stack), page=int(page), of=int(of))


def _quoted(name: str) -> str:
    return quote(name, safe="", errors="replace").replace("-", "%2D") or "%20"


def _name(text: str) -> str:
    return "" if text == "%20" else unquote(text)
