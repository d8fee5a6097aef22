"""CloudWatch: moto has no PutCompositeAlarm, and its DescribeAlarms forgets AlarmTypes and half of the other filters.

Of alarms that depend on each other in a circle AWS says that it evaluates none and that none can be deleted; here the
last one of the circle is refused. An alarm that a composite alarm depends on cannot be deleted.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html
"""

from typing import Any

from moto.cloudwatch.exceptions import InvalidParameterCombination, ResourceNotFound, ValidationError
from moto.cloudwatch.models import Alarm, CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult, EmptyResult

from slipway.sandbox.clockwork.alarms.rule import Rule, RuleError, name_of, parse
from slipway.sandbox.moto_adapter.fixes.replacing import replace

PAGE = 50
_SUPPRESSION = ("ActionsSuppressor", "ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod")
_FAMILY = ("ChildrenOfAlarmName", "ParentsOfAlarmName")
_OTHERS = ("AlarmNames", "AlarmNamePrefix", "AlarmTypes", "StateValue", "ActionPrefix")


def apply() -> None:
    """Give moto composite alarms, and what it leaves out when alarms are described and deleted."""
    delete = CloudWatchBackend.delete_alarms

    def delete_alarms(self: Any, alarm_names: list[str]) -> None:
        _require_deletable(self, alarm_names)
        delete(self, alarm_names)
        for name in alarm_names:
            self.tagger.delete_all_tags_for_resource(_arn(self, name))

    replace(CloudWatchBackend, delete_alarms=delete_alarms)
    replace(CloudWatchResponse, put_composite_alarm=_put, describe_alarms=_describe)


def _put(response: Any) -> Any:
    backend, name = response.cloudwatch_backend, _parameter(response, "AlarmName")
    for suppression in _SUPPRESSION:
        if _parameter(response, suppression) is not None:
            raise ValidationError(f"the sandbox does not suppress actions: {suppression} is not supported")
    existing = backend.alarms.get(name)
    if existing is not None and existing.rule is None:
        raise ValidationError(f"An alarm of type MetricAlarm already exists with the name {name}")
    text = _parameter(response, "AlarmRule")
    try:
        rule = parse(text)
    except RuleError as error:
        raise ValidationError(f"AlarmRule must be a valid expression: {error}") from error
    _require_children(backend, name, rule)
    tags = [] if existing is not None else _parameter(response, "Tags") or []
    backend.put_metric_alarm(
        name=name,
        rule=text,
        description=_parameter(response, "AlarmDescription"),
        actions_enabled=_parameter(response, "ActionsEnabled"),
        alarm_actions=_parameter(response, "AlarmActions") or [],
        ok_actions=_parameter(response, "OKActions") or [],
        insufficient_data_actions=_parameter(response, "InsufficientDataActions") or [],
        tags=tags,
        dimensions=[],
        **dict.fromkeys(_OF_METRICS),
    )
    return EmptyResult()


_OF_METRICS = (
    "namespace",
    "metric_name",
    "comparison_operator",
    "evaluation_periods",
    "period",
    "threshold",
    "statistic",
)
"""What moto's one kind of alarm is told of a metric, and a composite alarm has none of."""


def _require_children(backend: Any, name: str, rule: Rule) -> None:
    missing = [child for child in rule.children if child not in backend.alarms and child != name]
    if missing:
        raise ValidationError(
            f"Could not save the composite alarm as alarms [{', '.join(missing)}] in the alarm rule do not exist"
        )
    seen, below = set[str](), list(rule.children)
    while below:
        child = below.pop()
        if child == name:
            raise ValidationError(f"the alarm rule of {name} depends on {name} itself: the sandbox refuses circles")
        if child not in seen:
            seen.add(child)
            below.extend(children_of(backend.alarms[child]))


def children_of(alarm: Alarm) -> tuple[str, ...]:
    """Return the names of the alarms that a composite alarm depends on; of a metric alarm none."""
    return () if alarm.rule is None else parse(alarm.rule).children


def _require_deletable(backend: Any, names: list[str]) -> None:
    composite = [name for name in names if name in backend.alarms and backend.alarms[name].rule is not None]
    if len(composite) > 1:
        raise ValidationError(f"no more than one composite alarm can be deleted at once, got {', '.join(composite)}")
    leaving = set(names)
    for name in names:
        parents = [each.name for each in backend.alarms.values() if name in children_of(each)]
        if any(parent not in leaving for parent in parents):
            raise ValidationError(f"Cannot delete {name} as there are composite alarm(s) depending on it")


def _describe(response: Any) -> Any:
    backend = response.cloudwatch_backend
    kinds = _parameter(response, "AlarmTypes") or ["MetricAlarm"]
    given = [name for name in _FAMILY if _parameter(response, name) is not None]
    if given:
        if len(given) > 1 or any(_parameter(response, name) for name in _OTHERS):
            raise InvalidParameterCombination(f"{given[0]} cannot be combined with other filters")
        chosen = _family(backend, given[0], name_of(_parameter(response, given[0])))
    else:
        chosen = [alarm for alarm in backend.alarms.values() if _is_wanted(response, alarm, kinds)]
    chosen.sort(key=lambda alarm: alarm.name)
    start, count = int(_parameter(response, "NextToken") or 0), int(_parameter(response, "MaxRecords") or PAGE)
    page = chosen[start : start + count]
    answer: dict[str, Any] = {
        "MetricAlarms": [alarm for alarm in page if alarm.rule is None],
        "CompositeAlarms": [alarm for alarm in page if alarm.rule is not None],
    }
    if start + count < len(chosen):
        answer["NextToken"] = str(start + count)
    return ActionResult(answer)


def _family(backend: Any, side: str, name: str) -> list[Any]:
    if name not in backend.alarms:
        raise ResourceNotFound(f"there is no alarm {name}")
    if side == "ParentsOfAlarmName":
        # "the response includes only names and ARNs" is about other accounts' rights; the whole alarm is told here
        return [alarm for alarm in backend.alarms.values() if name in children_of(alarm)]
    return [backend.alarms[child] for child in children_of(backend.alarms[name]) if child in backend.alarms]


def _is_wanted(response: Any, alarm: Any, kinds: list[str]) -> bool:
    names, prefix = _parameter(response, "AlarmNames"), _parameter(response, "AlarmNamePrefix")
    state, action = _parameter(response, "StateValue"), _parameter(response, "ActionPrefix")
    actions = [*alarm.alarm_actions, *alarm.ok_actions, *alarm.insufficient_data_actions]
    return (
        ("MetricAlarm" if alarm.rule is None else "CompositeAlarm") in kinds
        and (not names or alarm.name in names)
        and (not prefix or alarm.name.startswith(prefix))
        and (not state or alarm.state_value == state)
        and (not action or any(each.startswith(action) for each in actions))
    )


def _arn(backend: Any, name: str) -> str:
    return f"arn:{backend.partition}:cloudwatch:{backend.region_name}:{backend.account_id}:alarm:{name}"


def _parameter(response: Any, name: str) -> Any:
    return response._get_param(name)  # noqa: SLF001  (moto's own way to read parameters)
