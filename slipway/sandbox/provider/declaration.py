"""What a resource type is made of: a declaration of AWS's operations, and small functions where AWS is irregular."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from slipway.sandbox.provider.facts import TypeFacts, facts_of
from slipway.sandbox.provider.naming import AutoName
from slipway.sandbox.provider.problems import GONE
from slipway.sandbox.provider.scope import Scope

Properties = Mapping[str, Any]

ID: Final = "id"
"""The pseudo property that stands for the resource's id in `identity` and in templates."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One AWS operation as data."""

    operation: str
    body: str = ""
    """The request member that takes the properties; the request itself when left out."""
    fixed: Mapping[str, Any] = field(default_factory=dict)
    """Arguments that are always the same."""
    at: str = ""
    """Where in the answer the resource lies: `Role`, `repositories[0]`."""
    into: str = ""
    """The property that the answer (or what lies `at`) is as a whole."""
    by: Mapping[str, str] | None = None
    """How this operation addresses the resource, where it differs from the type's `identity`."""
    only: frozenset[str] | None = None
    """The properties that are sent; every one that the request has a member for when left out."""


@dataclass(frozen=True)
class Made:
    """What a create function answers: the id, and AWS's answer for the outputs."""

    id: str
    answer: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Change:
    """An update: the id, both sets of inputs, and the names of what differs."""

    id: str
    olds: Properties
    news: Properties
    changed: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Update:
    """One way in which AWS changes a resource in place."""

    how: "Call | Callable[[Scope, Change], None]"
    props: frozenset[str] | None = None
    """The properties that it changes; every one when left out."""


@dataclass(frozen=True, kw_only=True)
class Tags:
    """How a service lists and changes tags; maps and lists of pairs are told apart by botocore's shapes."""

    read: str
    add: str
    remove: str
    by: str = "arn"
    """The property or output that addresses the resource there."""
    parameter: str
    """The request member for it."""


CreateFunction = Callable[[Scope, Properties], Made]
ReadFunction = Callable[[Scope, str, Properties], Properties]
"""From the id and the inputs known so far (none in an import).

What AWS has, in Pulumi's form, inputs and outputs alike; None for an input that is not set.

May hold another `id` than the one that an import was given. Raises Gone or a ClientError of the type's `gone` codes."""
DeleteFunction = Callable[[Scope, str, Properties], None]
WaitFunction = Callable[[Scope, str], None]
FinishFunction = Callable[[Scope, str, Properties], None]


@dataclass(frozen=True, kw_only=True)
class Doubtful:
    """Error codes that mean "not found" among other things; a second question decides, never the message's text."""

    codes: frozenset[str]
    exists: Callable[[Scope, str], bool]


@dataclass(frozen=True, kw_only=True)
class ResourceType:
    """One declaration; everything that is not stated follows from the observed facts."""

    type: str
    """The type's token, `aws:s3/bucket:Bucket`."""
    service: str
    """boto3's name of the service."""
    identity: Mapping[str, str]
    """Property (or `id`) -> request member that addresses the resource in every operation."""
    id: str
    """The id: a template of properties (`{role}:{name}`), or `@` and a path in the answer to create."""
    create: Call | CreateFunction
    read: Call | ReadFunction
    update: tuple[Update, ...] = ()
    delete: Call | DeleteFunction
    outputs: Mapping[str, str] = field(default_factory=dict)
    """Computed output -> template (also {id}, {account}, {region}, {partition}).

    Or `@` and a path in the answer to read.
    """
    computed: frozenset[str] = frozenset()
    """Inputs that AWS fills in when the program does not: unknown in a preview."""
    renames: Mapping[str, str] = field(default_factory=dict)
    """Property -> member, where the spelling does not say it."""
    tags: Tags | None = None
    documents: frozenset[str] = frozenset()
    """Inputs that are JSON texts: compared by value, kept in the program's own spelling."""
    local: frozenset[str] = frozenset()
    """Inputs for this provider, never sent to AWS."""
    unsupported: Mapping[str, str] = field(default_factory=dict)
    """Inputs that this provider does not know how to carry out -> what to do instead.

    Refused, never left out silently.
    """
    exactly_one: frozenset[str] = frozenset()
    """Inputs of which the real provider wants one and refuses more; empty when there are none."""
    write_only: frozenset[str] = frozenset()
    """Inputs that AWS takes and never tells."""
    observed: frozenset[str] = frozenset()
    """Inputs whose value in the outputs is what AWS serves, which need not be what an update asked for.

    AWS may go back on such an update without an error. Diff compares with the outputs, as Terraform does.
    """
    unordered: frozenset[str] = frozenset()
    """Lists whose order AWS does not keep."""
    quiet: Mapping[str, Any] = field(default_factory=dict)
    """What AWS answers for an input that nobody gave: not reported by an import."""
    gone: frozenset[str] = GONE
    doubtful: Doubtful | None = None
    name: AutoName | None = None
    finish: FinishFunction | None = None
    """The rest of a create that takes several calls; when it fails the resource enters the state as half made."""
    ready: WaitFunction | None = None
    """Waits after create and update; raises HalfMade."""
    settled: WaitFunction | None = None
    """Waits after delete."""
    global_service: bool = False
    """IAM and the like: no `region`."""

    @property
    def facts(self) -> TypeFacts:
        """What was observed of the real provider's type."""
        return facts_of(self.type)

    @property
    def document_inputs(self) -> frozenset[str]:
        """Every input that is a JSON text, declared or known from the SDK's types."""
        known = {name for name, shape in self.facts.inputs.items() if shape.get("document")}
        return self.documents | known

    def updatable(self, name: str) -> bool:
        """Whether AWS (or this provider) can change an input without making the resource anew."""
        if name in {"tags", "tagsAll"} or name in self.local:
            return True
        return any(update.props is None or name in update.props for update in self.update)

    @property
    def replacing(self) -> frozenset[str]:
        """The inputs of which a change, a part or an addition can take a new resource; `region` always does."""
        facts = self.facts
        observed = facts.replace_on | facts.replace_on_add_remove.keys() | facts.replace_paths.keys()
        fixed = {name for name in facts.inputs if not self.updatable(name)}
        return frozenset((observed | fixed) & facts.inputs.keys()) - self.local - self.unsupported.keys() - {"region"}
