"""How a network's addresses are cut."""

from __future__ import annotations

from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.address_block import SUBNETS, refusal, subnets

blocks = st.builds(
    lambda second, third, prefix: str(IPv4Network((f"10.{second}.{third}.0", prefix), strict=False)),
    st.integers(0, 255),
    st.integers(0, 255),
    st.integers(16, 24),
)


@given(blocks, st.integers(1, SUBNETS))
def test_subnets_lie_inside_their_network_and_never_overlap(cidr: str, count: int) -> None:
    parts = [IPv4Network(part) for part in subnets(cidr, count)]
    assert len(parts) == count
    assert all(part.subnet_of(IPv4Network(cidr)) for part in parts)
    assert not any(one.overlaps(other) for place, one in enumerate(parts) for other in parts[place + 1 :])


@given(blocks, st.integers(1, SUBNETS))
def test_subnets_are_a_sixteenth_each_and_no_smaller_than_aws_takes(cidr: str, count: int) -> None:
    for part in subnets(cidr, count):
        assert IPv4Network(part).num_addresses * SUBNETS == IPv4Network(cidr).num_addresses
        assert IPv4Network(part).prefixlen <= 28


@given(blocks, st.integers(1, SUBNETS - 1))
def test_a_zone_more_moves_none_of_the_others(cidr: str, count: int) -> None:
    assert subnets(cidr, count + 1)[:count] == subnets(cidr, count)


@pytest.mark.parametrize(
    ("cidr", "reason"),
    [
        ("10.20.0.1/16", "without host bits"),
        ("10.20.0.0", "must be a /16 to /24"),
        ("10.20.0.0/15", "must be a /16 to /24"),
        ("10.0.0.0/8", "must be a /16 to /24"),
        ("10.20.0.0/25", "must be a /16 to /24"),
        ("8.8.0.0/16", "must be private addresses"),
        ("172.32.0.0/16", "must be private addresses"),
        ("nonsense", "IPv4 block in CIDR notation"),
        ("fd00::/16", "IPv4 block in CIDR notation"),
    ],
)
def test_other_addresses_are_refused_with_the_reason(cidr: str, reason: str) -> None:
    assert reason in str(refusal(cidr))
    with pytest.raises(ValueError, match="cidr must be"):
        subnets(cidr, 1)


@pytest.mark.parametrize("count", [0, 17])
def test_more_subnets_than_parts_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match=f"1 to 16 subnets, got {count}"):
        subnets("10.20.0.0/16", count)
