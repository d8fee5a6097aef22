"""EC2: endpoints of AWS's services inside a network, and flow logs."""

from typing import Any, Final

from slipway.sandbox.provider.declaration import Change, Made, Properties, ResourceType, Update
from slipway.sandbox.provider.problems import Gone
from slipway.sandbox.provider.scope import Scope
from slipway.sandbox.provider.types.ec2_things import arn, first, specification, tagged_only, told
from slipway.sandbox.provider.types.ec2_things import change as change_tags

ENDPOINT_LISTS: Final = {
    "routeTableIds": ("RouteTableIds", "AddRouteTableIds", "RemoveRouteTableIds"),
    "subnetIds": ("SubnetIds", "AddSubnetIds", "RemoveSubnetIds"),
    "securityGroupIds": ("SecurityGroupIds", "AddSecurityGroupIds", "RemoveSecurityGroupIds"),
}
CHANGEABLE: Final = frozenset({*ENDPOINT_LISTS, "policy", "privateDnsEnabled"})
ENDPOINT_OUTPUTS: Final = (
    "arn", "cidrBlocks", "dnsEntries", "networkInterfaceIds", "ownerId", "prefixListId", "requesterManaged", "state",
)  # fmt: skip


def _create_endpoint(scope: Scope, inputs: Properties) -> Made:
    given = {
        "serviceName": "ServiceName", "vpcEndpointType": "VpcEndpointType", "policy": "PolicyDocument",
        "privateDnsEnabled": "PrivateDnsEnabled", "ipAddressType": "IpAddressType",
    }  # fmt: skip
    request: dict[str, Any] = {member: inputs[name] for name, member in given.items() if name in inputs}
    request |= {member: list(inputs[name]) for name, (member, _, _) in ENDPOINT_LISTS.items() if inputs.get(name)}
    made = scope.client("ec2").create_vpc_endpoint(
        VpcId=inputs["vpcId"], **request, **specification("vpc-endpoint", inputs)
    )
    return Made(made["VpcEndpoint"]["VpcEndpointId"])


def _read_endpoint(scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    found = first(scope.client("ec2").describe_vpc_endpoints(VpcEndpointIds=[resource_id])["VpcEndpoints"])
    if str(found.get("State", "")).lower() in {"deleting", "deleted"}:
        raise Gone
    groups = [group["GroupId"] for group in found.get("Groups") or []]
    entries = [
        {"dnsName": entry.get("DnsName", ""), "hostedZoneId": entry.get("HostedZoneId", "")}
        for entry in found.get("DnsEntries") or []
    ]
    return {
        "id": resource_id,
        "vpcId": found["VpcId"],
        "serviceName": found["ServiceName"],
        "vpcEndpointType": found.get("VpcEndpointType", "Gateway"),
        "routeTableIds": sorted(found.get("RouteTableIds") or []) or None,
        "subnetIds": sorted(found.get("SubnetIds") or []) or None,
        "securityGroupIds": sorted(groups) or None,
        # AWS allows everything to everybody where no policy is given
        "policy": found.get("PolicyDocument") if "policy" in known else None,
        "privateDnsEnabled": found.get("PrivateDnsEnabled") if found.get("VpcEndpointType") == "Interface" else None,
        "arn": arn(scope, "vpc-endpoint", resource_id),
        "cidrBlocks": [],
        "dnsEntries": entries,
        "networkInterfaceIds": found.get("NetworkInterfaceIds") or [],
        "ownerId": found.get("OwnerId", scope.account),
        "prefixListId": _prefix_list(scope, found),
        "requesterManaged": bool(found.get("RequesterManaged", False)),
        "state": str(found.get("State", "available")).lower(),
        "tagsAll": told(found),
    }


def _prefix_list(scope: Scope, found: Any) -> str:
    """Return the id of the addresses that a gateway's service has, which security groups name; others have none."""
    if found.get("VpcEndpointType", "Gateway") != "Gateway":
        return ""
    named: Any = [{"Name": "prefix-list-name", "Values": [found["ServiceName"]]}]
    listed = scope.client("ec2").describe_prefix_lists(Filters=named)["PrefixLists"]
    return listed[0]["PrefixListId"] if listed else ""


def _change_endpoint(scope: Scope, change: Change) -> None:
    request: dict[str, Any] = {}
    for name, (_, add, remove) in ENDPOINT_LISTS.items():
        old, new = set(change.olds.get(name) or []), set(change.news.get(name) or [])
        request |= {member: sorted(items) for member, items in ((add, new - old), (remove, old - new)) if items}
    if "policy" in change.changed:
        request |= {"PolicyDocument": change.news["policy"]} if "policy" in change.news else {"ResetPolicy": True}
    if "privateDnsEnabled" in change.changed:
        request["PrivateDnsEnabled"] = bool(change.news.get("privateDnsEnabled"))
    scope.client("ec2").modify_vpc_endpoint(VpcEndpointId=change.id, **request)


def _delete_endpoint(scope: Scope, resource_id: str, inputs: Properties) -> None:
    _read_endpoint(scope, resource_id, inputs)
    scope.client("ec2").delete_vpc_endpoints(VpcEndpointIds=[resource_id])


# -- flow logs

WATCHED: Final = {"vpcId": "VPC", "subnetId": "Subnet", "eniId": "NetworkInterface"}
FLOW_MEMBERS: Final = {
    "trafficType": "TrafficType",
    "logDestinationType": "LogDestinationType",
    "logDestination": "LogDestination",
    "logFormat": "LogFormat",
    "iamRoleArn": "DeliverLogsPermissionArn",
    "maxAggregationInterval": "MaxAggregationInterval",
}


def _create_flow_log(scope: Scope, inputs: Properties) -> Made:
    watched = next(name for name in WATCHED if inputs.get(name))
    request: dict[str, Any] = {member: inputs[name] for name, member in FLOW_MEMBERS.items() if name in inputs}
    made = scope.client("ec2").create_flow_logs(
        ResourceIds=[inputs[watched]],
        ResourceType=WATCHED[watched],
        **request,
        **specification("vpc-flow-log", inputs),
    )
    return Made(made["FlowLogIds"][0])


def _read_flow_log(scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    found = first(scope.client("ec2").describe_flow_logs(FlowLogIds=[resource_id])["FlowLogs"])
    watched = str(found["ResourceId"])
    prefixes = {"vpc-": "vpcId", "subnet-": "subnetId", "eni-": "eniId"}
    place = next(name for prefix, name in prefixes.items() if watched.startswith(prefix))
    seen = {name: found.get(member) for name, member in FLOW_MEMBERS.items()}
    # AWS tells the format that is in force, whoever chose it
    seen["logFormat"] = seen["logFormat"] if "logFormat" in known else None
    return {
        **seen,
        "id": resource_id,
        place: watched,
        "arn": arn(scope, "vpc-flow-log", resource_id),
        "tagsAll": told(found),
    }


def _delete_flow_log(scope: Scope, resource_id: str, _inputs: Properties) -> None:
    scope.client("ec2").delete_flow_logs(FlowLogIds=[resource_id])


TYPES = (
    ResourceType(
        type="aws:ec2/vpcEndpoint:VpcEndpoint",
        service="ec2",
        identity={"id": "VpcEndpointId"},
        id="@id",
        create=_create_endpoint,
        read=_read_endpoint,
        update=(Update(how=tagged_only(_change_endpoint, CHANGEABLE), props=CHANGEABLE | {"tags", "tagsAll"}),),
        delete=_delete_endpoint,
        outputs={name: f"@{name}" for name in ENDPOINT_OUTPUTS},
        computed=frozenset(
            {
                "ipAddressType",
                "policy",
                "privateDnsEnabled",
                "routeTableIds",
                "securityGroupIds",
                "subnetIds",
                "subnetConfigurations",
                "dnsOptions",
            }
        ),
        local=frozenset({"autoAccept"}),
        unsupported=dict.fromkeys(
            ("dnsOptions", "resourceConfigurationArn", "serviceNetworkArn", "serviceRegion", "subnetConfigurations"),
            "leave it out, the sandbox has endpoints of AWS's own services in one region",
        ),
        documents=frozenset({"policy"}),
        unordered=frozenset(ENDPOINT_LISTS),
        quiet={"privateDnsEnabled": False},
        gone=frozenset({"InvalidVpcEndpointId.NotFound"}),
    ),
    ResourceType(
        type="aws:ec2/flowLog:FlowLog",
        service="ec2",
        identity={"id": "FlowLogId"},
        id="@id",
        create=_create_flow_log,
        read=_read_flow_log,
        update=(Update(how=change_tags, props=frozenset({"tags", "tagsAll"})),),
        delete=_delete_flow_log,
        outputs={"arn": "@arn"},
        computed=frozenset({"logDestination", "logFormat"}),
        unsupported=dict.fromkeys(
            (
                "deliverCrossAccountRole",
                "destinationOptions",
                "regionalNatGatewayId",
                "tagFieldSpecifications",
                "transitGatewayAttachmentId",
                "transitGatewayId",
            ),
            "leave it out, the sandbox writes no flow logs of that kind",
        ),
        exactly_one=frozenset(WATCHED),
        gone=frozenset({"InvalidFlowLogId.NotFound"}),
    ),
)
