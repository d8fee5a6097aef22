"""What the roles of a stack may really do: their policies and their boundary, decided by the sandbox's evaluator.

What a policy says and what it allows are two things: a star, a deny and a boundary stand between. So every action
that a role's policies name, stars spelt out by AWS's own lists, is asked for on every ARN of permission_places.py.
Policies of resources (buckets, the key) are left out: they only take away.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

from infra.program import deploy
from slipway.sandbox.iam.catalog import TABLES, table
from slipway.sandbox.iam.documents import Document, parse
from slipway.sandbox.iam.evaluation import Policies, Question, decide
from slipway.sandbox.iam.keys import RequestKeys
from slipway.sandbox.iam.principals import Caller
from slipway.sandbox.iam.wildcards import matches
from slipway.terraform.recording import record_program
from slipway.terraform.schema import kinds
from tests.permission_places import OTHER, REGION, places

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from slipway.terraform.recording import Recording, Registered

ARNS = {
    "aws_cloudwatch_composite_alarm": "arn:aws:cloudwatch:{region}:{account}:alarm:{name}",
    "aws_cloudwatch_metric_alarm": "arn:aws:cloudwatch:{region}:{account}:alarm:{name}",
    "aws_iam_openid_connect_provider": "arn:aws:iam::{account}:oidc-provider/token.actions.githubusercontent.com",
    "aws_iam_policy": "arn:aws:iam::{account}:policy/{name}",
    "aws_iam_role": "arn:aws:iam::{account}:role/{name}",
    "aws_kms_key": "arn:aws:kms:{region}:{account}:key/{name}",
    "aws_sagemaker_pipeline": "arn:aws:sagemaker:{region}:{account}:pipeline/{name}",
    "aws_sns_topic": "arn:aws:sns:{region}:{account}:{name}",
}
_REFERENCE = re.compile(r"@\{(aws_[a-z0-9_]+)\.([A-Za-z0-9_-]+)\.([a-z_]+)\}")
_SERVICES = sorted(file.stem for file in TABLES.glob("*.json"))
_WHERE_ASKED = {"sts": "iam"}
"""Services whose actions are about resources of another one."""

Keys = dict[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role with everything that decides what it may do."""

    name: str
    """Logical name."""
    account: str
    trust: Mapping[str, Any]
    """Its trust policy."""
    identity: tuple[Document, ...]
    boundary: tuple[Document, ...] | None
    """None where nothing bounds it."""
    conditions: tuple[Mapping[str, Mapping[str, tuple[str, ...]]], ...]
    """Every condition that one of its statements has."""

    def may(self, action: str, resource: str, keys: Mapping[str, tuple[str, ...]] | None = None) -> bool:
        """Tell whether the role may do one action on one resource, in a request with these condition keys."""
        owner = OTHER if OTHER in resource or "somebody" in resource else self.account
        known: Keys = {
            "aws:ResourceAccount": (owner,),
            "aws:PrincipalAccount": (self.account,),
            "aws:SecureTransport": ("true",),
            **(keys or {}),
        }
        arn = f"arn:aws:sts::{self.account}:assumed-role/{self.name}/session"
        caller = Caller("role", arn, self.account, role_arn=f"arn:aws:iam::{self.account}:role/{self.name}")
        # the other account's own policy is another matter: here the question is what this side would let go
        question = Question(caller, action, resource, self.account, RequestKeys(known))
        return decide(question, Policies(identity=self.identity, boundary=self.boundary)).allowed

    def actions(self) -> list[str]:
        """Return every action that its policies name, stars spelt out."""
        patterns = {one for document in self.identity for said in document.statements for one in said.actions}
        literal = {one for one in patterns if "*" not in one and "?" not in one}
        known = (action for action in every_action() if any(matches(one, action, ignore_case=True) for one in patterns))
        return sorted(literal | set(known))


@cache
def every_action() -> tuple[str, ...]:
    """Return every action of the services that the evaluator has AWS's lists of."""
    found = ((service, table(service)) for service in _SERVICES)
    return tuple(f"{service}:{action}" for service, known in found if known is not None for action in known.types)


def roles_of(stack: str, config: Mapping[str, object]) -> dict[str, Role]:
    """Return the roles of a stack by logical name."""
    return roles_in(record_program(deploy, name="slipway", stack=stack, config=config), account_of(config))


def account_of(config: Mapping[str, Any]) -> str:
    """Return the account that a stack file names."""
    return str(config["slipway:stack"]["account"])


def roles_in(recording: Recording, account: str) -> dict[str, Role]:
    """Return the roles of a recording by logical name; references become the ARNs that AWS would answer."""
    named = {(one.type, one.name): _name(one) for one in recording.resources if one.type in kinds()}

    def filled(value: object) -> str:
        return _REFERENCE.sub(lambda found: _answer(found, named, account), str(value))

    def those(token: str) -> list[Registered]:
        # Pulumi registers in the order in which things become known, which differs between runs
        return sorted((one for one in recording.resources if one.type == token), key=lambda one: one.name)

    managed = {
        ARNS["aws_iam_policy"].format(account=account, name=_name(one)): parse(filled(one.inputs["policy"]))
        for one in those("aws:iam/policy:Policy")
    }
    identity: dict[str, list[Document]] = {}
    for one in those("aws:iam/rolePolicy:RolePolicy"):
        identity.setdefault(filled(one.inputs["role"]), []).append(parse(filled(one.inputs["policy"])))
    for one in those("aws:iam/rolePolicyAttachment:RolePolicyAttachment"):
        identity.setdefault(filled(one.inputs["role"]), []).append(managed[filled(one.inputs["policyArn"])])

    found = {}
    for one in those("aws:iam/role:Role"):
        documents = tuple(identity.get(_name(one), ()))
        bound = one.inputs.get("permissionsBoundary")
        bounds = None if bound is None else (managed[filled(bound)],)
        found[one.name] = Role(
            name=one.name,
            account=account,
            trust=json.loads(filled(one.inputs["assumeRolePolicy"])),
            identity=documents,
            boundary=bounds,
            conditions=tuple(said.condition for each in documents for said in each.statements if said.condition),
        )
    return found


def _name(one: Registered) -> str:
    """Return the physical name of a resource: the program's own, or the logical one as Pulumi lengthens it."""
    given = next((one.inputs[key] for key in ("name", "bucket", "pipelineName") if key in one.inputs), None)
    return given if isinstance(given, str) and "@{" not in given else f"{one.name}-0000000"


def _answer(found: re.Match[str], named: Mapping[tuple[str, str], str], account: str) -> str:
    kind, name, attribute = found.groups()
    physical = next(
        value for (token, logical), value in named.items() if logical == name and kinds()[token].type == kind
    )
    return ARNS[kind].format(region=REGION, account=account, name=physical) if attribute == "arn" else physical


def allowed(role: Role, stack: str) -> list[dict[str, Any]]:
    """Return what a role may do: rows of actions, the ARNs that they may be done on, and under which condition."""
    asked = places(stack, role.account)
    pairs: dict[str, set[tuple[str, str]]] = {}
    for when, keys in [("", Keys()), *_contexts(role)]:
        pairs[when] = {pair for pair in _asked(role, asked) if role.may(*pair, keys)} - pairs.get("", set())
    rows = []
    for when, found in pairs.items():
        on: dict[str, list[str]] = {}
        for action, resource in sorted(found):
            on.setdefault(resource, []).append(action)
        together: dict[tuple[str, ...], list[str]] = {}
        for resource in (one for one in asked if one in on):
            together.setdefault(tuple(on[resource]), []).append(resource)
        rows += [
            {"do": list(actions), "on": resources, **({"when": when} if when else {})}
            for actions, resources in sorted(together.items())
        ]
    return rows


def _asked(role: Role, asked: Iterable[str]) -> Iterator[tuple[str, str]]:
    resources = list(asked)
    for action in role.actions():
        service, _, verb = action.partition(":")
        known = table(service)
        kinds = None if known is None else known.types.get(verb)
        of = f"arn:aws:{_WHERE_ASKED.get(service, service)}:"
        if kinds == ():  # AWS decides it on "*" only
            yield action, "*"
            continue
        about = {kind.rstrip("?") for kind in kinds or ("tagged",)}
        yield from (
            (action, one)
            for one in resources
            if one == "*" or (one.startswith(of) and ("tagged" in about or _kind(one) in about))
        )


def _kind(arn: str) -> str:
    """Return what AWS's lists call the kind of resource that an ARN names."""
    service, resource = arn.split(":", 5)[2], arn.split(":", 5)[5]
    if service == "s3":
        return "object" if "/" in resource else "bucket"
    if service == "logs":
        return "log-group" if resource.endswith(":log-stream:") else "log-stream"
    if service in ("sns", "sqs"):
        return {"sns": "topic", "sqs": "queue"}[service]
    kind = re.split("[/:]", resource)[0]
    return {"catalog": "rootcatalog", "scalable-target": "ScalableTarget", "secret": "Secret"}.get(kind, kind)


def _contexts(role: Role) -> Iterator[tuple[str, Keys]]:
    """Give every condition of a role's statements, and keys of a request under which it holds."""
    seen = set()
    for condition in role.conditions:
        said = [(operator, key, values) for operator, pairs in condition.items() for key, values in pairs.items()]
        told = " and ".join(f"{key} {operator} {' or '.join(values)}" for operator, key, values in said)
        if told not in seen:
            seen.add(told)
            yield told, {key: (values[0].replace("*", "x"),) for _, key, values in said}


def table_of(roles: Mapping[str, Role], stack: str) -> dict[str, Any]:
    """Return the table of all roles, with words for accounts and stack."""
    table: dict[str, Any] = {}
    for name, role in sorted(roles.items()):
        table[name] = {
            "bounded": role.boundary is not None,
            "taken by": role.trust["Statement"],
            "may": allowed(role, stack),
        }
        table[name] = json.loads(named(json.dumps(table[name]), stack, role.account))
    return table


def named(text: str, stack: str, account: str) -> str:
    """Return a text that does not depend on the stack: ACCOUNT, STACK and OTHER in place of what differs."""
    for given, word in ((account, "ACCOUNT"), (OTHER, "OTHER"), (f"slipway-{stack}", "slipway-STACK")):
        text = text.replace(given, word)
    return text.replace(f"slipway_{stack}", "slipway_STACK").replace(f"environment:{stack}", "environment:STACK")


def rights(table: Mapping[str, Any]) -> dict[str, set[tuple[str, str, str]]]:
    """Return role to (action, ARN, condition) for everything that a table allows."""
    return {
        name: {pair for row in role["may"] for pair in product(row["do"], row["on"], [row.get("when", "")])}
        for name, role in table.items()
    }
