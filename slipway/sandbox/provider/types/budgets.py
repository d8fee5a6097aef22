"""AWS Budgets: a budget with its notifications. The sandbox spends nothing, so none is ever sent."""

from datetime import UTC, datetime
from typing import Any, Final

from slipway.sandbox.provider.casing import members_of, properties_of
from slipway.sandbox.provider.declaration import Change, Made, Properties, ResourceType, Tags, Update
from slipway.sandbox.provider.facts import facts_of
from slipway.sandbox.provider.naming import AutoName
from slipway.sandbox.provider.scope import Scope

BUDGET: Final = "aws:budgets/budget:Budget"
TAGS: Final = Tags(
    read="list_tags_for_resource", add="tag_resource", remove="untag_resource", by="arn", parameter="ResourceARN"
)
TIME: Final = "%Y-%m-%d_%H:%M"
"""How the real provider writes a budget's times."""
FOR_EVER: Final = "2087-06-15_00:00"
PERIOD: Final = {"timePeriodStart": "Start", "timePeriodEnd": "End"}
SUBSCRIBERS: Final = {"subscriberEmailAddresses": "EMAIL", "subscriberSnsTopicArns": "SNS"}
ALL_COSTS: Final = {
    **dict.fromkeys(
        (
            "includeCredit", "includeDiscount", "includeOtherSubscription", "includeRecurring", "includeRefund",
            "includeSubscription", "includeSupport", "includeTax", "includeUpfront",
        ),
        True,
    ),
    "useAmortized": False,
    "useBlended": False,
}  # fmt: skip
PLAIN: Final = ("billingViewArn", "budgetType", "costTypes", "filterExpression", "timeUnit")
CHANGED: Final = frozenset({*PLAIN, *PERIOD, "costFilters", "limitAmount", "limitUnit", "metrics", "plannedLimits"})


def _budget(scope: Scope, inputs: Properties) -> dict[str, Any]:
    shape = scope.client("budgets").meta.service_model.operation_model("CreateBudget").input_shape.members["Budget"]
    budget = {
        "BudgetName": inputs["name"],
        **members_of({name: inputs[name] for name in PLAIN if name in inputs}, shape),
    }
    if "costTypes" in inputs:
        budget["CostTypes"] = members_of({**ALL_COSTS, **inputs["costTypes"]}, shape.members["CostTypes"])
    if "limitAmount" in inputs:
        budget["BudgetLimit"] = {"Amount": str(inputs["limitAmount"]), "Unit": inputs.get("limitUnit", "USD")}
    if inputs.get("plannedLimits"):
        budget["PlannedBudgetLimits"] = {
            str(int(_time(one["startTime"]).timestamp())): {"Amount": str(one["amount"]), "Unit": one["unit"]}
            for one in inputs["plannedLimits"]
        }
    if inputs.get("costFilters"):
        budget["CostFilters"] = {one["name"]: one["values"] for one in inputs["costFilters"]}
    if "metrics" in inputs:
        budget["Metrics"] = [inputs["metrics"]]
    period = {member: _time(inputs[name]) for name, member in PERIOD.items() if name in inputs}
    return budget | ({"TimePeriod": period} if period else {})


def _time(text: str) -> datetime:
    return datetime.strptime(text, TIME).replace(tzinfo=UTC)


def _notifications(inputs: Properties) -> list[dict[str, Any]]:
    return [
        {
            "Notification": {
                "NotificationType": one["notificationType"],
                "ComparisonOperator": one["comparisonOperator"],
                "Threshold": float(one["threshold"]),
                "ThresholdType": one["thresholdType"],
            },
            "Subscribers": [
                {"SubscriptionType": kind, "Address": address}
                for name, kind in SUBSCRIBERS.items()
                for address in one.get(name) or []
            ],
        }
        for one in inputs.get("notifications") or []
    ]


def _create(scope: Scope, inputs: Properties) -> Made:
    account = str(inputs.get("accountId") or scope.account)
    tags = [{"Key": key, "Value": value} for key, value in sorted((inputs.get("tagsAll") or {}).items())]
    scope.client("budgets").create_budget(
        AccountId=account,
        Budget=_budget(scope, inputs),
        NotificationsWithSubscribers=_notifications(inputs),
        **({"ResourceTags": tags} if tags else {}),
    )
    return Made(f"{account}:{inputs['name']}")


def _change(scope: Scope, change: Change) -> None:
    account, _ = change.id.split(":", 1)
    scope.client("budgets").update_budget(AccountId=account, NewBudget=_budget(scope, change.news))


def _change_notifications(scope: Scope, change: Change) -> None:
    account, name = change.id.split(":", 1)
    client = scope.client("budgets")
    place = {"AccountId": account, "BudgetName": name}
    for one in client.describe_notifications_for_budget(**place)["Notifications"]:
        stated = ("NotificationType", "ComparisonOperator", "Threshold", "ThresholdType")
        client.delete_notification(**place, Notification={member: one[member] for member in stated})
    for entry in _notifications(change.news):
        client.create_notification(**place, **entry)


def _read(scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    account, name = resource_id.split(":", 1)
    client = scope.client("budgets")
    found: Any = client.describe_budget(AccountId=account, BudgetName=name)["Budget"]
    shape = client.meta.service_model.operation_model("DescribeBudget").output_shape.members["Budget"]
    told = {member: value for member, value in found.items() if member not in {"CostFilters", "Metrics"}}
    seen = properties_of(told, facts_of(BUDGET).shape, shape)
    arn = f"arn:{scope.partition}:budgets::{account}:budget/{name}"
    limit, period = found.get("BudgetLimit") or {}, found.get("TimePeriod") or {}
    result = {
        **seen,
        "name": name,
        "arn": arn,
        "accountId": account,
        "limitAmount": _same_number(limit.get("Amount"), known.get("limitAmount")),
        "limitUnit": limit.get("Unit"),
        "costFilters": [{"name": key, "values": values} for key, values in (found.get("CostFilters") or {}).items()],
        "plannedLimits": [
            {
                "startTime": datetime.fromtimestamp(int(at), UTC).strftime(TIME),
                "amount": one["Amount"],
                "unit": one["Unit"],
            }
            for at, one in (found.get("PlannedBudgetLimits") or {}).items()
        ],
        "metrics": next(iter(found.get("Metrics") or []), None),
        "notifications": _seen_notifications(scope, account, name),
        **{prop: period[member].astimezone(UTC).strftime(TIME) for prop, member in PERIOD.items() if member in period},
        "tagsAll": {tag["Key"]: tag["Value"] for tag in client.list_tags_for_resource(ResourceARN=arn)["ResourceTags"]},
    }
    return result if known else _as_stated(scope, result)


def _as_stated(scope: Scope, seen: Properties) -> dict[str, Any]:
    """Give what an import tells: nothing that AWS filled in."""
    filled = {"accountId": scope.account, "costTypes": ALL_COSTS, "timePeriodEnd": FOR_EVER}
    kept = {name: value for name, value in seen.items() if filled.get(name) != value}
    # the first of the month that the budget was made in, unless the program said another
    kept.pop("timePeriodStart", None)
    return kept


def _same_number(told: str | None, given: Any) -> str | None:
    """Give an amount as the program wrote it, where it is the same: AWS answers "100.0" for "100"."""
    if told is not None and given is not None and float(told) == float(given):
        return str(given)
    return told


def _seen_notifications(scope: Scope, account: str, name: str) -> list[dict[str, Any]]:
    client, place = scope.client("budgets"), {"AccountId": account, "BudgetName": name}
    result = []
    for one in client.describe_notifications_for_budget(**place)["Notifications"]:
        stated = ("NotificationType", "ComparisonOperator", "Threshold", "ThresholdType")
        asked: Any = {member: one[member] for member in stated if member in one}
        subscribers = client.describe_subscribers_for_notification(**place, Notification=asked)["Subscribers"]
        threshold = float(one["Threshold"])
        result.append(
            {
                **{member[0].lower() + member[1:]: one[member] for member in stated if member in one},
                "threshold": int(threshold) if threshold.is_integer() else threshold,
                **{
                    prop: [each["Address"] for each in subscribers if each["SubscriptionType"] == kind]
                    for prop, kind in SUBSCRIBERS.items()
                },
            }
        )
    return result


def _delete(scope: Scope, resource_id: str, _inputs: Properties) -> None:
    account, name = resource_id.split(":", 1)
    scope.client("budgets").delete_budget(AccountId=account, BudgetName=name)


TYPES = (
    ResourceType(
        type=BUDGET,
        service="budgets",
        global_service=True,
        identity={"accountId": "AccountId", "name": "BudgetName"},
        id="{accountId}:{name}",
        name=AutoName(limit=100),
        create=_create,
        read=_read,
        update=(
            Update(how=_change, props=CHANGED),
            Update(how=_change_notifications, props=frozenset({"notifications"})),
        ),
        delete=_delete,
        outputs={"arn": "arn:{partition}:budgets::{account}:budget/{name}"},
        computed=frozenset({"accountId", "costTypes", "limitAmount", "limitUnit", "timePeriodStart"}),
        tags=TAGS,
        unordered=frozenset({"costFilters", "notifications", "plannedLimits"}),
        unsupported={"autoAdjustData": "give limitAmount and limitUnit, the sandbox has no spending to adjust to"},
    ),
)
