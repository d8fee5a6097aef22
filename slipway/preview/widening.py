"""What a step widens: every grant that no grant before it held, every denial that is lifted; narrowings are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.preview.conditions import Conditions
from slipway.preview.finding import Finding, Rank
from slipway.preview.holdings import Holding, Holdings, everybody
from slipway.preview.saying import Name, Said, joined, several
from slipway.preview.values import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.preview.plan import Step
    from slipway.preview.statements import Grant

_ANY_ACTION, _ANY_OF_A_SERVICE, _ANY_RESOURCE, _ANYBODY = 100, 60, 30, 200
_SHOWN_GROUPS = 3
_BEARERS = {"policy": "whoever has policy", "boundary": "the limit of every role with boundary"}
_OPERATORS = {
    "stringequals": "is",
    "stringnotequals": "is not",
    "stringlike": "is like",
    "stringnotlike": "is not like",
    "arnequals": "is like",
    "arnlike": "is like",
    "bool": "is",
    "ipaddress": "is within",
    "notipaddress": "is not within",
    "null": "is missing:",
}

Group = tuple[str, str, bool, Conditions]


def widened(step: Step, holdings: Holdings) -> Iterator[Finding]:
    """Return what a step lets somebody do that nobody of the same scope could do before."""
    olds, news = holdings.of("old", step.urn), holdings.of("new", step.urn)
    gained = [(one, grant) for one in news for grant in _gained(one, holdings)]
    lifted = [(one, grant) for one in olds for grant in _lifted(one, holdings)]
    if gained or lifted:
        yield _finding(gained, lifted)
    for one in news:
        yield from _attached(one, holdings)
        if one.unreadable and not any(old.unreadable == one.unreadable and _same_text(step) for old in olds):
            who: Said = (f"the {one.of} of " if one.of.endswith(" policy") else f"{one.of} ", Name(one.name))
            why = ("what ", *who, f" allows {one.unreadable}") if one.unreadable.startswith("is not") else (
                "the policy of ", *who, f" {one.unreadable}: it can't be compared")  # fmt: skip
            yield Finding(rank=Rank.IAM, why=why, weight=20)
    yield from _boundary(olds, news)


def _same_text(step: Step) -> bool:
    return bool(step.changes) and not any("olicy" in change.path for change in step.changes)


def _gained(one: Holding, holdings: Holdings) -> Iterator[Grant]:
    for grant in one.grants:
        if (
            grant.allows
            and not holdings.covers("old", one.scope, grant, allows=True)
            and not holdings.covers("new", one.scope, grant, allows=False)
        ):
            yield grant


def _lifted(one: Holding, holdings: Holdings) -> Iterator[Grant]:
    if holdings.is_gone(one.scope):
        return  # nobody is left to do what was denied
    for grant in one.grants:
        if not grant.allows and not holdings.covers("new", one.scope, grant, allows=False):
            yield grant


def _finding(gained: list[tuple[Holding, Grant]], lifted: list[tuple[Holding, Grant]]) -> Finding:
    groups: dict[tuple[object, ...], list[tuple[Holding, Grant]]] = {}
    for allows, found in ((True, gained), (False, lifted)):
        for one, grant in found:
            when = tuple(sorted((key, tuple(sorted(values))) for key, values in grant.when.items()))
            place = (allows, grant.label, grant.principal.words(), when)
            groups.setdefault(place, []).append((one, grant))
    heaviest = sorted(groups.values(), key=lambda group: -max(_weight(grant) for _, grant in group))
    said = [_said(group) for group in heaviest[:_SHOWN_GROUPS]]
    if len(heaviest) > _SHOWN_GROUPS:
        said.append((f"{len(heaviest) - _SHOWN_GROUPS} more statements",))
    # a policy of its own grants nothing before it is attached, a boundary never does
    least = any(one.of in _BEARERS for one, _ in (*gained, *lifted))
    weight = 5 if least else max(_weight(grant) for _, grant in (*gained, *lifted))
    return Finding(rank=Rank.IAM, why=joined(said), weight=weight)


def _said(group: list[tuple[Holding, Grant]]) -> Said:
    one, first = group[0]
    actions = several(dict.fromkeys(grant.spelt for _, grant in group))
    on: tuple[str, ...] = ()
    resources = list(dict.fromkeys(grant.resource.words() for _, grant in group))
    # in a resource's own policy `*` is the resource
    if one.of != "trust policy" and not (one.of == "resource policy" and "*" in resources):
        on = (" on ", *(("everything",) if "*" in resources else several(resources, most=2)))
    if one.of in ("trust policy", "resource policy"):
        who: Said = ("everybody",) if everybody(first.principal) else (Name(first.principal.words()),)
        of: Said = (" of ", Name(one.name)) if one.of == "resource policy" else (" with role ", Name(one.name))
    else:
        who, of = (f"{_BEARERS.get(one.of, one.of)} ", Name(one.name)), ()
    verb = " gains " if first.allows else " is no longer denied "
    label: Said = (" (statement ", Name(first.label), ")")
    return (*who, verb, *actions, *of, *on, *_when(first.when), *label)


def _when(when: Conditions) -> Said:
    if not when:
        return ()
    parts: list[Said] = [
        (Name(key), " ", _OPERATORS.get(operator) or Name(operator), " ", *several(sorted(values), most=2))
        for (operator, key), values in sorted(when.items())
    ]
    return (" when ", *joined(parts, " and "))


def _attached(one: Holding, holdings: Holdings) -> Iterator[Finding]:
    new = [arn for arn in one.attached if arn not in holdings.attached("old", one.scope)]
    if new:
        full = any(arn.endswith(("FullAccess", "/AdministratorAccess", "/PowerUserAccess")) for arn in new)
        why = (f"{one.of} ", Name(one.name), " gains what ", *several(new), " allows")
        yield Finding(rank=Rank.IAM, why=why, weight=_ANY_ACTION if full else 25)


def _boundary(olds: list[Holding], news: list[Holding]) -> Iterator[Finding]:
    before = next((one.boundary for one in olds if one.boundary is not ABSENT), ABSENT)
    for one in news:
        if before not in (ABSENT, "") and one.boundary is not ABSENT and one.boundary != before:
            gone = "loses its permissions boundary" if one.boundary == "" else "has another permissions boundary"
            yield Finding(rank=Rank.IAM, why=("role ", Name(one.name), f" {gone}"), weight=_ANY_ACTION)


def _weight(grant: Grant) -> int:
    if grant.principal.pattern.endswith(":root"):
        return 1  # an account: its own policies decide who of it
    weight = 10 + (_ANYBODY if everybody(grant.principal) else 0)
    if grant.action.pattern == "*":
        weight += _ANY_ACTION
    elif grant.action.pattern.endswith(":*"):
        weight += _ANY_OF_A_SERVICE
    if grant.resource.pattern == "*":
        weight += _ANY_RESOURCE
    return weight - (5 if grant.when else 0)
