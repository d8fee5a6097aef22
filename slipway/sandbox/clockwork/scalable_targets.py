"""Application Auto Scaling's bounds: a variant's instance count stays between its target's minimum and maximum.

An UpdateEndpoint resets the count to the configuration's; AWS's autoscaler then brings it back. A direction that the
target suspends is left alone. Sources: botocore's documentation of RegisterScalableTarget (MinCapacity, MaxCapacity,
SuspendedState) and of UpdateEndpoint (RetainAllVariantProperties). What scales by metrics is in
`scaling/`.
"""

import logging
import re
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from slipway.sandbox.clockwork.noticed import Noticed
from slipway.sandbox.sagemaker.context import Context, ContextFactory, Scope

NAMESPACE, DIMENSION = "sagemaker", "sagemaker:variant:DesiredInstanceCount"
PAUSE = 10.0
"""Seconds until a target is corrected once more: a count that cannot be reached is not tried without end."""
_RESOURCE = re.compile(r"endpoint/([^/]+)/variant/([^/]+)")

log = logging.getLogger(__name__)


class ScalableTargets:
    """Watches the accounts and regions in which somebody registered a target; `clock` is in seconds, from anywhere."""

    def __init__(self, contexts: ContextFactory, clock: Callable[[], float]) -> None:
        self._contexts = contexts
        self._clock = clock
        self._noticed = Noticed()
        self._corrected: dict[tuple[Scope, str], float] = {}

    def notice(self, scope: Scope) -> None:
        """Remember that there may be targets here."""
        self._noticed.notice(scope)

    @property
    def busy(self) -> bool:
        """Whether a target may be registered anywhere."""
        return bool(self._noticed)

    def look(self) -> None:
        """Correct every variant that is out of its bounds; forget places without targets until one is registered."""
        self._noticed.visit(self._correct)

    def _correct(self, scope: Scope) -> bool:
        context = self._contexts(scope)
        targets = _targets(context)
        for target in targets:
            self._keep(context, target)
        return bool(targets)

    def _keep(self, context: Context, target: Mapping[str, Any]) -> None:
        place = _RESOURCE.fullmatch(target["ResourceId"])
        key = (context.scope, target["ResourceId"])
        if place is None or self._clock() - self._corrected.get(key, float("-inf")) < PAUSE:
            return
        endpoint, variant = place.groups()
        sagemaker = context.aws.client("sagemaker")
        try:
            wanted = _wanted(sagemaker.describe_endpoint(EndpointName=endpoint), variant, target)
            if wanted is None:
                return
            self._corrected[key] = self._clock()
            sagemaker.update_endpoint_weights_and_capacities(
                EndpointName=endpoint,
                DesiredWeightsAndCapacities=[{"VariantName": variant, "DesiredInstanceCount": wanted}],
            )
        except (ClientError, BotoCoreError) as error:  # the endpoint is gone, or somebody else was faster
            log.info("scalable target %s: %s", target["ResourceId"], error)
        else:
            log.info("scalable target %s: %d instance(s) wanted", target["ResourceId"], wanted)


def set_count(context: Context, resource: str, wanted: Callable[[int], int | None]) -> None:
    """Change a variant's count to what `wanted` makes of it, within its target's bounds, where nothing forbids it.

    Raises ClientError when the endpoint is gone.
    """
    place = _RESOURCE.fullmatch(resource)
    target = next((each for each in _targets(context) if each["ResourceId"] == resource), None)
    if place is None or target is None:
        return
    endpoint, variant = place.groups()
    described = context.aws.client("sagemaker").describe_endpoint(EndpointName=endpoint)
    found = next((each for each in described.get("ProductionVariants", []) if each["VariantName"] == variant), None)
    if found is None or described["EndpointStatus"] != "InService" or "DesiredInstanceCount" not in found:
        return
    current, suspended = int(found["DesiredInstanceCount"]), target.get("SuspendedState", {})
    count = wanted(current)
    if count is None:
        return
    count = max(int(target["MinCapacity"]), min(count, int(target["MaxCapacity"])))
    direction = "DynamicScalingOutSuspended" if count > current else "DynamicScalingInSuspended"
    if count == current or suspended.get(direction, False):
        return
    change = {"VariantName": variant, "DesiredInstanceCount": count}
    sagemaker = context.aws.client("sagemaker")
    sagemaker.update_endpoint_weights_and_capacities(EndpointName=endpoint, DesiredWeightsAndCapacities=[change])
    log.info("%s: %d instance(s) instead of %d", resource, count, current)


def _targets(context: Context) -> list[Mapping[str, Any]]:
    pages = context.aws.client("application-autoscaling").get_paginator("describe_scalable_targets")
    found = pages.paginate(ServiceNamespace=NAMESPACE, ScalableDimension=DIMENSION)
    return [target for page in found for target in page["ScalableTargets"]]


def _wanted(endpoint: Mapping[str, Any], variant: str, target: Mapping[str, Any]) -> int | None:
    """Return the count that a variant must have, None when it has it or nobody may change it now."""
    found = next((each for each in endpoint.get("ProductionVariants", []) if each["VariantName"] == variant), None)
    if found is None or endpoint["EndpointStatus"] != "InService" or "DesiredInstanceCount" not in found:
        return None
    count, suspended = int(found["DesiredInstanceCount"]), target.get("SuspendedState", {})
    if count < target["MinCapacity"] and not suspended.get("DynamicScalingOutSuspended", False):
        return int(target["MinCapacity"])
    if count > target["MaxCapacity"] and not suspended.get("DynamicScalingInSuspended", False):
        return int(target["MaxCapacity"])
    return None
