"""What is said in words, and what of it only its words tell."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TRACE = "Traceback (most recent call last)"
# The policy SDK says so in an advisory finding, whatever the rule's own level: nothing in the event but these words
# tells it from what the rule found.
_UNCHECKED = re.compile(r"can't run policy '(?P<rule>[^']*)'.*? during preview: (?P<why>.*)", re.DOTALL)
# Our engine adds a warning that says of which rules this is true that nobody may break.
_MUST = re.compile(r"the mandatory policy '(?P<rule>[^']*)' of .* could not be checked: ")
# The engine, real or ours, closes with one of these; the event log does not tell them from what is the matter.
_GENERAL = ("preview failed", "update failed", "resource refresh failed", "destroy failed", "refresh failed")
_EXITED = "an unhandled error occurred: program exited with non-zero exit code"


@dataclass(frozen=True)
class Note:
    """Something said in words."""

    urn: str
    severity: str
    text: str

    @property
    def brief(self) -> str:
        """The first line, or of a traceback the exception."""
        lines = self.text.splitlines() or [""]
        return lines[-1] if any(line.startswith(TRACE) for line in lines) else lines[0]

    @property
    def general(self) -> bool:
        """Say whether it says no more than that the operation failed."""
        return self.text in _GENERAL or self.text.startswith(_EXITED)


def unchecked(found: Mapping[str, Any]) -> re.Match[str] | None:
    """Say whether a finding is that its rule could not run, since a value is known only after the update."""
    return _UNCHECKED.match(str(found.get("message") or "").strip())


def place_of(found: Mapping[str, Any]) -> tuple[str, str]:
    """Return resource and rule of a finding."""
    return str(found.get("resourceUrn") or ""), str(found.get("policyName") or "")


def mandatory_of(note: Note) -> tuple[str, str] | None:
    """Return resource and rule where a note says that a mandatory rule could not be checked."""
    match = _MUST.match(note.text) if note.severity == "warning" else None
    return (note.urn, match["rule"]) if match else None
