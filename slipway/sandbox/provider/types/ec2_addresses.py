"""EC2: public addresses and NAT gateways."""

from typing import Any

from slipway.sandbox.provider.declaration import Made, Properties, ResourceType, Update
from slipway.sandbox.provider.problems import Gone
from slipway.sandbox.provider.scope import Scope
from slipway.sandbox.provider.types.ec2_network import OTHER_POOLS
from slipway.sandbox.provider.types.ec2_things import arn, first, specification, told
from slipway.sandbox.provider.types.ec2_things import change as change_tags


def _create_address(scope: Scope, inputs: Properties) -> Made:
    request: dict[str, Any] = {"Domain": inputs.get("domain", "vpc"), **specification("elastic-ip", inputs)}
    return Made(scope.client("ec2").allocate_address(**request)["AllocationId"])


def _read_address(scope: Scope, resource_id: str, _known: Properties) -> dict[str, Any]:
    found = first(scope.client("ec2").describe_addresses(AllocationIds=[resource_id])["Addresses"])
    public = found.get("PublicIp", "")
    return {
        "id": resource_id,
        "allocationId": resource_id,
        "domain": found.get("Domain", "vpc"),
        "publicIp": public,
        "publicDns": f"ec2-{public.replace('.', '-')}.compute-1.amazonaws.com",
        "privateIp": found.get("PrivateIpAddress", ""),
        "privateDns": "",
        "associationId": found.get("AssociationId") or "",
        "carrierIp": found.get("CarrierIp", ""),
        "customerOwnedIp": found.get("CustomerOwnedIp", ""),
        "ptrRecord": "",
        "arn": arn(scope, "elastic-ip", resource_id),
        "tagsAll": told(found),
    }


def _delete_address(scope: Scope, resource_id: str, _inputs: Properties) -> None:
    scope.client("ec2").release_address(AllocationId=resource_id)


def _create_nat(scope: Scope, inputs: Properties) -> Made:
    given = {"allocationId": "AllocationId", "connectivityType": "ConnectivityType", "privateIp": "PrivateIpAddress"}
    request: dict[str, Any] = {member: inputs[name] for name, member in given.items() if name in inputs}
    made = scope.client("ec2").create_nat_gateway(
        SubnetId=inputs["subnetId"], **request, **specification("natgateway", inputs)
    )
    return Made(made["NatGateway"]["NatGatewayId"])


def _read_nat(scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    found = first(scope.client("ec2").describe_nat_gateways(NatGatewayIds=[resource_id])["NatGateways"])
    if found.get("State") in {"deleting", "deleted"}:
        raise Gone
    address = (found.get("NatGatewayAddresses") or [{}])[0]
    return {
        "id": resource_id,
        "subnetId": found["SubnetId"],
        "connectivityType": found.get("ConnectivityType", "public"),
        "allocationId": address.get("AllocationId"),
        "privateIp": address.get("PrivateIp") if known else None,
        "publicIp": address.get("PublicIp", ""),
        "networkInterfaceId": address.get("NetworkInterfaceId", ""),
        "associationId": address.get("AssociationId", ""),
        "tagsAll": told(found),
    }


def _delete_nat(scope: Scope, resource_id: str, _inputs: Properties) -> None:
    _read_nat(scope, resource_id, {})  # AWS goes on telling of one that is deleted, for an hour
    scope.client("ec2").delete_nat_gateway(NatGatewayId=resource_id)


TYPES = (
    ResourceType(
        type="aws:ec2/eip:Eip",
        service="ec2",
        identity={"id": "AllocationId"},
        id="@id",
        create=_create_address,
        read=_read_address,
        update=(Update(how=change_tags, props=frozenset({"tags", "tagsAll"})),),
        delete=_delete_address,
        outputs={
            name: f"@{name}"
            for name in (
                "allocationId",
                "arn",
                "associationId",
                "carrierIp",
                "customerOwnedIp",
                "privateDns",
                "privateIp",
                "ptrRecord",
                "publicDns",
                "publicIp",
            )
        },
        computed=frozenset({"domain"}),
        unsupported=dict.fromkeys(
            (
                "address",
                "associateWithPrivateIp",
                "customerOwnedIpv4Pool",
                "instance",
                "ipamPoolId",
                "networkBorderGroup",
                "networkInterface",
                "publicIpv4Pool",
            ),
            OTHER_POOLS,
        ),
        gone=frozenset({"InvalidAllocationID.NotFound"}),
    ),
    ResourceType(
        type="aws:ec2/natGateway:NatGateway",
        service="ec2",
        identity={"id": "NatGatewayId"},
        id="@id",
        create=_create_nat,
        read=_read_nat,
        update=(Update(how=change_tags, props=frozenset({"tags", "tagsAll"})),),
        delete=_delete_nat,
        outputs={name: f"@{name}" for name in ("associationId", "networkInterfaceId", "publicIp")},
        computed=frozenset({"privateIp"}),
        unsupported=dict.fromkeys(
            (
                "availabilityMode",
                "availabilityZoneAddresses",
                "secondaryAllocationIds",
                "secondaryPrivateIpAddressCount",
                "secondaryPrivateIpAddresses",
                "vpcId",
            ),
            "the sandbox's NAT gateways stand in one subnet and have one address",
        ),
        gone=frozenset({"NatGatewayNotFound", "InvalidNatGatewayID.NotFound"}),
    ),
)
