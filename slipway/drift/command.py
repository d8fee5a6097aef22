"""What `slipway drift` does: a refresh that changes nothing, told in the form of a preview."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.preview.command import recorded

if TYPE_CHECKING:
    from slipway.preview.review import Review
    from slipway.pulumi_cli import Stack

FOUND = 3
"""Exit code where something changed outside the program."""


def drift(stack: Stack) -> Review:
    """Ask AWS for every resource of a stack and return what is not as the last operation left it."""
    return recorded(stack, "drift", ("refresh", "--preview-only"), kind="drift")
