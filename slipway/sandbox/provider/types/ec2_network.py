"""EC2: networks, subnets, and their ways out."""

from typing import Any, Final

from slipway.sandbox.provider.declaration import Change, Made, Properties, ResourceType, Update
from slipway.sandbox.provider.scope import Scope
from slipway.sandbox.provider.types.ec2_things import arn, first, specification, tagged_only, told

VPC_ATTRIBUTES: Final = {
    "enableDnsSupport": "EnableDnsSupport",
    "enableDnsHostnames": "EnableDnsHostnames",
    "enableNetworkAddressUsageMetrics": "EnableNetworkAddressUsageMetrics",
}
SUBNET_ATTRIBUTES: Final = {
    "mapPublicIpOnLaunch": "MapPublicIpOnLaunch",
    "assignIpv6AddressOnCreation": "AssignIpv6AddressOnCreation",
}
IPV6: Final = "the sandbox's networks have IPv4 addresses only"
OTHER_POOLS: Final = "leave it out, the sandbox has no address pools but AWS's own"


# -- VPC


def _create_vpc(scope: Scope, inputs: Properties) -> Made:
    request: dict[str, Any] = {"CidrBlock": inputs["cidrBlock"], **specification("vpc", inputs)}
    if "instanceTenancy" in inputs:
        request["InstanceTenancy"] = inputs["instanceTenancy"]
    return Made(scope.client("ec2").create_vpc(**request)["Vpc"]["VpcId"])


def _set_vpc(scope: Scope, vpc: str, inputs: Properties) -> None:
    # AWS takes one attribute a call
    for name, member in VPC_ATTRIBUTES.items():
        value: Any = {"Value": bool(inputs.get(name, name == "enableDnsSupport"))}
        scope.client("ec2").modify_vpc_attribute(VpcId=vpc, **{member: value})


def _read_vpc(scope: Scope, resource_id: str, _known: Properties) -> dict[str, Any]:
    client = scope.client("ec2")
    found = first(client.describe_vpcs(VpcIds=[resource_id])["Vpcs"])
    seen: dict[str, Any] = {}
    for name, member in VPC_ATTRIBUTES.items():
        attribute: Any = member[0].lower() + member[1:]
        seen[name] = client.describe_vpc_attribute(VpcId=resource_id, Attribute=attribute)[member]["Value"]
    here: Any = [{"Name": "vpc-id", "Values": [resource_id]}]
    main: Any = [*here, {"Name": "association.main", "Values": ["true"]}]
    table = client.describe_route_tables(Filters=main)["RouteTables"]
    acls: Any = client.describe_network_acls(Filters=[*here, {"Name": "default", "Values": ["true"]}])["NetworkAcls"]
    named: Any = [*here, {"Name": "group-name", "Values": ["default"]}]
    groups = client.describe_security_groups(Filters=named)["SecurityGroups"]
    return {
        **seen,
        "id": resource_id,
        "cidrBlock": found["CidrBlock"],
        "instanceTenancy": found.get("InstanceTenancy", "default"),
        "arn": arn(scope, "vpc", resource_id),
        "ownerId": found.get("OwnerId", scope.account),
        "dhcpOptionsId": found.get("DhcpOptionsId", ""),
        "mainRouteTableId": table[0]["RouteTableId"] if table else "",
        "defaultRouteTableId": table[0]["RouteTableId"] if table else "",
        "defaultNetworkAclId": acls[0]["NetworkAclId"] if acls else "",
        "defaultSecurityGroupId": groups[0]["GroupId"] if groups else "",
        "ipv6AssociationId": "",
        "tagsAll": told(found),
    }


def _delete_vpc(scope: Scope, resource_id: str, _inputs: Properties) -> None:
    scope.client("ec2").delete_vpc(VpcId=resource_id)


# -- subnets


def _create_subnet(scope: Scope, inputs: Properties) -> Made:
    given = {"availabilityZone": "AvailabilityZone", "availabilityZoneId": "AvailabilityZoneId"}
    place = {member: inputs[name] for name, member in given.items() if name in inputs}
    request: dict[str, Any] = {"VpcId": inputs["vpcId"], "CidrBlock": inputs["cidrBlock"], **place}
    made = scope.client("ec2").create_subnet(**request, **specification("subnet", inputs))
    return Made(made["Subnet"]["SubnetId"])


def _set_subnet(scope: Scope, subnet: str, inputs: Properties) -> None:
    for name, member in SUBNET_ATTRIBUTES.items():
        value: Any = {"Value": bool(inputs.get(name, False))}
        scope.client("ec2").modify_subnet_attribute(SubnetId=subnet, **{member: value})


def _read_subnet(scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    found = first(scope.client("ec2").describe_subnets(SubnetIds=[resource_id])["Subnets"])
    return {
        "id": resource_id,
        "vpcId": found["VpcId"],
        "cidrBlock": found["CidrBlock"],
        "availabilityZone": found["AvailabilityZone"],
        # an import names one of the two; AWS knows the other
        "availabilityZoneId": found.get("AvailabilityZoneId") if known else None,
        **{name: bool(found.get(member, False)) for name, member in SUBNET_ATTRIBUTES.items()},
        "ipv6Native": False,
        "enableDns64": False,
        "enableResourceNameDnsARecordOnLaunch": False,
        "enableResourceNameDnsAaaaRecordOnLaunch": False,
        "arn": found.get("SubnetArn", ""),
        "ownerId": found.get("OwnerId", scope.account),
        "ipv6CidrBlockAssociationId": "",
        "tagsAll": told(found),
    }


def _delete_subnet(scope: Scope, resource_id: str, _inputs: Properties) -> None:
    scope.client("ec2").delete_subnet(SubnetId=resource_id)


# -- internet gateways


def _create_gateway(scope: Scope, inputs: Properties) -> Made:
    made = scope.client("ec2").create_internet_gateway(**specification("internet-gateway", inputs))
    return Made(made["InternetGateway"]["InternetGatewayId"])


def _attach(scope: Scope, resource_id: str, inputs: Properties) -> None:
    if inputs.get("vpcId"):
        scope.client("ec2").attach_internet_gateway(InternetGatewayId=resource_id, VpcId=inputs["vpcId"])


def _detach(scope: Scope, resource_id: str, vpc: str | None) -> None:
    if vpc:
        scope.client("ec2").detach_internet_gateway(InternetGatewayId=resource_id, VpcId=vpc)


def _move(scope: Scope, change: Change) -> None:
    _detach(scope, change.id, change.olds.get("vpcId"))
    _attach(scope, change.id, change.news)


def _read_gateway(scope: Scope, resource_id: str, _known: Properties) -> dict[str, Any]:
    client = scope.client("ec2")
    found = first(client.describe_internet_gateways(InternetGatewayIds=[resource_id])["InternetGateways"])
    attached = found.get("Attachments") or [{}]
    return {
        "id": resource_id,
        "vpcId": attached[0].get("VpcId"),
        "arn": arn(scope, "internet-gateway", resource_id),
        "ownerId": found.get("OwnerId", scope.account),
        "tagsAll": told(found),
    }


def _delete_gateway(scope: Scope, resource_id: str, _inputs: Properties) -> None:
    _detach(scope, resource_id, _read_gateway(scope, resource_id, {})["vpcId"])
    scope.client("ec2").delete_internet_gateway(InternetGatewayId=resource_id)


TYPES = (
    ResourceType(
        type="aws:ec2/vpc:Vpc",
        service="ec2",
        identity={"id": "VpcId"},
        id="@id",
        create=_create_vpc,
        finish=_set_vpc,
        read=_read_vpc,
        update=(
            Update(
                how=tagged_only(lambda scope, change: _set_vpc(scope, change.id, change.news), VPC_ATTRIBUTES),
                props=frozenset(VPC_ATTRIBUTES) | {"tags", "tagsAll"},
            ),
        ),
        delete=_delete_vpc,
        outputs={
            name: f"@{name}"
            for name in (
                "arn",
                "defaultNetworkAclId",
                "defaultRouteTableId",
                "defaultSecurityGroupId",
                "dhcpOptionsId",
                "ipv6AssociationId",
                "mainRouteTableId",
                "ownerId",
            )
        },
        computed=frozenset({"enableDnsHostnames", "enableNetworkAddressUsageMetrics"}),
        unsupported={
            **dict.fromkeys(
                (
                    "assignGeneratedIpv6CidrBlock",
                    "ipv6CidrBlock",
                    "ipv6CidrBlockNetworkBorderGroup",
                    "ipv6IpamPoolId",
                    "ipv6NetmaskLength",
                ),
                IPV6,
            ),
            **dict.fromkeys(("ipv4IpamPoolId", "ipv4NetmaskLength"), OTHER_POOLS),
        },
        quiet={"enableDnsHostnames": False, "enableNetworkAddressUsageMetrics": False},
        gone=frozenset({"InvalidVpcID.NotFound"}),
    ),
    ResourceType(
        type="aws:ec2/subnet:Subnet",
        service="ec2",
        identity={"id": "SubnetId"},
        id="@id",
        create=_create_subnet,
        finish=_set_subnet,
        read=_read_subnet,
        update=(
            Update(
                how=tagged_only(lambda scope, change: _set_subnet(scope, change.id, change.news), SUBNET_ATTRIBUTES),
                props=frozenset(SUBNET_ATTRIBUTES) | {"tags", "tagsAll"},
            ),
        ),
        delete=_delete_subnet,
        outputs={name: f"@{name}" for name in ("arn", "ipv6CidrBlockAssociationId", "ownerId")},
        computed=frozenset({"availabilityZone", "availabilityZoneId"}),
        unsupported={
            **dict.fromkeys(("enableDns64", "ipv6CidrBlock", "ipv6IpamPoolId", "ipv6NetmaskLength"), IPV6),
            **dict.fromkeys(
                ("customerOwnedIpv4Pool", "enableLniAtDeviceIndex", "mapCustomerOwnedIpOnLaunch", "outpostArn"),
                "leave it out, the sandbox has no Outposts",
            ),
            **dict.fromkeys(("ipv4IpamPoolId", "ipv4NetmaskLength"), OTHER_POOLS),
            **dict.fromkeys(
                ("privateDnsHostnameTypeOnLaunch",), "leave it out, the sandbox's networks have no names of their own"
            ),
        },
        gone=frozenset({"InvalidSubnetID.NotFound"}),
    ),
    ResourceType(
        type="aws:ec2/internetGateway:InternetGateway",
        service="ec2",
        identity={"id": "InternetGatewayId"},
        id="@id",
        create=_create_gateway,
        finish=_attach,
        read=_read_gateway,
        update=(Update(how=tagged_only(_move, ("vpcId",)), props=frozenset({"vpcId", "tags", "tagsAll"})),),
        delete=_delete_gateway,
        outputs={name: f"@{name}" for name in ("arn", "ownerId")},
        gone=frozenset({"InvalidInternetGatewayID.NotFound"}),
    ),
)
