"""Folders to run the engine in that belong to one call: nothing is ever written beside the project's stack files."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from slipway.failure import Misuse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PROJECT_FILE = "Pulumi.yaml"


def project_name(folder: Path) -> str:
    """Return the name of the project in a folder. Raises Misuse where there is none."""
    try:
        name = yaml.safe_load((folder / PROJECT_FILE).read_text("utf-8"))["name"]
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError) as error:
        raise Misuse(f"{folder / PROJECT_FILE} names no project: run this in the project's folder") from error
    return str(name)


@contextmanager
def bare(project: str, *, stack: str | None = None, state: Mapping[str, Any] | None = None) -> Iterator[Path]:
    """Stand in an empty folder of a project: enough to list, tag and destroy its stacks, whatever commit made them.

    With a stack and its state the folder has a stack file that says where the stack's secrets are.
    """
    with tempfile.TemporaryDirectory(prefix="slipway-ephemeral-") as name:
        folder = Path(name)
        (folder / PROJECT_FILE).write_text(f"name: {project}\nruntime: python\n", "utf-8")
        if stack is not None and state is not None and (keys := secrets_of(state)):
            (folder / f"Pulumi.{stack}.yaml").write_text(yaml.safe_dump(keys, sort_keys=False), "utf-8")
        yield folder


def know_secrets(folder: Path, stack: str, state: Mapping[str, Any]) -> None:
    """Say in a stack file where the secrets of a stack are that is there already."""
    file = folder / f"Pulumi.{stack}.yaml"
    found = yaml.safe_load(file.read_text("utf-8"))
    file.write_text(yaml.safe_dump({**secrets_of(state), **found}, sort_keys=False, allow_unicode=True), "utf-8")


def secrets_of(state: Mapping[str, Any]) -> dict[str, str]:
    """Return what a stack file says of its secrets, out of a state: both engines would make a new key otherwise."""
    provider = state.get("secrets_providers") or {}
    told = provider.get("state") or {}
    if provider.get("type") == "cloud":
        return {"secretsprovider": str(told["url"]), "encryptedkey": str(told["encryptedkey"])}
    if provider.get("type") == "passphrase":
        return {"encryptionsalt": str(told["salt"])}
    return {}


@contextmanager
def beside(project: Path, stack: str, config: Mapping[str, Any]) -> Iterator[Path]:
    """Stand in a folder that shows the project's files, and a stack file of its own.

    Both engines find a stack file beside Pulumi.yaml only, and write the stack's salt into it.
    """
    with tempfile.TemporaryDirectory(prefix="slipway-ephemeral-") as name:
        folder = Path(name)
        for entry in project.iterdir():
            if not (entry.name.startswith("Pulumi.") and entry.name != PROJECT_FILE) and entry.name != ".slipway":
                (folder / entry.name).symlink_to(entry.absolute(), target_is_directory=entry.is_dir())
        text = yaml.safe_dump({"config": dict(config)}, sort_keys=False, allow_unicode=True, width=1 << 16)
        (folder / f"Pulumi.{stack}.yaml").write_text(text, "utf-8")
        yield folder
