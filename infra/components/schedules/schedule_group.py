"""The group that all of a stack's schedules are in."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class ScheduleGroupArgs:
    """What a ScheduleGroup is made from."""

    group_name: str
    """Name of the group: roles trust the scheduler for the schedules of this group only."""


class ScheduleGroup(pulumi.ComponentResource):
    """One group of EventBridge Scheduler: what a role can trust, and what goes with its schedules."""

    group_name: pulumi.Output[str]
    """Name of the group."""

    def __init__(self, name: str, args: ScheduleGroupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:schedules:ScheduleGroup", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        group = aws.scheduler.ScheduleGroup(name, name=args.group_name, opts=child)

        self.group_name = group.name
        self.register_outputs({"group_name": self.group_name})
