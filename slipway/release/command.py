"""What `slipway release` does: package -> checked release -> pin in the stack file."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3

from infra.settings import SettingsError, load_stack_settings
from slipway import stack_file
from slipway.failure import Failure, Misuse
from slipway.release import package, pin

if TYPE_CHECKING:
    from pathlib import Path

    from slipway.outputs import Outputs


@dataclass(frozen=True, kw_only=True)
class Released:
    """What `slipway release` did to the stack file."""

    pin: pin.Pin
    difference: list[str]
    changed: bool
    """Whether the next `up` deploys something new."""


def release(
    file: Path, outputs: Outputs, *, arn: str | None = None, job: str | None = None, current_code: bool = False
) -> Released:
    """Pin a model package as the stack's current release in its stack file; what was current becomes previous.

    With `current_code` it is served by the stack's serving code and image of today, not those it was registered with.
    """
    if not file.is_file():
        raise Misuse(f"there is no {file}: run this in the project's folder, with the name of one of its stacks")
    text = _read(file)
    section = stack_file.settings(text, name=file.name).get(pin.KEY)
    if section is not None and not isinstance(section, dict):
        raise Failure(f"`{pin.KEY}` in {file.name} is {section!r}: a mapping with `current` is expected")
    found = package.find(boto3.client("sagemaker", region_name=outputs.region), outputs, arn=arn, job=job)
    new = package.pin_of(found, outputs, boto3.client("s3", region_name=outputs.region), current_code=current_code)
    difference, changed = pin.difference(section, new), not pin.deploys_the_same(section, new)
    if difference:
        _replace(file, _checked(stack_file.put(text, pin.KEY, pin.turn(section, new), name=file.name), file.name))
    return Released(pin=new, difference=difference, changed=changed)


def _checked(text: str, name: str) -> str:
    """Refuse to write a stack file that the program would refuse to read."""
    try:
        load_stack_settings(stack_file.settings(text, name=name), file=name)
    except SettingsError as error:
        raise Failure(str(error)) from error
    return text


def _read(file: Path) -> str:
    with file.open(encoding="utf-8", newline="") as stream:
        return stream.read()


def _replace(file: Path, text: str) -> None:
    """Write beside and rename, so that a stack file is never half written."""
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
