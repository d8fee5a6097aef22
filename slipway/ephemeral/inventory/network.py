"""What EC2 has of a stack's network. The interfaces of endpoints and jobs outlive them, and hold groups and subnets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from slipway.ephemeral.inventory.kind import Kind, Thing, pages, tag_map

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.ephemeral.account import Account
    from slipway.ephemeral.inventory.owner import Owner

_GONE = frozenset({"deleted", "terminated"})


def _tagged(owner: Owner) -> list[dict[str, Any]]:
    """Return the filter for what bears the stack's tags: EC2 compares values whole."""
    wanted = {"stack": owner.stack, "project": owner.project}
    return [{"Name": f"tag:{name}", "Values": [value]} for name, value in wanted.items()]


@dataclass(frozen=True, kw_only=True)
class _Listed:
    """One kind of EC2, found by tags."""

    kind: str
    order: int
    noun: str
    """`subnet` of describe_subnets."""
    items: str
    what: str
    """Member that holds the id, and parameter of the deletion."""
    several: bool = False
    """Whether the deletion takes a list."""
    state: str = ""
    busy: tuple[str, ...] = ()
    deleting: str = "delete"
    covers: tuple[str, ...] = ()

    def made(self) -> Kind:
        """Return the kind."""
        return Kind(name=self.kind, order=self.order, find=self.find, delete=self._delete, covers=self.covers)

    def find(self, account: Account, owner: Owner) -> Iterator[Thing]:
        """Find what bears the stack's tags."""
        plural = f"{self.noun}es" if self.noun.endswith("s") else f"{self.noun}s"
        filters = {"Filter" if self.noun in {"nat_gateway", "flow_log"} else "Filters": _tagged(owner)}
        for item in pages(account, "ec2", f"describe_{plural}", self.items, **filters):
            # the tags are looked at once more: a filter that is not understood would name those of everybody
            if not owner.owns("", tag_map(item.get("Tags") or item.get("TagSet"))):
                continue
            state = str(item.get(self.state, "")) if self.state else ""
            if state.lower() not in _GONE and item.get("GroupName") != "default":
                yield self.thing(str(item[self.what]), state)

    def thing(self, name: str, state: str) -> Thing:
        """Return a thing of this kind."""
        flag = self.noun.replace("_", "-") + ("-ids" if self.several else "-id")
        flag = {"address-id": "allocation-id", "security-group-id": "group-id"}.get(flag, flag)
        noun = self.noun.replace("_", "-") + ("s" if self.several else "")
        command = f"aws ec2 {self.deleting}-{noun} --{flag} {name}"
        return Thing(kind=self.kind, name=name, command=command, busy=state if state in self.busy else "")

    def _delete(self, account: Account, thing: Thing) -> None:
        if thing.busy:
            return
        operation = f"{self.deleting}_{self.noun}{'s' if self.several else ''}"
        parameter = f"{self.what}s" if self.several else self.what
        client = account.client("ec2")
        answer = getattr(client, operation)(**{parameter: [thing.name] if self.several else thing.name})
        # calls that take lists refuse in an answer with status 200
        for refused in (answer or {}).get("Unsuccessful", []):
            raise ClientError({"Error": refused["Error"]}, operation)


_INTERFACES = _Listed(
    kind="network interfaces",
    order=64,
    noun="network_interface",
    items="NetworkInterfaces",
    what="NetworkInterfaceId",
    state="Status",
    busy=("in-use", "attaching", "detaching"),
    covers=("ec2:network-interface/",),
)
_GROUPS = _Listed(
    kind="security groups",
    order=66,
    noun="security_group",
    items="SecurityGroups",
    what="GroupId",
    covers=("ec2:security-group/",),
)
_NETWORKS = _Listed(kind="networks", order=74, noun="vpc", items="Vpcs", what="VpcId", covers=("ec2:vpc/",))


def _interfaces(account: Account, owner: Owner) -> Iterator[Thing]:
    """Find interfaces by tags, and those without any that are in the stack's groups or networks."""
    places = {
        "group-id": [thing.name for thing in _GROUPS.find(account, owner)],
        "vpc-id": [thing.name for thing in _NETWORKS.find(account, owner)],
    }
    found = {thing.name: thing for thing in _INTERFACES.find(account, owner)}
    for name, values in places.items():
        if values:
            filters = [{"Name": name, "Values": values}]
            for item in pages(account, "ec2", "describe_network_interfaces", "NetworkInterfaces", Filters=filters):
                one = _INTERFACES.thing(item["NetworkInterfaceId"], item["Status"])
                found[one.name] = one
    yield from found.values()


def _delete_interface(account: Account, thing: Thing) -> None:
    if not thing.busy:
        account.client("ec2").delete_network_interface(NetworkInterfaceId=thing.name)


KINDS = (
    _Listed(
        kind="flow logs",
        order=60,
        noun="flow_log",
        items="FlowLogs",
        what="FlowLogId",
        several=True,
        covers=("ec2:vpc-flow-log/", "ec2:flow-logs/"),
    ).made(),
    _Listed(
        kind="VPC endpoints",
        order=61,
        noun="vpc_endpoint",
        items="VpcEndpoints",
        what="VpcEndpointId",
        several=True,
        state="State",
        busy=("deleting", "pending"),
        covers=("ec2:vpc-endpoint/",),
    ).made(),
    _Listed(
        kind="NAT gateways",
        order=61,
        noun="nat_gateway",
        items="NatGateways",
        what="NatGatewayId",
        state="State",
        busy=("deleting", "pending"),
        covers=("ec2:natgateway/",),
    ).made(),
    Kind(
        name=_INTERFACES.kind,
        order=_INTERFACES.order,
        find=_interfaces,
        delete=_delete_interface,
        covers=_INTERFACES.covers,
    ),
    _GROUPS.made(),
    _Listed(kind="subnets", order=68, noun="subnet", items="Subnets", what="SubnetId", covers=("ec2:subnet/",)).made(),
    _Listed(
        kind="route tables",
        order=70,
        noun="route_table",
        items="RouteTables",
        what="RouteTableId",
        covers=("ec2:route-table/",),
    ).made(),
    _Listed(
        kind="elastic addresses",
        order=70,
        noun="address",
        items="Addresses",
        what="AllocationId",
        deleting="release",
        covers=("ec2:elastic-ip/",),
    ).made(),
    _NETWORKS.made(),
)
