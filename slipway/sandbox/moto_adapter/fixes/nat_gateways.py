"""DeleteNatGateway "disassociates its Elastic IP address, but does not release the address"; moto keeps it associated.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteNatGateway.html
"""

from typing import Any

from moto.ec2.models.nat_gateways import NatGatewayBackend

from slipway.sandbox.moto_adapter.fixes.replacing import replace


def apply() -> None:
    """Let go of the addresses that only the gateway held."""
    delete = NatGatewayBackend.delete_nat_gateway

    def delete_nat_gateway(self: Any, nat_gateway_id: str) -> Any:
        gateway = delete(self, nat_gateway_id)
        held = [one["allocationId"] for one in gateway.address_set if one.get("allocationId")]
        for address in self.addresses:
            if address.allocation_id in held:
                self.disassociate_address(address=address.public_ip)
        return gateway

    replace(NatGatewayBackend, delete_nat_gateway=delete_nat_gateway)
