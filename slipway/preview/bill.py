"""What a plan does to the monthly bill, at list prices; what has none is named and counted, never guessed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prices.catalogue import instance_types, region
from prices.estimate import NOT_KNOWN, Declared, Line, estimate
from slipway.preview.values import Mark

if TYPE_CHECKING:
    from slipway.preview.plan import Plan, State, Step

_ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
_CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
_TARGET = "aws:appautoscaling/target:Target"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One resource whose place on the bill changes."""

    urn: str
    type: str
    name: str
    old_usd: float
    """US dollars a month before, as far as there is a list price."""
    new_usd: float
    """US dollars a month afterwards, likewise."""
    words: tuple[str, ...]
    """How it comes to that afterwards (before, where it is deleted): instances, units, or that there is no price."""
    unpriced: bool
    """Whether a part of it has no list price or is not known yet."""
    by_use: bool
    """Whether a part of it is billed by use."""

    @property
    def difference(self) -> float:
        """US dollars a month more, or less."""
        return round(self.new_usd - self.old_usd, 2)


@dataclass(frozen=True, kw_only=True)
class Bill:
    """The monthly difference, and what it does not count."""

    items: tuple[Item, ...]
    """What changes on the bill, the largest difference first."""
    old_usd: float
    """A month of everything in the plan that has a list price, before."""
    new_usd: float
    """The same afterwards."""
    unpriced: int
    """Resources of the whole plan, afterwards, with a part that has no list price or is not known yet."""
    by_use: int
    """Resources of the whole plan, afterwards, that are billed by use."""
    region: str
    """Where the prices are those of."""
    date: str
    """When the newest of them was read, as YYYY-MM-DD."""

    @property
    def difference(self) -> float:
        """US dollars a month more, or less."""
        return round(self.new_usd - self.old_usd, 2)


def bill(plan: Plan) -> Bill:
    """Return what a plan does to the monthly bill."""
    olds, news = _lines(plan, "old"), _lines(plan, "new")
    steps = {step.urn: step for step in plan.steps if step.operation != "delete" or not (step.old and step.old.leaving)}
    items = [
        _item(step, olds.get(urn, []), news.get(urn, []))
        for urn, step in steps.items()
        if olds.get(urn, []) != news.get(urn, [])
    ]
    return Bill(
        items=tuple(sorted(items, key=lambda item: (-abs(item.difference), item.unpriced, item.urn))),
        old_usd=_usd(line for lines in olds.values() for line in lines),
        new_usd=_usd(line for lines in news.values() for line in lines),
        unpriced=sum(any(_unpriced(line) for line in lines) for lines in news.values()),
        by_use=sum(any(line.kind == "by use" for line in lines) for lines in news.values()),
        region=region(),
        date=max((one.price.date for one in instance_types().values()), default=""),
    )


def _item(step: Step, old: list[Line], new: list[Line]) -> Item:
    return Item(
        urn=step.urn,
        type=step.type,
        name=step.name,
        old_usd=_usd(old),
        new_usd=_usd(new),
        words=tuple(line.words for line in new or old),
        unpriced=any(_unpriced(line) for line in new or old),
        by_use=any(line.kind == "by use" for line in new or old),
    )


def _usd(lines: Iterable[Line]) -> float:
    return round(sum(line.usd for line in lines), 2)


def _unpriced(line: Line) -> bool:
    return line.kind in ("no list price", "not known")


def _lines(plan: Plan, side: str) -> dict[str, list[Line]]:
    """Return URN to lines of the bill, for everything that is there on one side of the plan."""
    declared = [_declared(step, state) for step, state in _there(plan, side)]
    context = _Context(declared)
    found = {}
    for one in declared:
        # an endpoint is billed by its configuration and its scalers; everything else by itself
        lines = [line for line in estimate(context.of(one)).lines if line.type == one.type]
        if lines:
            found[one.key] = lines
    return found


def _there(plan: Plan, side: str) -> Iterator[tuple[Step, State]]:
    for step in plan.steps:
        if step.operation == "delete" and step.old is not None and step.old.leaving:
            continue
        state = step.old if side == "old" else step.new
        # steps that change nothing may tell one side only
        if state is None and not step.is_change:
            state = step.state
        if state is not None and state.custom:
            yield step, state


def _declared(step: Step, state: State) -> Declared:
    properties = {key: _plain(value) for key, value in state.inputs.items()}
    return Declared(key=step.urn, type=step.type, name=step.name, properties=properties)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return NOT_KNOWN if isinstance(value, Mark) else value


class _Context:
    """What each endpoint is billed by, found by name, so that a large plan takes no longer than its size."""

    def __init__(self, declared: Iterable[Declared]) -> None:
        self._configurations: dict[str, Declared] = {}
        self._targets: dict[str, list[Declared]] = {}
        for one in declared:
            if one.type == _CONFIGURATION and isinstance(name := one.properties.get("name"), str):
                self._configurations[name] = one
            elif one.type == _TARGET and isinstance(target := one.properties.get("resourceId"), str):
                self._targets.setdefault("/".join(target.split("/")[:2]), []).append(one)

    def of(self, one: Declared) -> list[Declared]:
        """Return a resource with what its price depends on."""
        if one.type != _ENDPOINT:
            return [one]
        configuration = self._configurations.get(str(one.properties.get("endpointConfigName")))
        targets = self._targets.get(f"endpoint/{one.properties.get('name')}", [])
        return [one, *([configuration] if configuration is not None else []), *targets]
