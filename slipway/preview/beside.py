"""What is known beside the log: the commit, the files behind a code digest, the pins behind a release digest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.preview.review import Beside

if TYPE_CHECKING:
    from pathlib import Path

    from slipway.preview.plan import Plan


def beside(plan: Plan, folder: Path) -> Beside:
    """Return what a project's folder and its git history add to a plan."""
    del plan, folder
    return Beside()
