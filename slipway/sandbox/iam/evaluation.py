"""Policy evaluation: whether a caller may do one action on one resource, and what decided it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from slipway.sandbox.iam.conditions import holds
from slipway.sandbox.iam.documents import Document, Statement
from slipway.sandbox.iam.keys import RequestKeys
from slipway.sandbox.iam.principals import Caller, Reach, reach
from slipway.sandbox.iam.wildcards import matches

Layer = Literal["identity-based policy", "permissions boundary", "session policy", "resource-based policy"]


@dataclass(frozen=True)
class Policies:
    """Every policy that has a say."""

    identity: tuple[Document, ...] = ()
    boundary: tuple[Document, ...] | None = None
    """None where the caller has none; an empty one allows nothing."""
    session: tuple[Document, ...] | None = None
    resource: tuple[Document, ...] = ()
    resource_decides: bool = False
    """Whether the resource's own policy must allow, as with keys of KMS and with roles that are to be assumed."""
    granted: bool = False
    """Whether a grant of KMS allows it."""


@dataclass(frozen=True)
class Decision:
    """The outcome; `layer` says which kind of policy refused, and `explicit` whether it did so in words."""

    allowed: bool
    layer: Layer | None = None
    explicit: bool = False
    unknown_keys: tuple[str, ...] = ()
    """Condition keys that statements asked for and the sandbox does not know."""


@dataclass(frozen=True)
class Question:
    """Whether `caller` may do `action` on `resource`, which belongs to the account `owner`."""

    caller: Caller
    action: str
    resource: str
    owner: str
    keys: RequestKeys


def decide(question: Question, policies: Policies) -> Decision:
    """Evaluate in AWS's order: explicit denies, the resource's policy, the identity's, its boundary, the session's."""
    refused = _explicit(question, policies)
    decision = Decision(allowed=False, layer=refused, explicit=True) if refused else _implicit(question, policies)
    unknown = tuple(sorted(question.keys.unknown))
    return Decision(decision.allowed, decision.layer, decision.explicit, () if decision.allowed else unknown)


def _explicit(question: Question, policies: Policies) -> Layer | None:
    layers: tuple[tuple[Layer, tuple[Document, ...]], ...] = (
        ("identity-based policy", policies.identity),
        ("permissions boundary", policies.boundary or ()),
        ("session policy", policies.session or ()),
        ("resource-based policy", policies.resource),
    )
    return next((layer for layer, documents in layers if _says(question, documents, allows=False)), None)


def _implicit(question: Question, policies: Policies) -> Decision:
    reached = _says(question, policies.resource, allows=True)
    own = question.caller.account == question.owner
    if policies.granted or (own and reached is Reach.SELF):
        return Decision(allowed=True)
    refused: Layer | None = None
    if question.caller.kind in {"service", "federated"}:
        refused = None if reached else "resource-based policy"
    elif not reached and (policies.resource_decides or not own):
        refused = "resource-based policy"
    elif not (own and reached is Reach.ROLE) and not _says(question, policies.identity, allows=True):
        refused = "identity-based policy"
    elif policies.boundary is not None and not _says(question, policies.boundary, allows=True):
        refused = "permissions boundary"
    elif policies.session is not None and not _says(question, policies.session, allows=True):
        refused = "session policy"
    return Decision(allowed=refused is None, layer=refused)


def _says(question: Question, documents: Iterable[Document], *, allows: bool) -> Reach:
    """Return how directly the statements of one effect reach the caller; NONE when none applies."""
    best = Reach.NONE
    for document in documents:
        for statement in document.statements:
            if statement.allows is allows:
                best = max(best, _applies(question, statement, has_variables=document.has_variables))
    return best


def _applies(question: Question, statement: Statement, *, has_variables: bool) -> Reach:
    reached = _reaches(question, statement)
    if (
        reached is Reach.NONE
        or not _acts(question, statement)
        or not _covers(question, statement, has_variables=has_variables)
        or not holds(statement.condition, question.keys, has_variables=has_variables)
    ):
        return Reach.NONE
    return reached


def _reaches(question: Question, statement: Statement) -> Reach:
    if statement.principals is None:  # a policy of the identity itself
        return Reach.SELF
    reached = reach(statement.principals, question.caller)
    if statement.not_principals:
        return Reach.ROLE if reached is Reach.NONE else Reach.NONE
    return reached


def _acts(question: Question, statement: Statement) -> bool:
    named = any(matches(pattern, question.action, ignore_case=True) for pattern in statement.actions)
    return named is not statement.not_actions


def _covers(question: Question, statement: Statement, *, has_variables: bool) -> bool:
    if statement.resources is None:
        return True
    variables = question.keys.one if has_variables else None
    named = any(matches(pattern, question.resource, variables) for pattern in statement.resources)
    return named is not statement.not_resources
