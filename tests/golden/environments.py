"""The page of what each environment declares and costs: docs/environments.md, out of the graphs. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from prices.catalogue import region
from prices.estimate import Declared, Estimate, estimate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

HEAD = """\
# Environments

Written by `make golden` out of what the program registers; do not edit. Each environment with one release pinned, in
the shape that its stack file gives to releases. Dollars are a month of 730 hours at the list prices of `prices/`, for
{region}: what is there all the time. "By use" costs by what is done with it and is not counted; "no list price" is in
no list that `prices/` knows. Training jobs cost by use, too: docs/settings.md names what they run on.

"""


def page(graphs: Mapping[str, Any]) -> str:
    """Return the page of the graphs of environments, by name."""
    costs = {name: estimate(_declared(graph)) for name, graph in graphs.items()}
    parts = [HEAD.format(region=region()), summary(graphs)]
    for name, graph in graphs.items():
        parts += ["", f"## {name}", "", "```", *_tree(name, graph, costs[name]), "```"]
    return "\n".join([*parts, "", *_types(graphs), ""])


def _declared(graph: Any) -> list[Declared]:
    return [
        Declared(
            key=f"{one.type} {one.name}",
            type=one.type,
            name=one.name,
            properties=one.inputs,
            needs={"endpointConfigName": one.depends_on},
        )
        for one in _aws(graph)
    ]


def _aws(graph: Any) -> list[Any]:
    return [one for one in graph.resources if one.type.startswith("aws:")]


def summary(graphs: Mapping[str, Any]) -> str:
    """Return the table that the README shows, too."""
    costs = {name: estimate(_declared(graph)) for name, graph in graphs.items()}
    rows: list[tuple[str, Callable[[str], str]]] = [
        ("AWS resources", lambda name: str(len(_aws(graphs[name])))),
        ("components", lambda name: str(len([one for one in graphs[name].resources if not one.custom]) - 1)),
        ("USD a month", lambda name: f"{costs[name].usd:,.2f}"),
        ("with every scaler at its limit", lambda name: f"{costs[name].usd_at_most:,.2f}"),
        ("items by use", lambda name: str(len(costs[name].of_kind("by use")))),
        ("items without a list price", lambda name: str(len(costs[name].of_kind("no list price")))),
    ]
    lines = [
        f"| | {' | '.join(graphs)} |",
        f"|---|{'---:|' * len(graphs)}",
        *(f"| {label} | {' | '.join(value(name) for name in graphs)} |" for label, value in rows),
    ]
    return "\n".join(lines)


def _tree(name: str, graph: Any, cost: Estimate) -> list[str]:
    """Return a line for each component: its concern, its class, what is in it and what that costs."""
    components = [one for one in graph.resources if not one.custom and one.type != "pulumi:pulumi:Stack"]
    lines = [f"{name}: {cost.usd:,.2f} USD a month"]
    ordered = sorted(components, key=lambda one: (one.type, one.name))
    for index, component in enumerate(ordered):
        last = index == len(ordered) - 1
        inside = [one for one in _aws(graph) if one.parent == component.name]
        _, concern, kind = component.type.split(":")
        lines.append(f"{'└' if last else '├'}─ {concern + '/' + kind:<32} {component.name:<14} {_money(inside, cost)}")
        counted = sorted(Counter(_short(one.type) for one in inside).items())
        words = ", ".join(what if count == 1 else f"{count} {what}" for what, count in counted)
        lines += [f"{' ' if last else '│'}    {line}" for line in _wrapped(words)]
    return lines


def _money(inside: Sequence[Any], cost: Estimate) -> str:
    own = {(one.type, one.name) for one in inside}
    lines = [line for line in cost.lines if (line.type, line.name) in own]
    priced = [line for line in lines if line.kind == "priced" and line.usd]
    said = [f"{sum(line.usd for line in priced):,.2f} USD"] if priced else []
    kinds = {line.kind for line in lines}
    said += [kind for kind in ("by use", "no list price", "not known") if kind in kinds]
    return ", ".join(said) or "free"


def _short(token: str) -> str:
    _, module, kind = token.split(":")
    return f"{module.split('/')[0]}.{kind}"


def _wrapped(words: str, width: int = 90) -> list[str]:
    lines, line = [], ""
    for part in words.split(", "):
        added = f"{line}, {part}" if line else part
        if len(added) > width:
            lines.append(f"{line},")
            added = part
        line = added
    return [*lines, line]


def _types(graphs: Mapping[str, Any]) -> list[str]:
    counts = {name: Counter(_short(one.type) for one in _aws(graph)) for name, graph in graphs.items()}
    every = sorted({token for counted in counts.values() for token in counted})
    return [
        "## By type",
        "",
        f"| type | {' | '.join(graphs)} |",
        f"|---|{'---:|' * len(graphs)}",
        *(f"| {token} | {' | '.join(str(counts[name][token] or '') for name in graphs)} |" for token in every),
    ]
