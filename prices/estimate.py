"""What a set of resources costs in a month at list prices, as far as there are any. Pure: resources in, dollars out.

It counts what is there all the time. What is billed by use is named and not counted, and so is what has no list price.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from prices.catalogue import Price, instance_types, no_items, services

HOURS_PER_MONTH = 730
"""As AWS's own pricing calculator counts: 8,760 hours a year by twelve."""

NOT_KNOWN = object()
"""Stands for a value that a preview cannot know yet."""

_ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
_CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
_NOTEBOOK = "aws:sagemaker/notebookInstance:NotebookInstance"
_SCALABLE = "aws:appautoscaling/target:Target"

Kind = Literal["priced", "no list price", "by use", "not known"]


@dataclass(frozen=True, kw_only=True)
class Declared:
    """One resource as a program declares it."""

    key: str
    """What tells it from every other one, such as its URN."""
    type: str
    """Type token, such as `aws:s3/bucket:Bucket`."""
    name: str
    """Logical name."""
    properties: Mapping[str, Any]
    """Inputs or outputs under Pulumi's names; NOT_KNOWN stands for what is not known."""
    needs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Property to the keys of the resources that its value comes from."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """What one resource comes to."""

    type: str
    name: str
    kind: Kind
    words: str
    """How it comes to that, or why it comes to nothing."""
    usd: float = 0.0
    """A month with as many instances as it starts with."""
    usd_at_most: float = 0.0
    """A month with as many instances as its scaler allows."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What a set of resources comes to."""

    lines: tuple[Line, ...]
    """One for each item of a bill, sorted by type and name."""

    @property
    def usd(self) -> float:
        """A month of everything that has a price, in US dollars."""
        return round(sum(line.usd for line in self.lines), 2)

    @property
    def usd_at_most(self) -> float:
        """The same with every scaler at its limit."""
        return round(sum(line.usd_at_most for line in self.lines), 2)

    def of_kind(self, kind: Kind) -> list[Line]:
        """Return the lines of one kind: what has no price is counted by it, and named."""
        return [line for line in self.lines if line.kind == kind]


def estimate(resources: Sequence[Declared], prices: Mapping[str, Price] | None = None) -> Estimate:
    """Return what resources cost in a month at the list prices of `prices.catalogue.region()`.

    `prices` stands in for those of everything but instances, by resource type. Left out: those of services.json.
    """
    by_type = services() if prices is None else prices
    lines = [line for one in resources for line in _lines(one, resources, by_type)]
    return Estimate(lines=tuple(sorted(lines, key=lambda line: (line.type, line.name, line.words))))


def _lines(one: Declared, resources: Sequence[Declared], prices: Mapping[str, Price]) -> list[Line]:
    if one.type == _ENDPOINT:
        return _endpoint(one, resources)
    if one.type == _NOTEBOOK:
        return [_instances(one, one.properties.get("instanceType"), 1, 1)]
    if one.type in prices:
        return [_service(one, prices[one.type])]
    if not one.type.startswith("aws:") or one.type.startswith(no_items()):
        return []
    return [Line(type=one.type, name=one.name, kind="no list price", words="no list price: not in prices/")]


def _service(one: Declared, price: Price) -> Line:
    amount = f"no list price per {price.unit}" if price.usd is None else f"{price.usd} USD per {price.unit}"
    if price.billed == "by use":
        return Line(type=one.type, name=one.name, kind="by use", words=amount)
    if price.usd is None:
        return Line(type=one.type, name=one.name, kind="no list price", words=amount)
    if price.free_when is not None and one.properties.get(price.free_when[0]) == price.free_when[1]:
        return Line(type=one.type, name=one.name, kind="priced", words=f"{price.free_when[1]}: free")
    zones = one.properties.get(price.once_for) if price.once_for else None
    if zones is NOT_KNOWN:
        words = f"{amount}; {price.once_for} are not known yet"
        return Line(type=one.type, name=one.name, kind="not known", words=words)
    times = len(zones) if isinstance(zones, Sequence) and zones else 1
    usd = round(price.usd * price.units_a_month * times, 2)
    return Line(type=one.type, name=one.name, kind="priced", words=amount, usd=usd, usd_at_most=usd)


def _endpoint(one: Declared, resources: Sequence[Declared]) -> list[Line]:
    """Return a line for each variant that the endpoint points at; other configurations cost nothing."""
    configuration = _configuration(one, resources)
    if configuration is None:
        return [Line(type=one.type, name=one.name, kind="not known", words="its configuration is not known yet")]
    lines = []
    for group in ("productionVariants", "shadowProductionVariants"):
        variants = configuration.properties.get(group)
        if variants is NOT_KNOWN:
            lines.append(Line(type=one.type, name=one.name, kind="not known", words=f"{group} are not known yet"))
            continue
        for variant in variants or ():
            if isinstance(variant, Mapping) and not variant.get("serverlessConfig"):
                count = variant.get("initialInstanceCount", 1)
                most = _most(one, variant.get("variantName"), count, resources)
                lines.append(_instances(one, variant.get("instanceType"), count, most))
            elif isinstance(variant, Mapping):
                words = "serverless: no list price per request"
                lines.append(Line(type=one.type, name=one.name, kind="by use", words=words))
            else:
                lines.append(Line(type=one.type, name=one.name, kind="not known", words=f"{group} are not known yet"))
    return lines


def _configuration(endpoint: Declared, resources: Sequence[Declared]) -> Declared | None:
    name = endpoint.properties.get("endpointConfigName")
    needed = endpoint.needs.get("endpointConfigName", ())
    for one in resources:
        if one.type == _CONFIGURATION and (one.key in needed or _same(one.properties.get("name"), name)):
            return one
    return None


def _same(left: object, right: object) -> bool:
    return isinstance(left, str) and left == right


def _most(endpoint: Declared, variant: object, count: object, resources: Sequence[Declared]) -> object:
    """Return the instances that a scaler may bring a variant to, or those that it starts with where none does."""
    target = f"endpoint/{endpoint.properties.get('name')}/variant/{variant}"
    for one in resources:
        if one.type == _SCALABLE and one.properties.get("resourceId") == target:
            return one.properties.get("maxCapacity", count)
    return count


def _instances(one: Declared, instance_type: object, count: object, most: object) -> Line:
    if NOT_KNOWN in (instance_type, count, most) or not isinstance(instance_type, str):
        words = "its instances are not known yet"
        return Line(type=one.type, name=one.name, kind="not known", words=words)
    number, limit = _number(count), _number(most)
    known = instance_types().get(instance_type)
    if known is None or known.price.usd is None:
        words = f"{number:g} x {instance_type}: no list price"
        return Line(type=one.type, name=one.name, kind="no list price", words=words)
    monthly = known.price.usd * HOURS_PER_MONTH
    words = f"{number:g} x {instance_type} at {known.price.usd} USD per hour"
    if limit > number:
        words += f", at most {limit:g}"
    return Line(
        type=one.type,
        name=one.name,
        kind="priced",
        words=words,
        usd=round(monthly * number, 2),
        usd_at_most=round(monthly * max(number, limit), 2),
    )


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else 1.0
