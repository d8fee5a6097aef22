"""What everything else of a stack stands on: the boundary of its roles, its key and its buckets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.components.schedules.schedule_group import ScheduleGroup, ScheduleGroupArgs
from infra.components.security.encryption_key import EncryptionKey, EncryptionKeyArgs
from infra.components.security.permissions_boundary import PermissionsBoundary, PermissionsBoundaryArgs
from infra.components.storage.lake import Lake, LakeArgs
from infra.naming import trail_arn

if TYPE_CHECKING:
    import pulumi

    from infra.stack import Stack


@dataclass(frozen=True, kw_only=True)
class Ground:
    """The boundary, the key, the lake and the group of the schedules."""

    boundary_arn: pulumi.Input[str]
    """IAM policy that bounds every role."""
    key: EncryptionKey
    """The key that everything is encrypted with."""
    lake: Lake
    """The buckets."""
    schedules: ScheduleGroup
    """The group of the schedules."""


def ground(stack: Stack) -> Ground:
    """Declare what the rest of the stack stands on."""
    settings, names, lake = stack.settings, stack.names, stack.settings.lake
    trail = trail_arn(stack.account_id, stack.region, names.trail) if settings.audit.enabled else None
    boundary_arn = _boundary_arn(stack)
    key = EncryptionKey(
        "key",
        EncryptionKeyArgs(
            account_id=stack.account_id,
            region=stack.region,
            log_group_prefixes=("/aws/sagemaker/", "/aws/events/", "/aws/vpc/"),
            trail_arn=trail,
            retention=stack.kept,
        ),
        stack.ours,
    )
    buckets = Lake(
        "lake",
        LakeArgs(
            account_id=stack.account_id,
            region=stack.region,
            key_arn=key.arn,
            noncurrent_version_days=lake.noncurrent_version_days,
            abort_multipart_days=lake.abort_multipart_days,
            captures_expiry_days=lake.captures_expiry_days,
            query_results_expiry_days=lake.query_results_expiry_days,
            logs_expiry_days=lake.logs_expiry_days,
            trail_arn=trail,
            retention=stack.kept,
        ),
        stack.ours,
    )
    schedules = ScheduleGroup("schedules", ScheduleGroupArgs(group_name=names.schedule_group), stack.ours)
    return Ground(boundary_arn=boundary_arn, key=key, lake=buckets, schedules=schedules)


def _boundary_arn(stack: Stack) -> pulumi.Input[str]:
    """Return the policy that bounds every role: the one that the stack file names, or one of the stack's own."""
    given = stack.settings.stack.permissions_boundary_arn
    if given is not None:
        return given
    boundary = PermissionsBoundary(
        "boundary",
        PermissionsBoundaryArgs(
            account_id=stack.account_id,
            region=stack.region,
            policy_name=stack.names.boundary,
            repository_prefix=f"{stack.names.project}-{stack.names.stack}",
        ),
        stack.ours,
    )
    return boundary.arn
