"""What endpoints lose: instances, shares of the traffic, capture; and what else changes in their configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from slipway.preview.finding import Finding, Rank
from slipway.preview.saying import Name, Said

if TYPE_CHECKING:
    from slipway.preview.plan import Plan, State, Step

_ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
_CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
_TARGET = "aws:appautoscaling/target:Target"


class Serving:
    """The endpoint configurations of a plan, by name on each side."""

    def __init__(self, plan: Plan) -> None:
        self._configurations: dict[tuple[str, str], State] = {}
        pointed: set[str] = set()
        for step in plan.steps:
            for side, state in (("old", step.old), ("new", step.new)):
                if state is not None and step.type == _CONFIGURATION:
                    self._configurations[side, str(state.value("name"))] = state
                if state is not None and step.type == _ENDPOINT:
                    pointed.add(str(state.value("endpointConfigName")))
        self._pointed = pointed

    def reduced(self, step: Step) -> Iterator[Finding]:
        """Return what a step takes from an endpoint."""
        if step.type == _ENDPOINT and step.operation == "delete":
            yield Finding(rank=Rank.SERVING, why=("the endpoint stops answering",), weight=100)
        elif step.type == _ENDPOINT and step.operation == "replace" and step.order == "delete first":
            yield Finding(rank=Rank.SERVING, why=("the endpoint does not answer until the new one is made",), weight=90)
        if step.type == _TARGET:
            yield from _limits(step)
        pair = self._pair(step)
        if pair is not None:
            for said in _losses(*pair):
                yield Finding(rank=Rank.SERVING, why=said, weight=10)

    def told(self, step: Step) -> list[Said]:
        """Return what changes between the configurations, losses or not."""
        pair = self._pair(step)
        return [] if pair is None else list(_variants(*pair))

    def _pair(self, step: Step) -> tuple[State, State] | None:
        """Return what an endpoint is pointed at before and after; of a configuration that none points at, itself."""
        if step.old is None or step.new is None or step.operation not in ("update", "replace"):
            return None
        if step.type == _ENDPOINT:
            was, now = (str(state.value("endpointConfigName")) for state in (step.old, step.new))
            old = self._configurations.get(("old", was))
            new = self._configurations.get(("new", now))
            return None if old is None or new is None or was == now else (old, new)
        if step.type == _CONFIGURATION and str(step.old.value("name")) not in self._pointed:
            return step.old, step.new
        return None


def _losses(old: State, new: State) -> Iterator[Said]:
    before, after = _by_name(old), _by_name(new)
    shares_before, shares_after = _shares(before), _shares(after)
    for name, variant in before.items():
        if name not in after:
            yield ("variant ", Name(name), " is gone")
            continue
        was, now = _count(variant), _count(after[name])
        if was is not None and now is not None and now < was:
            yield ("variant ", Name(name), f" starts with {now:g} instances instead of {was:g}")
        if shares_after.get(name, 0) < shares_before.get(name, 0):
            yield (
                "variant ",
                Name(name),
                f" gets {shares_after[name]:.0%} of the traffic instead of {shares_before[name]:.0%}",
            )
    yield from _capture_losses(_capture(old), _capture(new))


def _capture_losses(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Said]:
    if old.get("enableCapture") is not True:
        return
    if new.get("enableCapture") is not True:
        yield ("requests and answers are no longer captured",)
        return
    was, now = old.get("initialSamplingPercentage"), new.get("initialSamplingPercentage")
    if isinstance(was, int | float) and isinstance(now, int | float) and now < was:
        yield (f"{now:g}% of the requests are captured instead of {was:g}%",)
    lost = _modes(old) - _modes(new)
    if lost:
        yield ("no longer captured: ", Name(", ".join(sorted(lost))))


def _variants(old: State, new: State) -> Iterator[Said]:
    before, after = _by_name(old), _by_name(new)
    for name in sorted({*before, *after}):
        was, now = _shape(before.get(name)), _shape(after.get(name))
        if was != now:
            yield ("variant ", Name(name), ": ", Name(was), " to ", Name(now))
        elif before[name].get("modelName") != after[name].get("modelName"):
            yield ("variant ", Name(name), " serves another model")


def _limits(step: Step) -> Iterator[Finding]:
    if step.operation == "delete":
        yield Finding(rank=Rank.SERVING, why=("it is no longer scaled",))
        return
    if step.old is None or step.new is None:
        return
    for key, word in (("minCapacity", "least"), ("maxCapacity", "most")):
        was, now = step.old.inputs.get(key), step.new.inputs.get(key)
        if isinstance(was, int | float) and isinstance(now, int | float) and now < was:
            yield Finding(rank=Rank.SERVING, why=(f"scaled to at {word} {now:g} instead of {was:g}",))


def _by_name(state: State) -> dict[str, Mapping[str, Any]]:
    found = state.inputs.get("productionVariants")
    variants = [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
    # AWS names a variant that the program does not
    return {str(one.get("variantName", f"number {number}")): one for number, one in enumerate(variants, start=1)}


def _count(variant: Mapping[str, Any]) -> float | None:
    found = variant.get("initialInstanceCount")
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None


def _shares(variants: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """Return each variant's share of the traffic; nothing where a weight is not known."""
    weights = {name: one.get("initialVariantWeight", 1) for name, one in variants.items()}
    known = {name: float(weight) for name, weight in weights.items() if isinstance(weight, int | float)}
    whole = sum(known.values())
    return {name: weight / whole for name, weight in known.items()} if len(known) == len(weights) and whole > 0 else {}


def _shape(variant: Mapping[str, Any] | None) -> str:
    if variant is None:
        return "none"
    count = _count(variant)
    return f"{'?' if count is None else format(count, 'g')} x {variant.get('instanceType', 'serverless')}"


def _capture(state: State) -> Mapping[str, Any]:
    found = state.inputs.get("dataCaptureConfig")
    return found if isinstance(found, Mapping) else {}


def _modes(capture: Mapping[str, Any]) -> set[str]:
    options = capture.get("captureOptions")
    found = options if isinstance(options, list) else []
    return {str(one.get("captureMode")) for one in found if isinstance(one, Mapping)}
