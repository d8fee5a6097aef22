"""ModifyVpcEndpoint's PrivateDnsEnabled, which moto does not look at.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcEndpoint.html
"""

from typing import Any

from moto.ec2.responses.vpcs import VPCs

from slipway.sandbox.moto_adapter.fixes.replacing import replace


def apply() -> None:
    """Set it with the rest."""
    modify = VPCs.modify_vpc_endpoint

    def modify_vpc_endpoint(self: Any) -> Any:
        answer = modify(self)
        wanted = self._get_param("PrivateDnsEnabled")
        if wanted is not None:
            endpoint = self._get_param("VpcEndpointId")
            found = self.ec2_backend.describe_vpc_endpoints(vpc_end_point_ids=[endpoint])[0]
            found.private_dns_enabled = str(wanted).lower() == "true"
        return answer

    replace(VPCs, modify_vpc_endpoint=modify_vpc_endpoint)
