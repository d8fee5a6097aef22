"""The stack as a tree: components and what is in them, and which operation did what to each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slipway.report import layout
from slipway.report.markup import join, name, tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slipway.report.findings import Node, Tree
    from slipway.report.markup import Markup

SENTENCE = (
    "Every resource of the stack at its largest, below the component that owns it, with what each operation did to it: "
    "a release should touch what serves, and nothing else."
)
KINDS = {
    "create": ("+", "created"),
    "update": ("~", "updated"),
    "replace": ("±", "replaced"),
    "delete": ("\N{MINUS SIGN}", "deleted"),
}
COLUMNS = 5
LONGEST = 16
"""As many operations, with names as short as this, have a column each; otherwise chips stand one after the other."""
PACKAGES = 4
"""As many packages are counted by name."""
Counts = Counter[tuple[str, str]]
"""How often (operation, kind)."""


@dataclass(frozen=True, kw_only=True)
class _Operations:
    """The operations in order, and the kinds of changes that occur."""

    names: tuple[str, ...]
    kinds: tuple[str, ...]


def section(tree: Tree | None) -> Markup:
    """Return the section; it says so when there was no stack."""
    if tree is None or not tree.roots:
        return layout.section("tree", "The stack", SENTENCE, layout.note("This run made no resource."))
    total = _counts(tree.roots)
    operations = _operations(tree, total)
    spread = len(operations.names) > COLUMNS or any(len(operation) > LONGEST for operation in operations.names)
    return layout.section(
        "tree",
        "The stack",
        SENTENCE,
        tag(
            "div",
            _heading(operations),
            _row(tag("span", "the stack", class_="node"), operations, total, many=True, note=_by_package(tree.roots)),
            tag("ul", *(_node(one, operations) for one in tree.roots), class_="nodes"),
            class_="tree loose" if spread else "tree",
            style=f"--operations:{max(len(operations.names), 1)}",
        ),
        layout.note("A line with something inside counts that too. Components whose parts all fared alike are closed."),
    )


def short(token: str) -> str:
    """Return what tells a type from its neighbours: `s3 Bucket` of `aws:s3/bucket:Bucket`."""
    _, _, rest = token.partition(":")
    module, _, last = rest.rpartition(":")
    words = f"{module.partition('/')[0]} {last}".strip()
    return words or token


def _by_package(nodes: Iterable[Node]) -> Markup:
    packages = Counter(one.type.partition(":")[0] for one in _all(nodes))
    named = packages.most_common(PACKAGES)
    others = packages.total() - sum(count for _, count in named)
    words = [join((f"{count:,} ", name(package))) for package, count in named]
    listed = [*words, f"{others:,} of other packages"] if others else words
    return join(part for place, each in enumerate(listed) for part in ((", ", each) if place else (each,)))


def _all(nodes: Iterable[Node]) -> Iterator[Node]:
    waiting = list(nodes)
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(one.children)


def _counts(nodes: Iterable[Node]) -> Counts:
    return Counter((change.operation, change.kind) for one in _all(nodes) for change in one.changes)


def _operations(tree: Tree, total: Counts) -> _Operations:
    more = {operation for operation, _ in total} - set(tree.operations)
    other = {kind for _, kind in total} - set(KINDS)
    return _Operations(names=(*tree.operations, *sorted(more)), kinds=(*KINDS, *sorted(other)))


def _heading(operations: _Operations) -> Markup:
    """Return the names of the columns; each chip says its operation itself to those who can't see columns."""
    columns = [
        tag("span", name(operation), class_="cell", style=_column(place))
        for place, operation in enumerate(operations.names)
    ]
    return tag(
        "div",
        tag("span", class_="what"),
        tag("span", *columns, class_="cells"),
        class_="row columns",
        aria_hidden="true",
    )


def _sign(kind: str) -> Markup:
    sign = KINDS[kind][0] if kind in KINDS else "•"
    return tag("span", sign, class_=f"kind-{kind}" if kind in KINDS else None, aria_hidden="true")


def _done(kind: str) -> str:
    return KINDS[kind][1] if kind in KINDS else kind


def _node(node: Node, operations: _Operations) -> Markup:
    named = join((name(node.name, class_="node"), " ", tag("span", short(node.type), class_="type", title=node.type)))
    if not node.children:
        return tag("li", _row(named, operations, _counts((node,)), many=False), class_="leaf")
    fates = {one.changes for one in _all((node,))}
    inside = f"{sum(1 for _ in _all(node.children)):,} inside"
    return tag(
        "li",
        tag(
            "details",
            tag("summary", _row(named, operations, _counts((node,)), many=True, note=inside)),
            tag("ul", *(_node(one, operations) for one in node.children)),
            open="" if len(fates) > 1 else None,
        ),
    )


def _row(named: Markup, operations: _Operations, counts: Counts, *, many: bool, note: str | None = None) -> Markup:
    cells = []
    for place, operation in enumerate(operations.names):
        chips = [
            _chip(operation, kind, counts[operation, kind], many=many)
            for kind in operations.kinds
            if counts[operation, kind]
        ]
        if chips:
            cells.append(tag("span", *chips, class_="cell", style=_column(place)))
    said = None if note is None else join((" ", tag("span", note, class_="inside")))
    return tag("div", tag("span", named, said, class_="what"), tag("span", *cells, class_="cells"), class_="row")


def _column(place: int) -> str:
    return f"--column:{place + 1}"


def _chip(operation: str, kind: str, count: int, *, many: bool) -> Markup:
    return tag(
        "span",
        _sign(kind),
        tag("b", f"{count:,}") if many else None,
        tag("span", " ", _done(kind), class_="done"),
        tag("span", " by ", class_="hidden"),
        tag("span", " ", name(operation), class_="operation"),
        class_=f"chip{' many' if many else ''}{f' kind-{kind}' if kind in KINDS else ''}",
    )
