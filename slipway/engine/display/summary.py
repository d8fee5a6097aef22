"""The blocks at the end of an operation's text."""

import re
from typing import Any

from slipway.engine.display.words import SIGNS, resource_of

_ORDER = ("create", "update", "replace", "delete", "read", "import", "refresh", "discard")
_DONE = {
    "create": "created",
    "update": "updated",
    "replace": "replaced",
    "delete": "deleted",
    "read": "read",
    "import": "imported",
    "refresh": "refreshed",
    "discard": "discarded",
}
_FRAMES = 12  # lines of a program's traceback that are shown, at most
_FEW = 3  # lines that are not worth leaving out
_MACHINERY = re.compile(r'File "(<frozen |.*/(slipway/engine|pulumi/runtime|asyncio|concurrent/futures)/)')
_SEVERITIES = ("error", "warning", "info#err", "info")


def resources_block(summary: dict[str, Any] | None, failed: set[str], *, planned: bool) -> list[str]:
    """Return the counts."""
    changes = dict((summary or {}).get("resourceChanges") or {})
    same = changes.pop("same", 0)
    changes.pop("delete-replaced", None)
    changes.pop("create-replacement", None)
    lines = ["Resources:"]
    kinds = [op for op in (*_ORDER, *sorted(set(changes) - set(_ORDER))) if changes.get(op)]
    for op in kinds:
        word = f"to {op}" if planned else _DONE.get(op, op)
        lines.append(f"    {SIGNS.get(op, '  ')}{changes[op]} {word}")
    if len(kinds) > 1:
        tail = f". {same} unchanged" if same else ""
        lines.append(f"    {sum(changes[op] for op in kinds)} changes{tail}")
    elif same:
        lines.append(f"    {same} unchanged")
    errored = {urn for urn in failed if urn and "::pulumi:pulumi:Stack::" not in urn}
    if errored:
        lines.append(f"    {len(errored)} errored")
    return lines if len(lines) > 1 else []


def diagnostics_block(notes: list[dict[str, Any]]) -> list[str]:
    """Return errors, then warnings, then what the program printed, each under its resource."""
    lines: list[str] = []
    for severity in _SEVERITIES:
        groups: dict[str, list[str]] = {}
        for note in notes:
            if note["severity"] == severity:
                groups.setdefault(note["urn"], []).append(note["text"])
        for urn, texts in groups.items():
            kind, name = resource_of(urn) if urn else ("", "")
            lines.append(f"  {kind} ({name}):" if urn else "  this operation:")
            prefix = f"{severity}: " if severity in ("error", "warning") else ""
            for text in texts:
                body = shortened(text) if prefix else text.splitlines()
                lines += ["    " + (prefix if n == 0 else "") + line for n, line in enumerate(body)]
            lines.append("")
    return ["Diagnostics:", *lines[:-1]] if lines else []


def shortened(text: str) -> list[str]:
    """Return a message's lines; of a traceback only the frames of the program, and of many of these the last ones."""
    lines = text.splitlines()
    start = next((n for n, line in enumerate(lines) if line.startswith("Traceback (most recent call last)")), None)
    if start is None:
        return lines
    kept = lines[: start + 1]
    theirs = True
    for line in lines[start + 1 :]:
        if line.startswith("  File "):
            theirs = not _MACHINERY.search(line)
        elif not line.startswith("  "):
            theirs = True
        if theirs:
            kept.append(line)
    tail = len(kept) - start - 1 - _FRAMES
    if tail <= _FEW:
        return kept
    return [*kept[: start + 1], f"  ... {tail} lines left out", *kept[-_FRAMES:]]


def policies_block(violations: list[dict[str, Any]]) -> list[str]:
    """Return what policies found, mandatory ones first."""
    if not violations:
        return []
    lines = ["Policies:"]
    for found in sorted(violations, key=lambda v: v.get("enforcementLevel") != "mandatory"):
        urn = found.get("resourceUrn") or ""
        kind, name = resource_of(urn) if urn else ("", "")
        where = f"  ({kind}: {name})" if urn else ""
        lines.append(f"    [{found.get('enforcementLevel')}]  {found.get('policyName')}{where}")
        lines += [f"      {line}" for line in str(found.get("message", "")).splitlines() if line.strip()]
    return lines
