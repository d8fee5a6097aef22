"""The style sheet, from the files beside this one."""

from __future__ import annotations

from importlib import resources

FILES = ("colours.css", "page.css", "charts.css", "tree.css", "print.css")


def sheet() -> str:
    """Return the whole style sheet; later files may overrule earlier ones."""
    folder = resources.files(__package__)
    return "\n".join(folder.joinpath(file).read_text(encoding="utf-8") for file in FILES)
