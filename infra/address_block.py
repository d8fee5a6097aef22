"""Which private address blocks a network may have, and how they are cut into subnets. Pure arithmetic."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Network, NetmaskValueError

SUBNETS = 16
"""A network is cut into as many equal parts, whatever the number of its zones: a zone more moves none of the others."""

_BITS_PER_CUT = 4
_LARGEST_VPC = 16  # AWS: a VPC is /16 to /28, and so is a subnet; a sixteenth of a /24 is a /28.
_SMALLEST_VPC = 24


def refusal(cidr: str) -> str | None:
    """Return why a network cannot have these addresses, or None when it can."""
    way_out = "write a private block like 10.20.0.0/16"
    try:
        block = IPv4Network(cidr)
    except (AddressValueError, NetmaskValueError, ValueError):
        return f"must be an IPv4 block in CIDR notation without host bits; {way_out}"
    if not _LARGEST_VPC <= block.prefixlen <= _SMALLEST_VPC:
        return f"must be a /{_LARGEST_VPC} to /{_SMALLEST_VPC}; {way_out}"
    if not any(block.subnet_of(private) for private in _PRIVATE):
        return f"must be private addresses (RFC 1918); {way_out}"
    return None


def subnets(cidr: str, count: int) -> list[str]:
    """Return the first `count` of the sixteen parts of a block, in CIDR notation.

    Raises ValueError when there are not as many, or when a VPC cannot have the block.
    """
    if (reason := refusal(cidr)) is not None:
        msg = f"cidr {reason}, got {cidr!r}"
        raise ValueError(msg)
    if not 1 <= count <= SUBNETS:
        msg = f"a network has 1 to {SUBNETS} subnets, got {count}; name fewer zones"
        raise ValueError(msg)
    parts = IPv4Network(cidr).subnets(prefixlen_diff=_BITS_PER_CUT)
    return [str(part) for part, _ in zip(parts, range(count), strict=False)]


_PRIVATE = tuple(IPv4Network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
