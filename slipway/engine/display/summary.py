"""The end of an operation's text: outputs, counts, and after a failure what was done and what was not."""

from collections.abc import Mapping, Sequence
from typing import Any

from slipway.engine.display.details import Details
from slipway.engine.display.difference import compare
from slipway.engine.display.ledger import HALVES, STACK_TYPE, Ledger
from slipway.engine.display.neutral import name_of
from slipway.engine.display.paint import BOLD, RED, Paint
from slipway.engine.display.values import is_unknown, show
from slipway.engine.display.words import DONE, SIGNS, duration, name_and_type

_ORDER = ("create", "update", "replace", "delete", "read", "import", "refresh", "discard")
_NAMED = 10  # resources that were not reached, named one by one


def outputs_block(ledger: Ledger, paint: Paint, *, full: bool) -> list[str]:
    """Return the stack's outputs, with what changes."""
    before, after = ledger.outputs
    if not (before or after):
        return []
    width = max(len(name_of(key)) for key in {*before, *after})
    lines, changed = ["Outputs:"], False
    for key in sorted({*before, *after}):
        label = name_of(key).ljust(width)
        sign = " "
        if key not in after:
            sign, text = "-", show(before[key], full=full)
        elif key not in before:
            sign, text = "+" if before else " ", _output(after[key], full=full)
        elif before[key] != after[key]:
            sign, text = "~", f"{show(before[key], full=full)} => {_output(after[key], full=full)}"
        else:
            text = _output(after[key], full=full)
        changed |= sign != " "
        change = compare(label, before[key], after[key]) if sign == "~" else None
        if change is not None and change.children:
            lines += Details(paint, full=full).change(change, 2)
        else:
            lines.append(paint.op(f"  {sign} {label}: {text}", _OPS.get(sign, "")))
    return lines if changed or not ledger.dry_run or not before else []


_OPS = {"+": "create", "-": "delete", "~": "update"}


def _output(value: Any, *, full: bool) -> str:
    # The real command line writes unknown outputs of the stack this way, and as output<string> elsewhere.
    return "[unknown]" if is_unknown(value) else show(value, full=full)


def resources_block(ledger: Ledger, paint: Paint) -> list[str]:
    """Return the counts."""
    changes = {str(op): int(count) for op, count in ((ledger.summary or {}).get("resourceChanges") or {}).items()}
    same = changes.pop("same", 0)
    for half in HALVES:
        changes.pop(half, None)
    lines = []
    kinds = [op for op in (*_ORDER, *sorted(set(changes) - set(_ORDER))) if changes.get(op)]
    for op in kinds:
        word = f"to {op}" if ledger.dry_run else DONE.get(op, op)
        lines.append("    " + paint.op(f"{SIGNS.get(op, '  ')}{changes[op]} {name_of(word)}", op))
    if len(kinds) > 1:
        tail = f". {same} unchanged" if same else ""
        lines.append(f"    {sum(changes[op] for op in kinds)} changes{tail}")
    elif same:
        lines.append(f"    {same} unchanged")
    errored = failures(ledger)
    if errored:
        lines.append("    " + paint(f"{len(errored)} errored", RED))
    return ["Resources:", *lines] if lines else []


def failures(ledger: Ledger) -> list[str]:
    """Return the URNs of what failed, the stack itself left out."""
    return [urn for urn in ledger.failed if f"::{STACK_TYPE}::" not in urn]


def not_done_block(ledger: Ledger, planned: Mapping[str, str], paint: Paint) -> list[str]:
    """Return what a failed update did not do, of what its preview had planned."""
    left = [(urn, op) for urn, op in planned.items() if urn not in ledger.begun]
    if not left:
        return []
    lines = [f"Not reached ({len(left)}):"]
    lines += [paint.op(f" {SIGNS.get(op, '  ')} {' '.join(name_and_type(urn))}", op) for urn, op in left[:_NAMED]]
    if len(left) > _NAMED:
        lines.append(f"    and {len(left) - _NAMED} more")
    return lines


def verdict(word: str, ledger: Ledger, planned: Mapping[str, str], seconds: float, paint: Paint) -> list[str]:
    """Return the last line: how long it took, or that it failed and with what behind it."""
    if not ledger.broken:
        return [] if ledger.dry_run else [f"Duration: {seconds:.0f}s"]
    parts = [_counted(len(ledger.errors) + len(ledger.violations), "error")]
    if not ledger.dry_run:
        parts.append(_counted(made_changes(ledger), "change") + " made and kept in the state")
        left = sum(urn not in ledger.begun for urn in planned)
        if left:
            parts.append(f"{left} not reached")
    return [paint(f"{word} failed after {duration(seconds)}: {', '.join(parts)}; exit code 1", BOLD, RED)]


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def made_changes(ledger: Ledger) -> int:
    """Count the changes that were made."""
    changes: Mapping[str, int] = (ledger.summary or {}).get("resourceChanges") or {}
    return sum(count for op, count in changes.items() if op not in ("same", *HALVES))


def closing(blocks: Sequence[Sequence[str]]) -> str:
    """Return blocks as text, an empty line before each."""
    return "".join("\n" + "\n".join(block) + "\n" for block in blocks if block)
