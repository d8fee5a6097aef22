"""`slipway export-terraform`: reads a stack's settings, runs its program without AWS, writes one file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from slipway import stack_file
from slipway.failure import Failure
from slipway.terraform.document import document
from slipway.terraform.recording import record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NAME = "main.tf.json"


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What was written."""

    file: Path
    """Where."""
    counts: Mapping[str, int]
    """Terraform's type to how many there are."""
    variables: tuple[str, ...]
    """Variables in place of secrets."""


def export(project: Path, stack: str, folder: Path) -> Exported:
    """Write a stack as Terraform's JSON into a folder, which is made; nothing is asked of AWS, nothing is applied.

    Raises Misuse for a stack without a file, Failure for settings that the program refuses and for what Terraform has
    no name for; then nothing is written.
    """
    file = project / f"Pulumi.{stack}.yaml"
    stack_file.require(file)
    config = stack_file.settings(file.read_text("utf-8"), name=file.name)
    made = document(record(project, name=_name_of(project), stack=stack, config=config))
    folder.mkdir(parents=True, exist_ok=True)
    written = folder / NAME
    written.write_text(made.text(), encoding="utf-8")
    return Exported(file=written, counts=made.counts, variables=made.variables)


def _name_of(project: Path) -> str:
    try:
        return str(YAML(typ="safe", pure=True).load((project / "Pulumi.yaml").read_text("utf-8"))["name"])
    except (YAMLError, TypeError, KeyError) as error:
        raise Failure("Pulumi.yaml does not say `name:`, the name of the project: give it one") from error
