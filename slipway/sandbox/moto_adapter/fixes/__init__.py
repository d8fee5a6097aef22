"""Corrections of moto's answers, one file each; every one is applied before the first request."""

from functools import cache

from slipway.sandbox.moto_adapter.fixes import (
    access_log_targets,
    alarm_checks,
    alarm_states,
    athena_named_queries,
    athena_work_groups,
    bucket_policies,
    budget_tags,
    budgets,
    composite_alarms,
    event_bridge_notifications,
    event_delivery,
    function_configurations,
    function_invocation,
    image_digests,
    key_deletion,
    key_rotation,
    lake_formation_grants,
    lake_formation_resources,
    log_group_keys,
    log_resource_policies,
    metric_data,
    metric_filter_emission,
    metric_filters,
    nat_gateways,
    open_id_clients,
    policy_simulation,
    scaling_alarms,
    schedule_expressions,
    schedule_groups,
    security_group_rules,
    tags_in_xml,
    topic_attributes,
    vpc_endpoint_names,
)

FIXES = (
    access_log_targets,
    alarm_checks,
    alarm_states,
    athena_named_queries,
    athena_work_groups,
    bucket_policies,
    budget_tags,
    budgets,
    composite_alarms,
    event_bridge_notifications,
    event_delivery,
    function_configurations,
    function_invocation,
    image_digests,
    key_deletion,
    key_rotation,
    lake_formation_grants,
    lake_formation_resources,
    log_group_keys,
    log_resource_policies,
    metric_data,
    metric_filter_emission,
    metric_filters,
    nat_gateways,
    open_id_clients,
    policy_simulation,
    scaling_alarms,
    schedule_expressions,
    schedule_groups,
    security_group_rules,
    tags_in_xml,
    topic_attributes,
    vpc_endpoint_names,
)


@cache
def apply() -> None:
    """Apply every correction, once in a process, before moto answers."""
    for fix in FIXES:
        fix.apply()
