"""Scaling policies carried out: once a minute, as long as one of their alarms rings.

A policy's cooldown holds back what goes the same way as its last change; AWS lets a larger scale-out pass.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from slipway.sandbox.clockwork.alarms.evaluating import latest
from slipway.sandbox.clockwork.noticed import Noticed
from slipway.sandbox.clockwork.scalable_targets import DIMENSION, NAMESPACE, set_count
from slipway.sandbox.clockwork.scaling.capacity import stepped, tracked
from slipway.sandbox.clockwork.steps import next_step
from slipway.sandbox.sagemaker.context import ContextFactory, Scope

MINUTE = timedelta(minutes=1)
DEFAULT_COOLDOWN = 300
"""Seconds, for SageMaker's variants in either direction."""

log = logging.getLogger(__name__)


class Policies:
    """A source of the timeline."""

    def __init__(self, contexts: ContextFactory, clock: Callable[[], datetime]) -> None:
        self._contexts = contexts
        self._noticed = Noticed()
        self._done = clock()
        self._changed: dict[tuple[Scope, str, bool], datetime] = {}

    def notice(self, scope: Scope) -> None:
        """Remember that there may be policies here."""
        self._noticed.notice(scope)

    @property
    def busy(self) -> bool:
        """Whether there may be a policy anywhere."""
        return bool(self._noticed)

    def look(self) -> None:
        """Do nothing: policies wait for their minute."""

    def due(self, goal: datetime) -> datetime | None:
        """Return the next whole minute."""
        return next_step(self._done, goal, MINUTE)

    def fire(self, moment: datetime) -> None:
        """Carry out every policy whose alarm rings."""
        self._done = moment
        self._noticed.visit(lambda scope: self._scale(scope, moment))

    def skip(self, moment: datetime) -> None:
        """Forget what was due by a moment."""
        self._done = max(self._done, moment)

    def _scale(self, scope: Scope, moment: datetime) -> bool:
        aws = self._contexts(scope).aws
        try:
            pages = aws.client("application-autoscaling").get_paginator("describe_scaling_policies")
            found = pages.paginate(ServiceNamespace=NAMESPACE, ScalableDimension=DIMENSION)
            policies = [policy for page in found for policy in page["ScalingPolicies"]]
            for policy in policies:
                self._carry_out(scope, policy, moment)
        except (ClientError, BotoCoreError) as error:  # the endpoint is gone, or changes just now
            log.info("the scaling policies of %s in %s: %s", scope.account, scope.region, error)
            return True
        return bool(policies)

    def _carry_out(self, scope: Scope, policy: Mapping[str, Any], moment: datetime) -> None:
        cloudwatch = self._contexts(scope).aws.client("cloudwatch")
        ringing = cloudwatch.describe_alarms(ActionPrefix=policy["PolicyARN"], StateValue="ALARM")["MetricAlarms"]
        for alarm in ringing:
            metric = latest(alarm, cloudwatch, moment)
            if metric is None or not alarm["ActionsEnabled"]:
                continue
            wanted = partial(self._wanted, scope, policy, alarm, metric, moment)
            set_count(self._contexts(scope), policy["ResourceId"], wanted)

    def _wanted(
        self,
        scope: Scope,
        policy: Mapping[str, Any],
        alarm: Mapping[str, Any],
        metric: float,
        moment: datetime,
        current: int,
    ) -> int | None:
        """Return the count that a policy wants, None where it wants none now."""
        config = policy.get("TargetTrackingScalingPolicyConfiguration")
        wanted: int | None
        if config is not None:
            wanted = tracked(current, metric, float(config["TargetValue"]))
            upwards = alarm["ComparisonOperator"].startswith("Greater")
            wanted = max(wanted, current) if upwards else min(wanted, current)
            seconds = config.get("ScaleOutCooldown" if upwards else "ScaleInCooldown", DEFAULT_COOLDOWN)
        else:
            config = policy["StepScalingPolicyConfiguration"]
            wanted = stepped(current, metric - float(alarm["Threshold"]), config)
            seconds = config.get("Cooldown", DEFAULT_COOLDOWN)
        if wanted is None or wanted == current:
            return None
        key = (scope, str(policy["PolicyARN"]), wanted > current)
        before = self._changed.get(key)
        if before is not None and moment - before < timedelta(seconds=seconds):
            return None
        self._changed[key] = moment
        return wanted
