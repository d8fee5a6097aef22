"""The stacks of the project as Terraform, a release pinned in each, as scanners see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from infra.program import deploy
from slipway.terraform.document import Document, document
from slipway.terraform.recording import record_program

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def exported(
    project_folder: Path, stack_config: Callable[[str], dict[str, Any]], pinned_release: Callable[..., dict[str, Any]]
) -> Callable[[str], Document]:
    """Return an exporter of one of the project's stacks with a release pinned in it."""
    assert project_folder.is_dir()

    def export(stack: str) -> Document:
        config = stack_config(stack)
        config["slipway:release"] = {"current": pinned_release(1, config["slipway:stack"]["account"])}
        return document(record_program(deploy, name="slipway", stack=stack, config=config))

    return export
