"""The bare program that bench/program.py compares with is the same stack."""

from __future__ import annotations

import runpy
from typing import TYPE_CHECKING, Any

from bench.bare_program import bare_program
from infra.program import deploy
from slipway.terraform.recording import record_program

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slipway.terraform.recording import Recording


def told(recording: Recording) -> dict[tuple[str, str], Any]:
    """Return what was registered by type and name; a recorded asset is its path."""
    return {
        (one.type, one.name): (
            {key: getattr(value, "path", value) for key, value in one.inputs.items()},
            one.protect,
            one.ignore_changes,
            {(token, name) for token, name in one.depends_on if token.startswith("aws:")},
        )
        for one in recording.resources
    }


def test_bare_calls_register_the_same_resources_with_the_same_inputs(
    project_folder: Path, stack_config: Callable[[str], dict[str, Any]]
) -> None:
    ours = record_program(deploy, name="slipway", stack="prod", config=stack_config("prod"))
    file = project_folder / "bare.py"
    file.write_text(bare_program(ours), encoding="utf-8")

    def program() -> None:
        runpy.run_path(str(file))

    bare = record_program(program, name="slipway", stack="prod", config={})
    assert len(bare.resources) > 100
    assert told(bare) == told(ours)
