"""Which resources hold permissions, and what each of them grants to whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slipway.preview.statements import Grant, Index, Matched, UnreadablePolicyError, grants
from slipway.preview.values import ABSENT, Mark

if TYPE_CHECKING:
    from slipway.preview.plan import Plan, State, Step

_KINDS = {"role": "aws:iam/role:Role", "user": "aws:iam/user:User", "group": "aws:iam/group:Group"}
_OF_AN_IDENTITY = {
    "aws:iam/rolePolicy:RolePolicy": "role",
    "aws:iam/userPolicy:UserPolicy": "user",
    "aws:iam/groupPolicy:GroupPolicy": "group",
}
_ATTACHING = {
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ("role",),
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": ("user",),
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": ("group",),
    "aws:iam/policyAttachment:PolicyAttachment": ("roles", "users", "groups"),
}
_MANAGED = "aws:iam/policy:Policy"
_ROLE = "aws:iam/role:Role"
OF_A_RESOURCE: Mapping[str, str] = {
    "aws:s3/bucketPolicy:BucketPolicy": "policy",
    "aws:kms/key:Key": "policy",
    "aws:kms/keyPolicy:KeyPolicy": "policy",
    "aws:sqs/queue:Queue": "policy",
    "aws:sqs/queuePolicy:QueuePolicy": "policy",
    "aws:sns/topic:Topic": "policy",
    "aws:sns/topicPolicy:TopicPolicy": "policy",
    "aws:ecr/repositoryPolicy:RepositoryPolicy": "policy",
    "aws:secretsmanager/secret:Secret": "policy",
    "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
    "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy": "resourcePolicy",
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "policyDocument",
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy": "policy",
    "aws:glue/resourcePolicy:ResourcePolicy": "policy",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "policy",
    "aws:efs/fileSystemPolicy:FileSystemPolicy": "policy",
}
"""Types with a policy that names its principals, and the property that has it."""
_THEMSELVES = frozenset(
    {
        *_KINDS.values(),
        "aws:kms/key:Key",
        "aws:sqs/queue:Queue",
        "aws:sns/topic:Topic",
        "aws:secretsmanager/secret:Secret",
        "aws:ec2/vpcEndpoint:VpcEndpoint",
    }
)
"""Types that are what their policy is about: who deletes them lifts nothing."""


@dataclass(frozen=True, kw_only=True)
class Holding:
    """What one resource grants."""

    scope: str
    """Grants of one scope stand for each other: those of one identity, or of one resource."""
    of: str
    """Whose permissions these are, in a word: role, policy, trust ..."""
    name: str
    """Who that is, by logical name where the plan knows it."""
    grants: tuple[Grant, ...] = ()
    attached: tuple[str, ...] = ()
    """ARNs of managed policies."""
    boundary: Any = ABSENT
    """ARN of the permissions boundary; ABSENT where this resource can have none."""
    unreadable: str = ""
    """Why the document can't be read; empty where it can."""


class Holdings:
    """Every holding of a plan, by side (old or new) and by URN."""

    def __init__(self, plan: Plan) -> None:
        self._names = _identities(plan)
        self._boundaries = {
            str(state.inputs.get("permissionsBoundary"))
            for step in plan.steps
            if step.type in _KINDS.values()
            for state in (step.old, step.new)
            if state is not None
        }
        self._by_urn: dict[tuple[str, str], list[Holding]] = {}
        self._indexes: dict[tuple[str, str, bool], Index] = {}
        self._by_scope: dict[tuple[str, str], list[Holding]] = {}
        self._gone = {
            scope
            for step in plan.steps
            if step.operation == "delete" and step.type in _THEMSELVES
            for scope in (
                f"role {step.urn}",
                f"user {step.urn}",
                f"group {step.urn}",
                f"trust {step.urn}",
                f"resource {step.urn}",
            )
        }
        for step in plan.steps:
            for side, state in (("old", step.old), ("new", step.new)):
                if state is not None:
                    for one in self._of(step, state):
                        self._by_urn.setdefault((side, step.urn), []).append(one)
                        self._by_scope.setdefault((side, one.scope), []).append(one)

    def is_gone(self, scope: str) -> bool:
        """Tell whether the identity or resource of a scope is deleted itself."""
        return scope in self._gone

    def of(self, side: str, urn: str) -> list[Holding]:
        """Return what a resource held or will hold."""
        return self._by_urn.get((side, urn), [])

    def covers(self, side: str, scope: str, grant: Grant, *, allows: bool) -> bool:
        """Tell whether a grant (or denial) of a scope is about everything that `grant` is about."""
        key = (side, scope, allows)
        if key not in self._indexes:
            held = [grant for one in self._by_scope.get((side, scope), ()) for grant in one.grants]
            self._indexes[key] = Index(one for one in held if one.allows is allows)
        return self._indexes[key].covers(grant)

    def attached(self, side: str, scope: str) -> set[str]:
        """Return every managed policy of a scope."""
        return {arn for one in self._by_scope.get((side, scope), ()) for arn in one.attached}

    def _of(self, step: Step, state: State) -> Iterator[Holding]:
        if step.type in _OF_AN_IDENTITY:
            kind = _OF_AN_IDENTITY[step.type]
            scope, name = self._identity(kind, state.value(kind), step)
            yield _document(state.value("policy"), scope, kind, name, principal=name)
        elif step.type in _ATTACHING:
            yield from self._attachments(step, state)
        elif step.type == _MANAGED:
            of = "boundary" if str(state.value("arn") or state.id) in self._boundaries else "policy"
            yield _document(state.value("policy"), f"policy {step.urn}", of, step.name, principal=step.name)
        elif step.type == _ROLE:
            yield from self._role(step, state)
        elif step.type in OF_A_RESOURCE:
            document = state.inputs.get(OF_A_RESOURCE[step.type])
            yield _document(document, f"resource {step.urn}", "resource policy", step.name, principal=None)

    def _role(self, step: Step, state: State) -> Iterator[Holding]:
        scope = f"role {step.urn}"
        trust = state.value("assumeRolePolicy")
        yield _document(trust, f"trust {step.urn}", "trust policy", step.name, principal=None)
        inline = state.inputs.get("inlinePolicies")
        for one in inline if isinstance(inline, list) else ():
            if isinstance(one, Mapping):
                yield _document(one.get("policy"), scope, "role", step.name, principal=step.name)
        managed = state.inputs.get("managedPolicyArns")
        arns = tuple(str(arn) for arn in managed) if isinstance(managed, list) else ()
        boundary = state.inputs.get("permissionsBoundary", "")
        yield Holding(scope=scope, of="role", name=step.name, attached=arns, boundary=boundary)

    def _attachments(self, step: Step, state: State) -> Iterator[Holding]:
        arn = state.value("policyArn")
        for key in _ATTACHING[step.type]:
            found = state.value(key)
            for who in found if isinstance(found, list) else [found]:
                if who is not None:
                    scope, name = self._identity(key.rstrip("s"), who, step)
                    yield Holding(scope=scope, of=key.rstrip("s"), name=name, attached=(_arn(arn),))

    def _identity(self, kind: str, physical: Any, step: Step) -> tuple[str, str]:
        """Return scope and shown name of a role, user or group: its resource where the plan has it."""
        if isinstance(physical, Mark):
            # two that are not known yet need not be one: each is what its own resource names
            return f"{kind} not known, of {step.urn}", f"a {kind} that is not known yet"
        urn, name = self._names.get((kind, str(physical)), (str(physical), str(physical)))
        return f"{kind} {urn}", name


def _arn(value: Any) -> str:
    return "a policy that is not known yet" if isinstance(value, Mark) else str(value)


def _identities(plan: Plan) -> dict[tuple[str, str], tuple[str, str]]:
    """Return (kind, physical name) to URN and logical name."""
    kinds = {token: kind for kind, token in _KINDS.items()}
    return {
        (kinds[step.type], str(state.value("name"))): (step.urn, step.name)
        for step in plan.steps
        if step.type in kinds
        for state in (step.old, step.new)
        if state is not None
    }


def _document(document: Any, scope: str, of: str, name: str, *, principal: str | None) -> Holding:
    if document is None:
        return Holding(scope=scope, of=of, name=name)
    if isinstance(document, Mark):
        why = "is a secret" if repr(document) == "[secret]" else "is not known before it is applied"
        return Holding(scope=scope, of=of, name=name, unreadable=why)
    try:
        return Holding(scope=scope, of=of, name=name, grants=tuple(grants(document, principal=principal)))
    except UnreadablePolicyError as error:
        return Holding(scope=scope, of=of, name=name, unreadable=str(error))


def everybody(principal: Matched) -> bool:
    """Tell whether a principal is everybody, or everybody but a few."""
    return principal.pattern == "*"
