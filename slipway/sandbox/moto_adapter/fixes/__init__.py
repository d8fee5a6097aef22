"""Corrections of moto's answers, one file each; every one is applied before the first request."""

from functools import cache

from slipway.sandbox.moto_adapter.fixes import (
    alarm_checks,
    alarm_states,
    bucket_policies,
    composite_alarms,
    event_bridge_notifications,
    event_delivery,
    function_invocation,
    image_digests,
    key_deletion,
    key_rotation,
    log_group_keys,
    log_resource_policies,
    metric_data,
    metric_filter_emission,
    metric_filters,
    open_id_clients,
    policy_simulation,
    scaling_alarms,
    schedule_expressions,
    schedule_groups,
)

FIXES = (
    alarm_checks,
    alarm_states,
    bucket_policies,
    composite_alarms,
    event_bridge_notifications,
    event_delivery,
    function_invocation,
    image_digests,
    key_deletion,
    key_rotation,
    log_group_keys,
    log_resource_policies,
    metric_data,
    metric_filter_emission,
    metric_filters,
    open_id_clients,
    policy_simulation,
    scaling_alarms,
    schedule_expressions,
    schedule_groups,
)


@cache
def apply() -> None:
    """Apply every correction, once a process: what wraps a function of moto's must not wrap itself."""
    for fix in FIXES:
        fix.apply()
