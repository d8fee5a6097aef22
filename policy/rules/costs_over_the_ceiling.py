"""A stack that costs more in a month than it may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.costs import declared
from policy.rule import Asked, Rule
from policy.seen import CannotJudgeError
from prices.estimate import estimate

if TYPE_CHECKING:
    from collections.abc import Iterator

_STACK = "pulumi:pulumi:Stack"


def check(asked: Asked) -> Iterator[str]:
    """What has no list price is counted and said; what is billed by use is not in the sum."""
    costs = estimate(declared(asked.stack))
    ceiling = asked.settings["monthly_ceiling_usd"]
    most = costs.usd_at_most
    if ceiling is None:
        if most > 0:
            yield f"it costs up to {most:,.2f} USD a month without a ceiling: set monthly_ceiling_usd of slipway:policy"
        return
    if most > ceiling:
        items = ", ".join(f"{line.name} {line.usd_at_most:,.2f}" for line in costs.of_kind("priced"))
        unpriced = len(costs.of_kind("no list price"))
        yield (
            f"it costs up to {most:,.2f} USD a month at list prices, over its ceiling of {ceiling:,.2f} ({items}; "
            f"{unpriced} items have no list price): use less, or raise monthly_ceiling_usd in slipway:policy"
        )
    unknown = costs.of_kind("not known")
    if unknown:
        raise CannotJudgeError("; ".join(f"of {line.name} {line.words}" for line in unknown))


RULE = Rule(
    name="costs-over-the-ceiling",
    description="A month of the stack stays below its ceiling at list prices.",
    severity="high",
    controls=(),
    link="https://aws.amazon.com/sagemaker/ai/pricing/",
    looks_at=(_STACK,),
    check=check,
    whole_stack=True,
    settings={"monthly_ceiling_usd": None},
    remark="what is there all the time and has a price in `prices/`, every scaler at its limit; jobs, and what is "
    "billed by use, are not in it",
)
