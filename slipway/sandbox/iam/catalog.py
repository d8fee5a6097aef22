"""Which action an operation is, and which resources it is about: AWS's Service Authorization Reference as tables.

One file a service: `resources` (templates of ARNs by type, the first whose parameters the request has is taken),
`scoped` (the actions by the types of resource that they need, a question mark behind those that they may name),
`unscoped` (actions that AWS decides on "*"), `operations` (operations that go by another name in IAM).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLES = Path(__file__).parent / "tables"


@dataclass(frozen=True)
class Table:
    """What is known of one service's actions."""

    templates: Mapping[str, tuple[str, ...]]
    types: Mapping[str, tuple[str, ...]]
    """Types of resource by action; none for those that cannot be scoped."""
    actions: Mapping[str, tuple[str, ...]]
    """Actions by operation, where they differ; `GetObject?versionId` is the operation with that parameter."""
    lower_case: bool
    """Whether the service writes names in ARNs in lower case."""
    names_only: bool
    """Whether a parameter is never an ARN, though it may look like one: keys of S3."""

    def actions_of(self, operation: str, given: frozenset[str]) -> tuple[str, ...]:
        """Return the actions that an operation is when it is given parameters, by lower-case name."""
        for name, actions in self.actions.items():
            base, mark, parameter = name.partition("?")
            if base == operation and mark and parameter.lower() in given:
                return actions
        return self.actions.get(operation, (operation,))


@cache
def table(prefix: str) -> Table | None:
    """Return the table of a service by its prefix in IAM, None for those that have none."""
    file = TABLES / f"{prefix}.json"
    if not prefix.replace("-", "").isalnum() or not file.is_file():
        return None
    read = json.loads(file.read_text(encoding="utf-8"))
    types: dict[str, tuple[str, ...]] = dict.fromkeys(read["unscoped"], ())
    types |= {action: tuple(kinds.split()) for kinds, actions in read["scoped"].items() for action in actions}
    return Table(
        templates={name: tuple(each) for name, each in read["resources"].items()},
        types=types,
        actions={name: (each,) if isinstance(each, str) else tuple(each) for name, each in read["operations"].items()},
        lower_case=bool(read.get("lower")),
        names_only=bool(read.get("names_only")),
    )
