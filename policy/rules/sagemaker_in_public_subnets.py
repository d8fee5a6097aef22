"""SageMaker in subnets that the internet reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.rule import Asked, Rule, security_hub
from policy.seen import Seen, at, guards

if TYPE_CHECKING:
    from collections.abc import Iterator

_SUBNET = "aws:ec2/subnet:Subnet"
_ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
_ROUTE = "aws:ec2/route:Route"
_TABLE = "aws:ec2/routeTable:RouteTable"
_GATEWAY = "aws:ec2/internetGateway:InternetGateway"
_KEYS = ("vpcConfig", "subnetId", "subnetIds", "trainingJobDefinition", "networkConfig", "monitoringScheduleConfig")


def check(asked: Asked) -> Iterator[str]:
    """A subnet is public when it gives public addresses or has a route to an internet gateway."""
    subnets = {one.urn: one for key in _KEYS for one in asked.it.needs.get(key, ()) if one.type == _SUBNET}
    for subnet in sorted(subnets.values(), key=lambda one: one.name):
        if at(subnet.properties, "mapPublicIpOnLaunch") is True:
            yield f"subnet {subnet.name} gives public addresses (mapPublicIpOnLaunch): use a private one"
        elif _has_way_out(subnet, asked):
            yield f"subnet {subnet.name} has a route to an internet gateway: use a private one"


def _has_way_out(subnet: Seen, asked: Asked) -> bool:
    for association in guards(asked.stack, _ASSOCIATION, subnet, key="subnetId", target_key="id"):
        for table in association.needs.get("routeTableId", ()):
            if any(one.type == _GATEWAY for one in table.needs.get("routes", ())):
                return True
            routes = guards(asked.stack, _ROUTE, table, key="routeTableId", target_key="id")
            if any(one.type == _GATEWAY for route in routes for one in route.needs.get("gatewayId", ())):
                return True
    return False


RULE = Rule(
    name="sagemaker-in-public-subnets",
    description="SageMaker runs in private subnets only.",
    severity="high",
    controls=("SageMaker.2",),
    link=security_hub("SageMaker.2"),
    looks_at=(
        "aws:sagemaker/model:Model",
        "aws:sagemaker/trainingJob:TrainingJob",
        "aws:sagemaker/hyperParameterTuningJob:HyperParameterTuningJob",
        "aws:sagemaker/notebookInstance:NotebookInstance",
        "aws:sagemaker/domain:Domain",
        "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition",
    ),
    check=check,
    whole_stack=True,
    remark="subnets that the stack itself declares; of foreign ones nothing is known",
)
