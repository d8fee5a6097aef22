"""UpdateBudget and DescribeSubscribersForNotification of Budgets, which moto lacks.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_UpdateBudget.html
https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_DescribeSubscribersForNotification.html
"""

import json
from typing import Any

from moto.budgets.exceptions import NotFoundException
from moto.budgets.models import Budget
from moto.budgets.responses import BudgetsResponse

from slipway.sandbox.moto_adapter.fixes.replacing import replace


def apply() -> None:
    """Add the two operations, and refuse the notifications of a budget that is not there."""
    notifications = BudgetsResponse.describe_notifications_for_budget

    def describe_notifications_for_budget(self: Any) -> str:
        found(self, self._get_param("BudgetName"))
        return str(notifications(self))

    replace(
        BudgetsResponse,
        update_budget=_update,
        describe_subscribers_for_notification=_subscribers,
        describe_notifications_for_budget=describe_notifications_for_budget,
    )


def found(response: Any, name: str) -> Any:
    """Give moto's budget of a name in the request's account; raises AWS's NotFoundException."""
    account = response._get_param("AccountId") or response.current_account  # noqa: SLF001  (moto's own way)
    budgets = response.backend.budgets[account]
    if name not in budgets:
        raise NotFoundException(f"Unable to get budget: {name} - the budget doesn't exist.")
    return budgets[name]


def _update(response: Any) -> str:
    """Replace every part of a budget but its name, what was spent, and who is notified."""
    new = response._get_param("NewBudget")  # noqa: SLF001
    budget = found(response, new["BudgetName"])
    period = {"TimePeriod": {**budget.budget["TimePeriod"], **new.get("TimePeriod", {})}}
    budget.budget = Budget({**new, **period}, []).budget
    return "{}"


def _subscribers(response: Any) -> str:
    budget, asked = found(response, response._get_param("BudgetName")), response._get_param("Notification")  # noqa: SLF001
    for notification in budget.notifications:
        if notification.details == asked:
            return json.dumps({"Subscribers": notification.subscribers})
    raise NotFoundException("Unable to get subscribers - the notification doesn't exist.")
