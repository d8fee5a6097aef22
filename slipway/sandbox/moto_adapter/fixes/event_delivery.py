"""EventBridge: one target that moto cannot deliver to made PutEvents fail as a whole, and rules ignored their state.

What passes a rule is handed to the clockwork, target by target; archives are fed here. A rule that only has a schedule
matches no event. The event carries `account` and a time in ISO 8601.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

from moto.events.models import Rule, events_backends

from slipway.sandbox.clockwork.delivery.event_input import target_input
from slipway.sandbox.moto_adapter.fixes.replacing import replace
from slipway.sandbox.moto_adapter.hooks import Delivery, deliver

ARCHIVE_RULE = "Events-Archive-"
"""moto names the rule that feeds an archive so, as AWS does."""


ACTIONS = {
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "logs": "logs:PutLogEvents",
    "lambda": "lambda:InvokeFunction",
}
"""What EventBridge must be allowed by a target's own policy."""
Permit = Callable[[str, str, str, str, str], bool]
"""(account, region, action, resource, rule's ARN) -> whether EventBridge may."""
_PERMITS: list[Permit] = []


def enforce(permit: Permit) -> None:
    """Deliver from now on only where the target's policy lets EventBridge; the permit tells what is denied."""
    _PERMITS[:] = [permit]


def apply() -> None:
    """Replace the delivery."""
    replace(Rule, send_to_targets=_send)


def _send(rule: Any, event: dict[str, Any], **_: Any) -> None:
    if rule.state == "DISABLED" or _is_schedule(rule) or not rule.event_pattern.matches_event(event):
        return
    if rule.managed_by is not None and rule.name.startswith(ARCHIVE_RULE):
        archive = events_backends[rule.account_id][rule.region_name].archives[rule.name.removeprefix(ARCHIVE_RULE)]
        archive.events.append(cast("Any", event))
        return
    told = {name: value for name, value in event.items() if name != "ingestion-time"}
    told["time"] = _iso(event["time"])
    for target in list(rule.targets):
        if not _permitted(rule, target["Arn"]):
            continue
        text = target_input(target, told, rule.arn, rule.name)
        deliver(Delivery(rule.account_id, rule.region_name, rule.arn, dict(target), text, told))


def _permitted(rule: Any, arn: str) -> bool:
    action = ACTIONS.get(arn.split(":")[2])
    resource = f"{arn.removesuffix(':*')}:log-stream:events" if action == "logs:PutLogEvents" else arn
    return action is None or all(
        permit(rule.account_id, rule.region_name, action, resource, rule.arn) for permit in _PERMITS
    )


def _is_schedule(rule: Any) -> bool:
    return bool(rule.scheduled_expression) and not rule.event_pattern.get_pattern()


def _iso(time: Any) -> str:
    try:
        moment = datetime.fromtimestamp(float(time), UTC)
    except (TypeError, ValueError):
        return str(time)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
