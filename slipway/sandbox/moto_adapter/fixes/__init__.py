"""Corrections of moto's answers, one file each; every one is applied before the first request."""

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


def apply() -> None:
    """Apply every correction; call it once, before moto answers."""
    for fix in FIXES:
        fix.apply()
