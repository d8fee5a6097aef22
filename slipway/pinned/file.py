"""The stack file that a release is pinned in: read whole, checked, and never half written."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from infra.settings import SettingsError, load_stack_settings
from slipway import stack_file
from slipway.failure import Failure, Misuse
from slipway.pinned.pin import KEY

if TYPE_CHECKING:
    from pathlib import Path

    from infra.settings import Settings


@dataclass(frozen=True, kw_only=True)
class PinnedFile:
    """A stack file as it was read."""

    path: Path
    text: str
    settings: Settings
    section: dict[str, Any]
    """What `slipway:release` says; empty when there is no release."""

    def pin(self, section: dict[str, Any]) -> None:
        """Write the section into the file, which keeps everything else; Failure, and nothing written, when it can't."""
        name = self.path.name
        text = stack_file.put(self.text, KEY, section, name=name)
        stack_file.require_kept(self.text, text, KEY, section, name=name)
        _settings(text, name)
        if _read(self.path) != self.text:
            raise Failure(f"{name} was changed by somebody else in the meantime: nothing was written, try again")
        _replace(self.path, text)


def read(path: Path) -> PinnedFile:
    """Read a stack file; Misuse when there is none, Failure for one that the program would refuse."""
    if not path.is_file():
        raise Misuse(f"there is no {path}: run this in the project's folder, with the name of one of its stacks")
    # what a link points at is the file; a rename onto the link would only replace the link
    place = path.resolve()
    text = _read(place)
    settings = _settings(text, path.name)
    section = stack_file.settings(text, name=path.name).get(KEY) or {}
    return PinnedFile(path=place, text=text, settings=settings, section=section)


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return stream.read()
    except UnicodeDecodeError as error:
        raise Failure(f"{path.name} is no UTF-8: byte {error.start} is {error.object[error.start]:#04x}") from error
    except OSError as error:
        raise Failure(f"{path.name} can't be read: {error.strerror or error}") from error


def _settings(text: str, name: str) -> Settings:
    try:
        return load_stack_settings(stack_file.settings(text, name=name), file=name)
    except SettingsError as error:
        raise Failure(str(error)) from error


def _replace(file: Path, text: str) -> None:
    """Write beside and rename."""
    beside = file.with_name(f".{file.name}.{os.getpid()}.new")
    try:
        with beside.open("w", encoding="utf-8", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        shutil.copymode(file, beside)
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise Failure(f"{file} can't be written: {error.strerror or error}") from error
