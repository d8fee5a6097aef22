"""The stack's own network: what is in it, and what nothing in it can reach."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.components.network.flow_logs import FlowLogs, FlowLogsArgs
from infra.components.network.network import SERVICES, Network, NetworkArgs

ACCOUNT = "123456789012"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
RULES = ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
         "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")  # fmt: skip


def args(*zones: str, cidr: str = "10.20.0.0/16") -> NetworkArgs:
    return NetworkArgs(account_id=ACCOUNT, region="eu-west-1", cidr=cidr, zones=zones or ("eu-west-1a", "eu-west-1c"))


@pytest.fixture
def graph(run_program: Any) -> Any:
    return run_program(lambda: Network("network", args()))


def test_every_zone_has_a_private_subnet_of_its_own_addresses(graph: Any) -> None:
    found = {
        one.name: (one.inputs["availabilityZone"], one.inputs["cidrBlock"], one.inputs["mapPublicIpOnLaunch"])
        for one in graph.of_type("aws:ec2/subnet:Subnet")
    }
    assert found == {
        "network-a": ("eu-west-1a", "10.20.0.0/20", False),
        "network-c": ("eu-west-1c", "10.20.16.0/20", False),
    }


def test_there_is_no_way_to_the_internet(graph: Any) -> None:
    ways = ("internetGateway", "natGateway", "eip", "ec2/route:Route")
    assert not [one.type for one in graph.resources if any(way in one.type for way in ways)]
    (table,) = graph.of_type("aws:ec2/routeTable:RouteTable")
    assert "routes" not in table.inputs


def test_every_service_that_containers_call_answers_in_every_subnet(graph: Any) -> None:
    interfaces = [one for one in graph.of_type(ENDPOINT) if one.inputs["vpcEndpointType"] == "Interface"]
    assert [one.inputs["serviceName"] for one in interfaces] == [f"com.amazonaws.eu-west-1.{one}" for one in SERVICES]
    for one in interfaces:
        assert one.inputs["subnetIds"] == ["id-of-network-a", "id-of-network-c"]
        assert one.inputs["securityGroupIds"] == ["id-of-network-services"]
        assert one.inputs["privateDnsEnabled"] is True


def test_no_rule_names_the_world(graph: Any) -> None:
    rules = [one for token in RULES for one in graph.of_type(token)]
    assert len(rules) == 5
    assert not [one.name for one in rules if {"cidrIpv4", "cidrIpv6"} & set(one.inputs)]
    for one in graph.of_type("aws:ec2/securityGroup:SecurityGroup"):
        assert not {"ingress", "egress"} & set(one.inputs)


def test_only_buckets_of_this_account_and_image_layers_are_reached(graph: Any) -> None:
    own, layers = json.loads(graph.one(ENDPOINT, "network-s3").inputs["policy"])["Statement"]
    assert own["Condition"] == {"StringEquals": {"aws:ResourceAccount": ACCOUNT}}
    assert layers["Resource"] == "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*"
    assert layers["Action"] == ["s3:GetObject"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (lambda: args("eu-west-1a", "eu-west-1a"), "zones must differ"),
        (lambda: args(cidr="8.8.0.0/16"), "private addresses"),
    ],
)
def test_a_network_that_cannot_be_is_refused(given: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        given()


def test_flow_logs_have_a_role_for_one_log_group_that_no_other_service_takes(run_program: Any) -> None:
    graph = run_program(
        lambda: FlowLogs(
            "flow-logs",
            FlowLogsArgs(
                account_id=ACCOUNT,
                region="eu-west-1",
                vpc_id="vpc-1",
                log_group_name="/aws/vpc/slipway-dev",
                key_arn="arn:key",
                retention_days=30,
                permissions_boundary_arn="arn:boundary",
            ),
        )
    )
    (log,) = graph.of_type("aws:ec2/flowLog:FlowLog")
    assert (log.inputs["vpcId"], log.inputs["trafficType"]) == ("vpc-1", "ALL")
    assert graph.one("aws:cloudwatch/logGroup:LogGroup", "flow-logs").inputs["kmsKeyId"] == "arn:key"
    role = graph.one("aws:iam/role:Role", "flow-logs").inputs
    assert role["permissionsBoundary"] == "arn:boundary"
    (trust,) = json.loads(role["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": "vpc-flow-logs.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}
    policy = json.loads(graph.one("aws:iam/rolePolicy:RolePolicy", "flow-logs").inputs["policy"])
    listed, statement = policy["Statement"]
    assert (listed["Action"], listed["Resource"]) == (
        ["logs:DescribeLogGroups"],
        f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:*",
    )
    group = f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/aws/vpc/slipway-dev"
    assert statement["Resource"] == [group, f"{group}:*"]
