"""What `slipway preview` does: a run of the engine, or the log of one that was elsewhere, becomes a review."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import yaml

from slipway.failure import Failure, Misuse
from slipway.preview import reading
from slipway.preview.beside import beside
from slipway.preview.plan import Plan, Problem
from slipway.preview.review import Kind, Review, review

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from slipway.pulumi_cli import Stack

_LABEL = "preview"


def preview(stack: Stack, *, policy_packs: Sequence[str] = ()) -> Review:
    """Run a preview of a stack and return its review, failed or not."""
    return recorded(stack, _LABEL, ("preview", *stack.judged_by(policy_packs)), kind="preview")


def recorded(stack: Stack, label: str, words: Sequence[str], *, kind: Kind) -> Review:
    """Run a command of the engine and return the review of its event log."""
    finished = stack.record(label, *words)
    project = _project(stack.folder)
    if finished.events.exists():
        plan = _read(finished.events, project=project, stack=stack.name)
    else:
        plan = Plan(project=project, stack=stack.name, steps=(), outcome="failed")
    if finished.code != 0 and not plan.problems and not any(one.level == "mandatory" for one in plan.judgements):
        # what the engine said before it had a log, or instead of an event
        said = finished.tail() or "it said nothing"
        problem = Problem(urn="", message=f"`pulumi {words[0]}` ended with exit code {finished.code}:\n{said}")
        plan = replace(plan, outcome="failed", problems=(problem,))
    if finished.code != 0 and plan.outcome == "succeeded":
        plan = replace(plan, outcome="failed")
    return _review(plan, kind, stack.folder)


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep Python's collector still: a plan has no cycles, and walking it over and over takes half of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _review(plan: Plan, kind: Kind, folder: Path) -> Review:
    known = beside(plan, folder)
    with uncollected():
        return review(plan, kind, known)


def _project(folder: Path) -> str:
    try:
        found = yaml.safe_load((folder / "Pulumi.yaml").read_text("utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError):
        return ""
    return str(found.get("name") or "") if isinstance(found, dict) else ""


def of_log(file: Path, folder: Path, *, stack: str | None = None, kind: Kind = "preview") -> Review:
    """Return the review of an event log that was written elsewhere; Misuse for a file that is none."""
    if not file.is_file():
        raise Misuse(f"there is no file {file}: give the event log that the engine wrote (--event-log)")
    plan = _read(file, project=_project(folder), stack=stack or "")
    if stack is not None and plan.stack != stack:
        raise Misuse(f"{file} is the log of stack {plan.stack!r}, {stack!r} was given")
    if not plan.steps and not plan.problems and plan.outcome == "not finished":
        why = f": {plan.troubles[0]}" if plan.troubles else ""
        raise Misuse(
            f"{file} has no event of Pulumi in it{why}; give the event log that the engine wrote (--event-log)"
        )
    return _review(plan, kind, folder)


def _read(file: Path, *, project: str, stack: str) -> Plan:
    with file.open("rb") as lines, uncollected():
        return reading.plan(lines, project=project, stack=stack)


def require_digest(found: Review, wanted: str) -> None:
    """Fail unless a review is of the plan with this digest."""
    if found.digest is None:
        raise Failure(f"this plan has no digest: {_why_none(found)}; nothing was applied")
    if wanted.partition("-")[0] != found.digest.partition("-")[0]:
        raise Misuse(
            f"plan digest {wanted!r} is of another definition than {found.digest}: preview again with this version"
        )
    if wanted != found.digest:
        raise Failure(
            f"this is not the plan that was reviewed: its digest is {found.digest}, {wanted} was given; "
            "look at it again with `slipway preview`; nothing was applied"
        )


def _why_none(found: Review) -> str:
    if found.plan.outcome != "succeeded":
        return f"the preview {'failed' if found.plan.outcome == 'failed' else 'did not end'}"
    return found.plan.troubles[0] if found.plan.troubles else "it is of no preview"
