"""The dashboard of a stack."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from infra.components.monitoring.widgets import dashboard_body

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class DashboardArgs:
    """What a Dashboard is made from."""

    dashboard_name: str
    """Name that people open it by."""
    region: str
    """Region of the metrics."""
    buckets: Mapping[str, pulumi.Input[str]]
    """What each bucket is for, to its name."""
    endpoint_name: str | None = None
    """Endpoint to show. Left out: the stack has none yet, and the dashboard shows the lake only."""
    variant_name: str
    """Production variant to show."""


class Dashboard(pulumi.ComponentResource):
    """One page about the lake and the endpoint."""

    dashboard_name: pulumi.Output[str]
    """Name of the dashboard."""

    def __init__(self, name: str, args: DashboardArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:monitoring:Dashboard", name, None, opts)

        body = partial(dashboard_body, args.region, args.endpoint_name, args.variant_name)
        dashboard = aws.cloudwatch.Dashboard(
            name,
            dashboard_name=args.dashboard_name,
            dashboard_body=pulumi.Output.all(**args.buckets).apply(body),
            opts=pulumi.ResourceOptions(parent=self),
        )

        self.dashboard_name = dashboard.dashboard_name
        self.register_outputs({"dashboard_name": self.dashboard_name})
