"""What is known beside the log: the commit, the files behind a code digest, the pins behind a release digest."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import yaml

from slipway.failure import Failure
from slipway.history.pins import pinned
from slipway.pinned.matching import digest_of
from slipway.pinned.pin import CURRENT, KEY, PREVIOUS, difference
from slipway.preview.code_files import changed_files, head
from slipway.preview.review import Beside, CodeChange, ReleaseChange

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slipway.preview.plan import Plan, State

_OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"
_ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
# the key that infra.packaging gives to a code package
_PACKAGE = re.compile(r"code/([A-Za-z0-9_-]+)/([0-9a-f]{64})\.tar\.gz")
_STACK = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


def beside(plan: Plan, folder: Path) -> Beside:
    """Return what a project's folder and its git history add to a plan; whatever is not known is left out."""
    code = tuple(
        replace(one, files=changed_files(folder, one.name, one.old, one.new)) if one.old and one.new else one
        for one in code_changes(plan)
    )
    file = folder / f"Pulumi.{plan.stack}.yaml"
    change = release_change(plan)
    if change is not None and _STACK.fullmatch(plan.stack) and file.is_file():
        change = replace(change, lines=_lines(change, file))
    return Beside(code=code, release=change, commit=head(folder))


def code_changes(plan: Plan) -> Iterator[CodeChange]:
    """Return the code packages whose content changes, by the digests in their keys."""
    for step in plan.changed:
        if step.type == _OBJECT:
            old, new = _package(step.old), _package(step.new)
            if old != new:
                yield CodeChange(name=(new or old)[0], old=old[1] if old else "", new=new[1] if new else "")


def release_change(plan: Plan) -> ReleaseChange | None:
    """Return the releases that the endpoint is pointed at before and afterwards; None where that does not change."""
    for step in plan.changed:
        if step.type == _ENDPOINT:
            old, new = _release(step.old), _release(step.new)
            if old != new:
                return ReleaseChange(old=old, new=new)
    return None


def _package(state: State | None) -> tuple[str, ...]:
    found = None if state is None else _PACKAGE.fullmatch(str(state.inputs.get("key", "")))
    return () if found is None else found.groups()


def _release(state: State | None) -> str:
    name = None if state is None else state.inputs.get("endpointConfigName")
    return digest_of(name) or "" if isinstance(name, str) else ""


def _lines(change: ReleaseChange, file: Path) -> tuple[str, ...]:
    """Return what differs between the two pins, as far as the stack file and its history know them."""
    known = _pins(file)
    new = known.get(change.new)
    return () if new is None else tuple(difference(known.get(change.old), new))


def _pins(file: Path) -> dict[str, dict[str, Any]]:
    """Return digest to pin."""
    try:
        old = [one.release for one in pinned(file) if one.release is not None]
    except Failure:
        old = []  # no git here
    try:
        found = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        found = None
    config = found.get("config") if isinstance(found, dict) else None
    section = config.get(KEY) if isinstance(config, dict) else None
    now = [section.get(place) for place in (PREVIOUS, CURRENT)] if isinstance(section, dict) else []
    return {str(one.get("digest")): one for one in (*old, *now) if isinstance(one, dict)}
