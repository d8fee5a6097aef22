"""The alarms of an endpoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from infra.components.monitoring.alarms import PERIOD_SECONDS, Saturation, any_of, endpoint_alarms, saturation_alarms

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, kw_only=True)
class EndpointAlarmsArgs:
    """What EndpointAlarms are made from."""

    endpoint_name: str
    """Endpoint that is watched; the alarm above the others is named after it."""
    variant_name: str
    """Production variant that is watched."""
    server_errors_threshold: int
    """Answers with status 5xx in one minute that ring."""
    model_errors_threshold: int
    """Requests in one minute that the container did not answer with 2xx that ring."""
    latency_p90_ms: int
    """Model latency, 90th percentile of one minute, above which the alarm rings."""
    evaluation_periods: int
    """Minutes in a row that must be bad."""
    no_traffic_minutes: int | None = None
    """Minutes without a request that ring. Left out: silence is fine."""
    saturation: Saturation | None = None
    """How full the instances may be. Left out: nobody watches."""
    alarm_action_arns: Sequence[pulumi.Input[str]] = ()
    """What is called when the endpoint's alarm rings and when it stops. Left out: nothing."""


class EndpointAlarms(pulumi.ComponentResource):
    """Errors of the server, errors of the model, latency, and, if asked for, silence and full instances.

    One alarm above them all calls people: an incident that rings three of them is one message.
    """

    alarm_arns: pulumi.Output[Sequence[str]]
    """ARNs of the single alarms."""
    endpoint_alarm_arn: pulumi.Output[str]
    """ARN of the alarm above them."""
    rollback_alarm_names: Sequence[pulumi.Output[str]]
    """Names of the alarms that take a rollout back when they ring."""
    rollback_alarm_arns: Sequence[pulumi.Output[str]]
    """Their ARNs, for the role that looks at them."""

    def __init__(self, name: str, args: EndpointAlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:monitoring:EndpointAlarms", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        every: list[aws.cloudwatch.MetricAlarm] = []
        rolling_back: list[aws.cloudwatch.MetricAlarm] = []
        alarms = endpoint_alarms(
            server_errors_threshold=args.server_errors_threshold,
            model_errors_threshold=args.model_errors_threshold,
            latency_p90_ms=args.latency_p90_ms,
            evaluation_periods=args.evaluation_periods,
            no_traffic_minutes=args.no_traffic_minutes,
        )
        for alarm in [*alarms, *saturation_alarms(args.saturation or Saturation(), args.evaluation_periods)]:
            declared = aws.cloudwatch.MetricAlarm(
                f"{name}-{alarm.role}",
                namespace=alarm.namespace,
                metric_name=alarm.metric_name,
                dimensions={"EndpointName": args.endpoint_name, "VariantName": args.variant_name},
                statistic=alarm.statistic,
                extended_statistic=alarm.extended_statistic,
                period=PERIOD_SECONDS,
                evaluation_periods=alarm.evaluation_periods,
                comparison_operator=alarm.comparison_operator,
                threshold=alarm.threshold,
                treat_missing_data=alarm.treat_missing_data,
                alarm_description=alarm.description,
                opts=child,
            )
            every.append(declared)
            if alarm.rolls_back:
                rolling_back.append(declared)

        # AWS does not tell "no actions" from an empty list; left out, a refresh finds nothing to correct.
        actions = list(args.alarm_action_arns) if args.alarm_action_arns else None
        whole = aws.cloudwatch.CompositeAlarm(
            name,
            alarm_name=f"{args.endpoint_name}-endpoint",
            alarm_rule=pulumi.Output.all(*(alarm.name for alarm in every)).apply(any_of),
            alarm_description=f"endpoint {args.endpoint_name} needs somebody: the alarms that ring say why",
            alarm_actions=actions,
            ok_actions=actions,
            opts=child,
        )

        self.endpoint_alarm_arn = whole.arn
        self.alarm_arns = pulumi.Output.all(*(alarm.arn for alarm in every))
        self.rollback_alarm_names = [alarm.name for alarm in rolling_back]
        self.rollback_alarm_arns = [alarm.arn for alarm in rolling_back]
        self.register_outputs({"alarm_arns": self.alarm_arns})
