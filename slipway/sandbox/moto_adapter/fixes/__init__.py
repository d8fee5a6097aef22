"""Corrections of moto's answers, one file each; every one is applied before the first request."""

from functools import cache

from slipway.sandbox.moto_adapter.fixes import (
    bucket_policies,
    event_bridge_notifications,
    event_delivery,
    image_digests,
    key_deletion,
    key_rotation,
    log_group_keys,
    log_resource_policies,
    metric_filters,
    open_id_clients,
    policy_simulation,
    schedule_groups,
)

FIXES = (
    bucket_policies,
    event_bridge_notifications,
    event_delivery,
    image_digests,
    key_deletion,
    key_rotation,
    log_group_keys,
    log_resource_policies,
    metric_filters,
    open_id_clients,
    policy_simulation,
    schedule_groups,
)


@cache
def apply() -> None:
    """Apply every correction, once in a process, before moto answers."""
    for fix in FIXES:
        fix.apply()
