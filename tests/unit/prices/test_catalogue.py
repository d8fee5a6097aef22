"""What the price files say, and that every price says where it comes from."""

from __future__ import annotations

from datetime import date

import pytest

from prices.catalogue import instance_types, no_items, region, services


@pytest.mark.parametrize(
    ("instance_type", "usd"),
    [("ml.m5.large", 0.115), ("ml.c5.xlarge", 0.204), ("ml.g6.12xlarge", 5.752), ("ml.inf2.48xlarge", 15.58)],
)
def test_an_instance_has_the_price_of_the_list(instance_type: str, usd: float) -> None:
    assert instance_types()[instance_type].price.usd == pytest.approx(usd, abs=0.006)


def test_what_the_list_does_not_have_has_no_price() -> None:
    for instance_type in ("ml.p5en.48xlarge", "ml.trn1n.32xlarge", "ml.c7g.large"):
        assert instance_types()[instance_type].price.usd is None


def test_every_price_says_who_read_it_and_when() -> None:
    prices = [one.price for one in instance_types().values()] + list(services().values())
    for price in prices:
        assert bool(price.source) is bool(price.date) is (price.usd is not None), price
        if price.usd is not None:
            assert date.fromisoformat(price.date) <= date(2026, 11, 25)
            assert price.usd >= 0


def test_gpus_and_neuron_chips_are_accelerators_and_cpus_are_not() -> None:
    for instance_type in ("ml.g5.xlarge", "ml.p5.48xlarge", "ml.inf2.xlarge", "ml.trn1.2xlarge"):
        assert instance_types()[instance_type].accelerator
    for instance_type in ("ml.m5.large", "ml.c7i.xlarge", "ml.t3.medium", "ml.r5.large"):
        assert not instance_types()[instance_type].accelerator


def test_every_type_is_an_item_or_none_and_of_one_region() -> None:
    assert region() == "us-east-1"
    exact = {token for token in services() if token.startswith(no_items())}
    # Beginnings such as `aws:s3/bucket` also begin these; an exact price goes before.
    assert exact == {"aws:s3/bucket:Bucket", "aws:s3/bucketObjectv2:BucketObjectv2"}
