"""Steps: what is to be done to one resource."""

from dataclasses import dataclass
from enum import StrEnum

from slipway.engine.providers.answers import PropertyDiff
from slipway.engine.state.resource import ResourceState


class Op(StrEnum):
    """The operations, by the names that state, events and summaries use."""

    SAME = "same"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    REPLACE = "replace"
    CREATE_REPLACEMENT = "create-replacement"
    DELETE_REPLACED = "delete-replaced"
    READ = "read"
    READ_REPLACEMENT = "read-replacement"
    REFRESH = "refresh"
    DISCARD = "discard"
    DISCARD_REPLACED = "discard-replaced"
    REMOVE_PENDING_REPLACE = "remove-pending-replace"
    IMPORT = "import"
    IMPORT_REPLACEMENT = "import-replacement"


DELETIONS = (Op.DELETE, Op.DELETE_REPLACED, Op.DISCARD, Op.DISCARD_REPLACED, Op.REMOVE_PENDING_REPLACE)
# What people think of as one operation; the parts of a replacement are not.
LOGICAL = (Op.SAME, Op.CREATE, Op.UPDATE, Op.DELETE, Op.REPLACE, Op.READ, Op.IMPORT, Op.DISCARD)


@dataclass(eq=False, kw_only=True)
class Step:
    """One operation on one resource; `new` is filled with what came out when the step is run."""

    op: Op
    urn: str
    type: str
    old: ResourceState | None = None
    new: ResourceState | None = None
    keys: tuple[str, ...] = ()
    """Properties that force a replacement."""
    diffs: tuple[str, ...] = ()
    detailed: dict[str, PropertyDiff] | None = None
    ignore_changes: tuple[str, ...] = ()
    pending_delete: bool = False
    """The old one is deleted at the end, after its replacement was made."""
    before_replacement: bool = False
    """A deletion after which the resource is made anew: the state keeps it until then, as pending replacement."""
    skipped_create: bool = False
    """Not a target: nothing is made, and nothing is kept."""
    untouched: bool = False
    """Not a target: what was there is kept as it stands."""
    call_provider: bool = True
    """False where a deletion is not the provider's business: retained, or gone with another resource."""
    result_op: Op | None = None
    """What a refresh turned out to be."""
    changed: bool = False
    """What was read is not what it was before."""

    @property
    def logical(self) -> bool:
        """Whether the step is an operation of its own."""
        return self.op in LOGICAL

    @property
    def state(self) -> ResourceState:
        """The state that the step is about: the new one, for deletions the old one."""
        found = self.new if self.new is not None else self.old
        if found is None:
            raise AssertionError(f"step {self.op} of {self.urn} has no state")
        return found


def deletion(old: ResourceState, op: Op = Op.DELETE, *, call_provider: bool = True) -> Step:
    """Return the step that removes a resource."""
    return Step(op=op, urn=old.urn, type=old.type, old=old, call_provider=call_provider)
