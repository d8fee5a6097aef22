"""What the stack's account may cost in a month, and who hears of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

if TYPE_CHECKING:
    from collections.abc import Sequence

ACTUAL_PERCENT = 80
"""Share of the budget that was spent when somebody hears of it."""
FORECAST_PERCENT = 100
"""Share of the budget that AWS expects at the month's end when somebody hears of it."""


@dataclass(frozen=True, kw_only=True)
class AccountBudgetArgs:
    """What an AccountBudget is made from."""

    account_id: str
    """Account whose costs are counted."""
    budget_name: str
    """Name of the budget; it is the subject of AWS's mail."""
    monthly_budget_usd: int
    """What a month may cost, in US dollars."""
    subscribers: Sequence[str]
    """Addresses that AWS writes to; 1 to 10, AWS takes no more."""

    def __post_init__(self) -> None:
        """Refuse a budget that nobody hears of."""
        if not self.subscribers:
            raise ValueError("subscribers is empty; name an address, or declare no budget")


class AccountBudget(pulumi.ComponentResource):
    """A monthly budget of the whole account: one letter when it is nearly spent, one when it will not last.

    Not filtered by the stack's tags: AWS counts by a tag only once somebody activated it for billing, and until then
    such a budget sees nothing and never rings. An environment has an account of its own.
    """

    def __init__(self, name: str, args: AccountBudgetArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:cost:AccountBudget", name, None, opts)

        aws.budgets.Budget(
            name,
            account_id=args.account_id,
            name=args.budget_name,
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=str(args.monthly_budget_usd),
            limit_unit="USD",
            notifications=[
                aws.budgets.BudgetNotificationArgs(
                    notification_type=kind,
                    comparison_operator="GREATER_THAN",
                    threshold=percent,
                    threshold_type="PERCENTAGE",
                    subscriber_email_addresses=sorted(args.subscribers),
                )
                for kind, percent in (("ACTUAL", ACTUAL_PERCENT), ("FORECASTED", FORECAST_PERCENT))
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )

        self.register_outputs({})
