"""Physical names and partitions."""

from __future__ import annotations

import pytest

from infra.naming import Names, image_uri, partition


def test_the_names_that_others_address() -> None:
    names = Names(project="slipway", stack="dev")
    assert names.endpoint == names.model_package_group == names.dashboard == "slipway-dev"
    assert names.repository("training") == "slipway-dev/training"


@pytest.mark.parametrize(
    ("region", "expected"), [("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_a_region_tells_its_partition(region: str, expected: str) -> None:
    assert partition(region) == expected


def test_images_in_china_have_another_domain() -> None:
    assert image_uri("1" * 12, "cn-north-1", "a/b", "1") == "111111111111.dkr.ecr.cn-north-1.amazonaws.com.cn/a/b:1"
    assert image_uri("1" * 12, "eu-west-1", "a/b", "1") == "111111111111.dkr.ecr.eu-west-1.amazonaws.com/a/b:1"


def test_a_name_of_63_characters_is_the_longest() -> None:
    assert len(Names(project="slipway", stack="a" * 55).endpoint) == 63
    with pytest.raises(ValueError, match="at most 63 characters"):
        Names(project="slipway", stack="a" * 56)
