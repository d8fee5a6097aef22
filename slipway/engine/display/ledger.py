"""What has happened so far in an operation: one row a resource, what was said, what policies found."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slipway.engine.display.neutral import message_of, name_of
from slipway.engine.display.notes import Note, mandatory_of, place_of, unchecked
from slipway.engine.display.words import changed_keys, is_default_provider, name_and_type

Metadata = dict[str, Any]
STACK_TYPE = "pulumi:pulumi:Stack"
HALVES = ("create-replacement", "delete-replaced", "discard-replaced")
READS = ("read", "read-replacement", "discard", "discard-replaced")
_RECENT = 400  # rows that ended last: more than any screen has lines


@dataclass
class Row:
    """One resource: what is done to it, since when, and what was said about it."""

    urn: str
    number: int
    """Rows are numbered as they appear."""
    kind: str
    name: str
    parent: str = ""
    op: str = ""
    """Empty for a resource that is only known as the parent of others."""
    state: str = "known"
    """known, running, planned, done, failed or unfinished."""
    since: float = 0.0
    took: float = 0.0
    """Seconds of the step that ended last."""
    seconds: float = 0.0
    """And of all of them."""
    changes: str = ""
    errors: int = 0
    warnings: int = 0
    messages: int = 0
    latest: str = ""
    """The first line of what was said last."""
    replaced: bool = False
    metadata: Metadata | None = None
    """Of the step that tells most, when it is kept."""

    @property
    def visible(self) -> bool:
        """Say whether there is something to tell."""
        return bool(self.op or self.errors or self.warnings) or self.state == "failed"


class Ledger:
    """Takes events in; whoever shows them reads it."""

    def __init__(
        self,
        *,
        dry_run: bool,
        clock: Callable[[], float],
        keep: bool = False,
        show_sames: bool = False,
        show_reads: bool = False,
        steps: bool = False,
    ) -> None:
        """`keep` keeps what steps change, `steps` a row for each step of a replacement."""
        self._clock = clock
        self._keep = keep
        self._steps = steps
        self._sames = show_sames
        self._reads = show_reads
        self.dry_run = dry_run
        self.rows: dict[str, Row] = {}
        self.running: dict[str, Row] = {}
        """In flight, longest first."""
        self.failed: dict[str, Row] = {}
        self.recent: deque[Row] = deque(maxlen=_RECENT)
        self.begun: set[str] = set()
        """What was reached, whatever became of it."""
        self.notes: list[Note] = []
        self.policies: list[dict[str, Any]] = []
        self.remediations: list[dict[str, Any]] = []
        self.summary: dict[str, Any] | None = None
        self.config: dict[str, str] = {}
        self.outputs: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
        self.stack_urn = ""
        self._said: set[Note] = set()
        self._changed: set[int] = set()

    def shown(self, metadata: Metadata) -> bool:
        """Say whether a step is told: not what the engine made up (a default provider), nor what nobody asked for."""
        op = metadata["op"]
        if is_default_provider(metadata) or (op in READS and not self._reads):
            return False
        if op in HALVES and self.dry_run and not self._steps:
            # `replace` stands for the three of them; what an earlier update left behind is deleted alone.
            row = self.rows.get(metadata["urn"])
            if (row is not None and row.replaced) or metadata.get("diffs") or metadata.get("keys"):
                return False
        return op != "same" or self._sames

    def begin(self, metadata: Metadata) -> Row | None:
        """Take the beginning of a step; returns its row when it is told."""
        if metadata["type"] == STACK_TYPE:
            self.stack_urn = metadata["urn"]
            self._row(metadata)
        self.begun.add(metadata["urn"])
        if not self.shown(metadata):
            return None
        row = self._row(metadata)
        op = metadata["op"]
        if op == "refresh" and row.op:
            return None
        row.op = op
        row.replaced |= op in ("replace", "create-replacement")
        row.changes = changed_keys(metadata) or row.changes
        row.since = self._clock()
        if self.dry_run and op != "refresh":
            self._ended(row, "planned")
        else:
            row.state = "running"
            self.running[self._key(metadata)] = row
        self._kept(row, metadata)
        return row

    def end(self, metadata: Metadata) -> Row | None:
        """Take the end of a step; returns its row when it is told."""
        op, urn = metadata["op"], metadata["urn"]
        if metadata["type"] == STACK_TYPE and op != "delete":
            before, after = (metadata.get(side) or {} for side in ("old", "new"))
            self.outputs = (before.get("outputs") or {}, after.get("outputs") or {})
        row = self.running.pop(self._key(metadata), None) or self.running.pop(urn, None)
        if row is not None and op == "same" and not self._sames:
            row.op, row.state = "", "known"  # read, and found as it was
            row.metadata = None
            return None
        if not self.shown(metadata):
            return None
        if row is None:
            row = self._row(metadata)
            if row.state != "known":
                return row  # planned before, and the same now
            row.since = self._clock()
        refreshed = row.op == "refresh"
        row.op = op
        row.changes = changed_keys(metadata) or row.changes
        if refreshed or row.metadata is None:
            self._kept(row, metadata | {"read": True} if refreshed else metadata)
        row.took = self._clock() - row.since
        row.seconds += row.took
        self._ended(row, "planned" if self.dry_run else "done")
        return row

    def fail(self, metadata: Metadata) -> Row:
        """Take a step that failed."""
        row = self.running.pop(self._key(metadata), None) or self._row(metadata)
        row.op = metadata["op"]
        row.state = "failed"
        self.failed[row.urn] = row
        return row

    def settle(self) -> None:
        """Take the end; what is in flight was cut off, or is a component that never said that it is complete."""
        for row in self.running.values():
            row.state = "unfinished" if self.broken else "done"
            row.seconds += self._clock() - row.since
        self.running.clear()

    def note(self, note: dict[str, Any]) -> Note | None:
        """Take what was said; returns it when it is told, and for the first time."""
        severity = str(note.get("severity") or "info")
        text = message_of(str(note.get("message") or "")).rstrip()
        if severity == "debug" or not text:
            return None
        urn = str(note.get("urn") or "")
        found = Note(urn, severity, text)
        if note.get("ephemeral") or severity == "info":
            self._latest(urn, found.brief)
        if note.get("ephemeral") or (severity in ("error", "warning") and found in self._said):
            return None
        self._said.add(found)
        self.notes.append(found)
        self._count(found)
        return found

    def policy(self, found: dict[str, Any]) -> Note | None:
        """Take what a rule found; returns it as an error when it stops the operation."""
        self.policies.append(found)
        if found.get("enforcementLevel") != "mandatory" or unchecked(found):
            return None
        lines = message_of(str(found.get("message") or "")).strip().splitlines()
        text = f"[mandatory] {found.get('policyName')}: {lines[-1] if lines else ''}"
        note = Note(str(found.get("resourceUrn") or ""), "error", name_of(text))
        self._count(note)
        return note

    def _count(self, note: Note) -> None:
        row = self.rows.get(note.urn)
        if row is None and note.urn and note.severity in ("error", "warning"):
            row = self._known(note.urn)
        if row is None:
            return
        if note.severity == "error":
            row.errors += 1
            self.failed[row.urn] = row
            self._latest(note.urn, note.brief)
        elif note.severity == "warning":
            row.warnings += 1
        else:
            row.messages += 1

    def _latest(self, urn: str, text: str) -> None:
        row = self.rows.get(urn or self.stack_urn)
        if row is not None:
            row.latest = text

    @property
    def done(self) -> int:
        """How many resources' changes have ended, or are planned."""
        return len(self._changed)

    @property
    def unchanged(self) -> int:
        """How many resources were reached and stay as they are."""
        return max(0, len(self.begun) - len(self.told))

    @property
    def told(self) -> set[int]:
        """Return the numbers of the rows that there is something to tell of."""
        return self._changed | {row.number for rows in (self.running, self.failed) for row in rows.values()}

    @property
    def errors(self) -> list[Note]:
        """The errors, without those that say no more than that something failed, when others say what."""
        found = [note for note in self.notes if note.severity == "error"]
        telling = [note for note in found if not note.general]
        return telling or ([] if self.violations else found)

    @property
    def others(self) -> list[Note]:
        """What else was said; not what stands with the policies already."""
        told = {place_of(found) for found in self.policies if unchecked(found)}
        return [note for note in self.notes if note.severity != "error" and mandatory_of(note) not in told]

    @property
    def mandatory(self) -> set[tuple[str, str]]:
        """Resource and rule of what nobody may break, as far as the events say: of rules that could not be checked."""
        return {found for note in self.notes if (found := mandatory_of(note)) is not None}

    @property
    def violations(self) -> list[dict[str, Any]]:
        """What mandatory rules found."""
        return [
            found for found in self.policies if found.get("enforcementLevel") == "mandatory" and not unchecked(found)
        ]

    @property
    def broken(self) -> bool:
        """Say whether the operation failed."""
        return (self.summary or {}).get("result") == "failed" or bool(self.failed)

    def _key(self, metadata: Metadata) -> str:
        urn: str = metadata["urn"]
        return f"{urn} {metadata['op']}" if self._steps and metadata["op"] in HALVES else urn

    def _row(self, metadata: Metadata) -> Row:
        row = self.rows.get(self._key(metadata))
        if row is None:
            whole = self.rows.get(metadata["urn"])
            row = self._known(metadata["urn"], self._key(metadata))
            row.changes = whole.changes if whole is not None else ""  # a half does not say what it is made for
        side = metadata.get("new") or metadata.get("old") or {}
        row.parent = str(side.get("parent") or row.parent)
        if row.parent and row.parent not in self.rows:
            self._known(row.parent)
        return row

    def _known(self, urn: str, key: str = "") -> Row:
        kind, name = name_and_type(urn)
        row = self.rows[key or urn] = Row(urn, len(self.rows), kind, name_of(name))
        return row

    def _ended(self, row: Row, state: str) -> None:
        if row.op != "same":
            self._changed.add(row.number)
        if row.replaced and not self._steps:
            row.op = "replace"
        row.state = "failed" if row.errors and not self.dry_run else state
        self.recent.append(row)

    def _kept(self, row: Row, metadata: Metadata) -> None:
        if self._keep and metadata["op"] not in ("refresh", *(() if self._steps else HALVES)):
            row.metadata = metadata
