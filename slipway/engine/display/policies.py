"""What policy packs found: what stops the operation first, and loudly what could not be checked."""

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from slipway.engine.display.details import Details, changes_of
from slipway.engine.display.neutral import message_of, name_of
from slipway.engine.display.notes import unchecked
from slipway.engine.display.paint import BOLD, DIM, RED, YELLOW, Paint
from slipway.engine.display.words import name_and_type

Finding = Mapping[str, Any]
_NOT_YET = re.compile(r"can't be known during preview")
_LEVELS = ("mandatory", "unchecked", "remediate", "advisory")
_COLORS = {"mandatory": (BOLD, RED), "unchecked": (BOLD, RED), "remediate": (YELLOW,), "advisory": (DIM,)}


def policies_block(
    findings: Sequence[Finding],
    remediations: Sequence[Finding],
    packs: Mapping[str, str],
    paint: Paint,
    *,
    mandatory: AbstractSet[tuple[str, str]] = frozenset(),
    full: bool = False,
) -> list[str]:
    """Return a section per pack.

    `mandatory` holds resource and rule of what could not be checked though nobody may break it; `full` shows what
    remediations changed, property by property.
    """
    if not findings and not remediations:
        return []
    strict = {_rule(found) for found in findings if found.get("enforcementLevel") == "mandatory"}
    strict |= {rule for _, rule in mandatory}
    sections: dict[tuple[str, str], list[tuple[int, list[str]]]] = {}
    for found in findings:
        level = "unchecked" if unchecked(found) else str(found.get("enforcementLevel") or "advisory")
        lines = (
            _unchecked_lines(found, known=_rule(found) in strict, paint=paint)
            if level == "unchecked"
            else _lines(found, level, paint)
        )
        sections.setdefault(_pack(found), []).append((_LEVELS.index(level) if level in _LEVELS else 2, lines))
    for found in remediations:
        rank = _LEVELS.index("remediate")
        sections.setdefault(_pack(found), []).append((rank, _remediation_lines(found, paint, full=full)))
    block = ["Policies:"]
    for (name, version), entries in sorted(sections.items(), key=lambda item: min(rank for rank, _ in item[1])):
        block.append(f"    {name_of(name)}@v{name_of(version)}{_origin(name, packs)}")
        for _, lines in sorted(entries, key=lambda entry: entry[0]):
            block += ["    " + line for line in lines]
    return block


def _pack(found: Finding) -> tuple[str, str]:
    return str(found.get("policyPackName") or "?"), str(found.get("policyPackVersion") or "?")


def _rule(found: Finding) -> str:
    return str(found.get("policyName") or "")


def _origin(name: str, packs: Mapping[str, str]) -> str:
    """Return where a pack came from; the summary has it as `name|local|path`."""
    for key in packs:
        found, _, place = key.partition("|")
        kind, _, path = place.partition("|")
        if found == name and path:
            return f" ({name_of(kind)}: {name_of(path)})"
    return ""


def _where(found: Finding) -> str:
    urn = str(found.get("resourceUrn") or "")
    return f"  ({': '.join(name_and_type(urn))})" if urn else ""


def _lines(found: Finding, level: str, paint: Paint) -> list[str]:
    text = message_of(str(found.get("message") or ""))
    head = f"    - {paint(f'[{name_of(level)}]', *_COLORS.get(level, ()))}  {name_of(_rule(found))}{_where(found)}"
    return [head, *(f"      {line}" for line in text.splitlines() if line.strip())]


def _unchecked_lines(found: Finding, *, known: bool, paint: Paint) -> list[str]:
    match = unchecked(found)
    rule = name_of(match["rule"] if match else _rule(found))
    why = name_of(_NOT_YET.sub("is not known before the update", (match["why"] if match else "").strip()))
    must = known or found.get("enforcementLevel") == "mandatory"
    word = "mandatory rule" if must else "rule"
    end = "it will be checked in the up" + ("" if must else ", which ends there if the rule is mandatory and violated")
    head = f"    - {paint('[NOT CHECKED]', *_COLORS['unchecked'])}  {rule}{_where(found)}"
    return [head, paint(f"      {word} {rule} could not be checked: {why}; {end}", *_COLORS["unchecked"])]


def _remediation_lines(found: Finding, paint: Paint, *, full: bool) -> list[str]:
    step = {"op": "update", "old": {"inputs": found.get("before")}, "new": {"inputs": found.get("after")}}
    changes = changes_of(step)
    keys = ",".join(f"{change.sign}{name_of(change.label)}" for change in changes)
    head = f"    - {paint('[remediate]', *_COLORS['remediate'])}  {name_of(_rule(found))}{_where(found)}"
    lines = [head + (f"  [{keys}]" if keys else "")]
    if full:
        details = Details(paint)
        for change in changes:
            lines += details.change(change, 6)
    return lines
