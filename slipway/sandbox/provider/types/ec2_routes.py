"""EC2: route tables, their routes, and which subnet uses which."""

import zlib
from typing import Any, Final

from slipway.sandbox.provider.declaration import Change, Made, Properties, ResourceType, Update
from slipway.sandbox.provider.problems import Gone
from slipway.sandbox.provider.scope import Scope
from slipway.sandbox.provider.types.ec2_things import arn, first, specification, tagged_only, told

DESTINATIONS: Final = {
    "destinationCidrBlock": "DestinationCidrBlock",
    "destinationIpv6CidrBlock": "DestinationIpv6CidrBlock",
    "destinationPrefixListId": "DestinationPrefixListId",
}
WAYS: Final = {
    "gatewayId": "GatewayId",
    "natGatewayId": "NatGatewayId",
    "networkInterfaceId": "NetworkInterfaceId",
    "transitGatewayId": "TransitGatewayId",
    "vpcPeeringConnectionId": "VpcPeeringConnectionId",
    "vpcEndpointId": "VpcEndpointId",
    "egressOnlyGatewayId": "EgressOnlyInternetGatewayId",
}
GONE_TABLE: Final = frozenset({"InvalidRouteTableID.NotFound", "InvalidRoute.NotFound"})
MADE_WITH_THE_TABLE: Final = "CreateRouteTable"


# -- tables


def _inline(route: Properties) -> dict[str, Any]:
    """Give an inline route as a request; there, destinations are called otherwise than in a Route."""
    named = {"cidrBlock": "DestinationCidrBlock", "ipv6CidrBlock": "DestinationIpv6CidrBlock"} | WAYS
    return {member: route[name] for name, member in named.items() if route.get(name)}


def _create_table(scope: Scope, inputs: Properties) -> Made:
    made = scope.client("ec2").create_route_table(VpcId=inputs["vpcId"], **specification("route-table", inputs))
    return Made(made["RouteTable"]["RouteTableId"])


def _finish_table(scope: Scope, resource_id: str, inputs: Properties) -> None:
    for route in inputs.get("routes") or []:
        scope.client("ec2").create_route(RouteTableId=resource_id, **_inline(route))


def _change_routes(scope: Scope, change: Change) -> None:
    client = scope.client("ec2")
    for route in change.olds.get("routes") or []:
        request = _inline(route)
        place: Any = {name: value for name, value in request.items() if name.startswith("Destination")}
        client.delete_route(RouteTableId=change.id, **place)
    _finish_table(scope, change.id, change.news)


def _read_table(scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    found = first(scope.client("ec2").describe_route_tables(RouteTableIds=[resource_id])["RouteTables"])
    back = {"DestinationCidrBlock": "cidrBlock", "DestinationIpv6CidrBlock": "ipv6CidrBlock"}
    back |= {member: name for name, member in WAYS.items()}
    routes = [
        {name: route[member] for member, name in back.items() if route.get(member)}
        for route in found.get("Routes") or []
        if route.get("Origin") != MADE_WITH_THE_TABLE
    ]
    return {
        "id": resource_id,
        "vpcId": found["VpcId"],
        # routes of their own (aws:ec2/route:Route) are not the table's
        "routes": routes if known.get("routes") else None,
        "arn": arn(scope, "route-table", resource_id),
        "ownerId": found.get("OwnerId", scope.account),
        "tagsAll": told(found),
    }


def _delete_table(scope: Scope, resource_id: str, _inputs: Properties) -> None:
    scope.client("ec2").delete_route_table(RouteTableId=resource_id)


# -- routes


def _destination(inputs: Properties) -> str:
    return str(next(inputs[name] for name in DESTINATIONS if inputs.get(name)))


def _request(inputs: Properties) -> dict[str, Any]:
    given = {**DESTINATIONS, **WAYS}
    return {member: inputs[name] for name, member in given.items() if inputs.get(name)}


def _create_route(scope: Scope, inputs: Properties) -> Made:
    scope.client("ec2").create_route(RouteTableId=inputs["routeTableId"], **_request(inputs))
    # the id of the Terraform provider: the table and a checksum of the destination
    return Made(f"r-{inputs['routeTableId']}{zlib.crc32(_destination(inputs).encode())}")


def _read_route(scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    if known:
        table, wanted = known["routeTableId"], _destination(known)
    else:  # an import names table_destination
        table, _, wanted = resource_id.partition("_")
    found = first(scope.client("ec2").describe_route_tables(RouteTableIds=[table])["RouteTables"])
    for route in found.get("Routes") or []:
        place = {name: route.get(member) for name, member in DESTINATIONS.items()}
        if wanted in place.values():
            return {
                "id": f"r-{table}{zlib.crc32(wanted.encode())}",
                "routeTableId": table,
                **place,
                **{name: route.get(member) for name, member in WAYS.items()},
                "instanceId": route.get("InstanceId", ""),
                "instanceOwnerId": route.get("InstanceOwnerId", ""),
                "origin": route.get("Origin", ""),
                "state": route.get("State", ""),
            }
    raise Gone


def _replace_route(scope: Scope, change: Change) -> None:
    scope.client("ec2").replace_route(RouteTableId=change.news["routeTableId"], **_request(change.news))


def _delete_route(scope: Scope, _resource_id: str, inputs: Properties) -> None:
    place: Any = {member: inputs[name] for name, member in DESTINATIONS.items() if inputs.get(name)}
    scope.client("ec2").delete_route(RouteTableId=inputs["routeTableId"], **place)


# -- associations


def _associate(scope: Scope, inputs: Properties) -> Made:
    given = {"subnetId": "SubnetId", "gatewayId": "GatewayId"}
    request: Any = {member: inputs[name] for name, member in given.items() if inputs.get(name)}
    made = scope.client("ec2").associate_route_table(RouteTableId=inputs["routeTableId"], **request)
    return Made(made["AssociationId"])


def _read_association(scope: Scope, resource_id: str, _known: Properties) -> dict[str, Any]:
    client = scope.client("ec2")
    if "/" in resource_id:  # an import names subnet/table
        place, _, wanted = resource_id.partition("/")
        tables = client.describe_route_tables(RouteTableIds=[wanted])["RouteTables"]
    else:
        place = ""
        here: Any = [{"Name": "association.route-table-association-id", "Values": [resource_id]}]
        tables = client.describe_route_tables(Filters=here)["RouteTables"]
    for table in tables:
        for one in table.get("Associations") or []:
            if one["RouteTableAssociationId"] == resource_id or place in (one.get("SubnetId"), one.get("GatewayId")):
                return {
                    "id": one["RouteTableAssociationId"],
                    "routeTableId": table["RouteTableId"],
                    "subnetId": one.get("SubnetId"),
                    "gatewayId": one.get("GatewayId"),
                }
    raise Gone


def _disassociate(scope: Scope, resource_id: str, _inputs: Properties) -> None:
    scope.client("ec2").disassociate_route_table(AssociationId=resource_id)


TYPES = (
    ResourceType(
        type="aws:ec2/routeTable:RouteTable",
        service="ec2",
        identity={"id": "RouteTableId"},
        id="@id",
        create=_create_table,
        finish=_finish_table,
        read=_read_table,
        update=(Update(how=tagged_only(_change_routes, ("routes",)), props=frozenset({"routes", "tags", "tagsAll"})),),
        delete=_delete_table,
        outputs={name: f"@{name}" for name in ("arn", "ownerId")},
        computed=frozenset({"routes", "propagatingVgws"}),
        unsupported={"propagatingVgws": "leave it out, the sandbox has no virtual private gateways"},
        unordered=frozenset({"routes"}),
        gone=GONE_TABLE,
    ),
    ResourceType(
        type="aws:ec2/route:Route",
        service="ec2",
        identity={"routeTableId": "RouteTableId"},
        id="@id",
        create=_create_route,
        read=_read_route,
        update=(Update(how=_replace_route, props=frozenset(WAYS)),),
        delete=_delete_route,
        outputs={name: f"@{name}" for name in ("instanceId", "instanceOwnerId", "origin", "state")},
        unsupported=dict.fromkeys(
            ("carrierGatewayId", "coreNetworkArn", "localGatewayId", "odbNetworkArn"),
            "leave it out, the sandbox has no such gateways",
        ),
        exactly_one=frozenset(DESTINATIONS),
        gone=GONE_TABLE,
    ),
    ResourceType(
        type="aws:ec2/routeTableAssociation:RouteTableAssociation",
        service="ec2",
        identity={"id": "AssociationId"},
        id="@id",
        create=_associate,
        read=_read_association,
        delete=_disassociate,
        exactly_one=frozenset({"subnetId", "gatewayId"}),
        gone=GONE_TABLE | {"InvalidAssociationID.NotFound"},
    ),
)
