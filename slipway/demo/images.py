"""The images of the stack in its repositories: what `docker build` and `docker push` do on a real account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway import child
from slipway.demo.sandbox import COMMAND
from slipway.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slipway.demo.run_folder import RunFolder


def push(folder: RunFolder, images: Sequence[str]) -> None:
    """Push images into the sandbox's repositories."""
    finished = child.run([*COMMAND, "push", *images, "--state", str(folder.state)], cwd=folder.project)
    if finished.code != 0:
        raise Failure(f"the images can't be pushed: {finished.tail()}")
