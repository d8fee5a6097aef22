"""The stack's own network: private subnets, AWS's services reached inside it, nothing open to the world."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from infra.address_block import subnets
from infra.components.network.permissions import own_buckets_only

if TYPE_CHECKING:
    from collections.abc import Sequence

SERVICES = (
    "ecr.api",
    "ecr.dkr",
    "kms",
    "logs",
    "monitoring",
    "sagemaker.api",
    "sagemaker.runtime",
    "secretsmanager",
    "sts",
)
"""What containers call, by the last words of the endpoint service's name; S3 has a gateway, which costs nothing."""

_HTTPS = 443


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """What a Network is made from."""

    account_id: str
    """Account whose buckets can be reached from inside."""
    region: str
    """Region of the network."""
    cidr: str
    """Private addresses of the network, /16 to /24, in CIDR notation."""
    zones: Sequence[str]
    """Availability zones, a private subnet each."""

    def __post_init__(self) -> None:
        """Refuse addresses that cannot be cut, and zones that cannot be told apart."""
        subnets(self.cidr, len(self.zones))
        if len(set(self.zones)) != len(self.zones):
            msg = f"zones must differ, got {', '.join(self.zones)}; name each once"
            raise ValueError(msg)


class Network(pulumi.ComponentResource):
    """A VPC without internet or NAT gateway: its containers reach AWS's own services and nothing else."""

    vpc_id: pulumi.Output[str]
    """Id of the VPC."""
    subnet_ids: Sequence[pulumi.Output[str]]
    """Ids of the private subnets, in the order of the zones."""
    security_group_ids: Sequence[pulumi.Output[str]]
    """Ids of the security groups that jobs and endpoints get."""

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:network:Network", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        vpc = aws.ec2.Vpc(
            name,
            cidr_block=args.cidr,
            # Interface endpoints answer under AWS's own host names, which the VPC's resolver must be asked for.
            enable_dns_support=True,
            enable_dns_hostnames=True,
            opts=child,
        )
        table = aws.ec2.RouteTable(name, vpc_id=vpc.id, opts=child)
        self.subnet_ids = []
        for zone, cidr in zip(args.zones, subnets(args.cidr, len(args.zones)), strict=True):
            role = zone.removeprefix(args.region)
            subnet = aws.ec2.Subnet(
                f"{name}-{role}",
                vpc_id=vpc.id,
                availability_zone=zone,
                cidr_block=cidr,
                map_public_ip_on_launch=False,
                opts=child,
            )
            aws.ec2.RouteTableAssociation(f"{name}-{role}", subnet_id=subnet.id, route_table_id=table.id, opts=child)
            self.subnet_ids.append(subnet.id)

        s3 = aws.ec2.VpcEndpoint(
            f"{name}-s3",
            vpc_id=vpc.id,
            service_name=f"com.amazonaws.{args.region}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=[table.id],
            policy=own_buckets_only(args.account_id, args.region),
            opts=child,
        )
        # Without rules of its own a security group lets nothing in and nothing out; the rules are resources below.
        workloads, services = (
            aws.ec2.SecurityGroup(f"{name}-{role}", vpc_id=vpc.id, description=description, opts=child)
            for role, description in (
                ("workloads", "Jobs and endpoints: to AWS services and each other only"),
                ("services", "Interface endpoints of AWS services: from jobs and endpoints only"),
            )
        )
        aws.vpc.SecurityGroupEgressRule(
            f"{name}-workloads-services",
            security_group_id=workloads.id,
            referenced_security_group_id=services.id,
            ip_protocol="tcp",
            from_port=_HTTPS,
            to_port=_HTTPS,
            description="AWS services through their interface endpoints",
            opts=child,
        )
        aws.vpc.SecurityGroupEgressRule(
            f"{name}-workloads-s3",
            security_group_id=workloads.id,
            prefix_list_id=s3.prefix_list_id,
            ip_protocol="tcp",
            from_port=_HTTPS,
            to_port=_HTTPS,
            description="S3 through its gateway endpoint",
            opts=child,
        )
        # Instances of one training job talk to each other on ports of their own choice.
        aws.vpc.SecurityGroupEgressRule(
            f"{name}-workloads-peers",
            security_group_id=workloads.id,
            referenced_security_group_id=workloads.id,
            ip_protocol="-1",
            description="the other instances of the same job",
            opts=child,
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-workloads-peers",
            security_group_id=workloads.id,
            referenced_security_group_id=workloads.id,
            ip_protocol="-1",
            description="the other instances of the same job",
            opts=child,
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-services",
            security_group_id=services.id,
            referenced_security_group_id=workloads.id,
            ip_protocol="tcp",
            from_port=_HTTPS,
            to_port=_HTTPS,
            description="jobs and endpoints",
            opts=child,
        )
        for service in SERVICES:
            role = service.replace(".", "-")
            aws.ec2.VpcEndpoint(
                f"{name}-{role}",
                vpc_id=vpc.id,
                service_name=f"com.amazonaws.{args.region}.{service}",
                vpc_endpoint_type="Interface",
                subnet_ids=self.subnet_ids,
                security_group_ids=[services.id],
                private_dns_enabled=True,
                opts=child,
            )

        self.vpc_id = vpc.id
        self.security_group_ids = [workloads.id]
        self.register_outputs(
            {"vpc_id": self.vpc_id, "subnet_ids": self.subnet_ids, "security_group_ids": self.security_group_ids}
        )
