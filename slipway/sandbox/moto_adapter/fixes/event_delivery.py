"""EventBridge: one target that moto cannot deliver to made PutEvents fail as a whole, and rules ignored their state.

Delivers to SQS, SNS, log groups, other buses and archives; what has another target is logged as not delivered, as AWS
counts it as a failed invocation and answers PutEvents all the same. The event carries `account` and a time in ISO 8601.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
"""

import json
import logging
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

from moto.core.utils import unix_time_millis
from moto.events.models import Rule, events_backends
from moto.utilities.arns import parse_arn

from slipway.sandbox.moto_adapter.fixes.event_input import target_input
from slipway.sandbox.moto_adapter.fixes.replacing import replace

log = logging.getLogger(__name__)

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
    if rule.state == "DISABLED" or not rule.event_pattern.matches_event(event):
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
        try:
            _deliver(rule, target, told)
        except Exception:
            # whatever the target's service raises is its own failure and never the sender's
            log.exception("event %s of rule %s was not delivered to %s", event["id"], rule.name, target["Arn"])


def _permitted(rule: Any, arn: str) -> bool:
    action = ACTIONS.get(arn.split(":")[2])
    resource = f"{arn.removesuffix(':*')}:log-stream:events" if action == "logs:PutLogEvents" else arn
    return action is None or all(
        permit(rule.account_id, rule.region_name, action, resource, rule.arn) for permit in _PERMITS
    )


def _deliver(rule: Any, target: dict[str, Any], event: dict[str, Any]) -> None:
    arn = parse_arn(target["Arn"])
    text = target_input(target, event, rule.arn, rule.name)
    if arn.service == "sqs":
        from moto.sqs.models import sqs_backends  # noqa: PLC0415  (each service is imported when a target needs it)

        group = target.get("SqsParameters", {}).get("MessageGroupId")
        sqs_backends[arn.account][arn.region].send_message(
            queue_name=arn.resource_id, message_body=text, group_id=group
        )
    elif arn.service == "sns":
        from moto.sns.models import sns_backends  # noqa: PLC0415

        sns_backends[arn.account][arn.region].publish(message=text, arn=target["Arn"])
    elif arn.service == "logs":
        from moto.logs.models import logs_backends  # noqa: PLC0415

        name = target["Arn"].partition(":log-group:")[2].removesuffix(":*")
        stream, backend = str(uuid.uuid4()), logs_backends[arn.account][arn.region]
        backend.create_log_stream(name, stream)
        backend.put_log_events(name, stream, [{"timestamp": unix_time_millis(), "message": text}])
    elif arn.service == "events" and arn.resource_type == "event-bus":
        entry = {"Source": event["source"], "DetailType": event["detail-type"], "Resources": event["resources"]}
        entry |= {"Detail": json.dumps(event["detail"]), "EventBusName": arn.resource_id}
        events_backends[arn.account][arn.region].put_events([entry])
    else:
        log.warning("event %s of rule %s: the sandbox cannot deliver to %s", event["id"], rule.name, target["Arn"])


def _iso(time: Any) -> str:
    try:
        moment = datetime.fromtimestamp(float(time), UTC)
    except (TypeError, ValueError):
        return str(time)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
