"""What a set of resources costs in a month."""

from __future__ import annotations

from typing import Any

import pytest

from prices.catalogue import Price
from prices.estimate import NOT_KNOWN, Declared, Estimate, estimate

CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
ENDPOINT = "aws:sagemaker/endpoint:Endpoint"


def one(type_: str, name: str, needs: Any = None, /, **properties: Any) -> Declared:
    return Declared(key=name, type=type_, name=name, properties=properties, needs=needs or {})


def variant(instance_type: Any = "ml.m5.large", count: Any = 2, **more: Any) -> dict[str, Any]:
    return {"variantName": "primary", "instanceType": instance_type, "initialInstanceCount": count, **more}


def served(*variants: Any, **more: Any) -> list[Declared]:
    return [
        one(CONFIGURATION, "current", name="c-1", productionVariants=list(variants), **more),
        one(CONFIGURATION, "previous", name="c-0", productionVariants=[variant(count=50)]),
        one(ENDPOINT, "endpoint", name="slipway", endpointConfigName="c-1"),
    ]


def words(costs: Estimate, kind: Any) -> list[str]:
    return [f"{line.name}: {line.words}" for line in costs.of_kind(kind)]


def test_an_endpoint_costs_the_instances_of_the_configuration_that_it_points_at() -> None:
    costs = estimate(served(variant()))
    assert costs.usd == costs.usd_at_most == pytest.approx(2 * 0.115 * 730, abs=0.01)
    assert words(costs, "priced") == ["endpoint: 2 x ml.m5.large at 0.115 USD per hour"]


def test_shadow_variants_cost_as_well() -> None:
    costs = estimate(served(variant(), shadowProductionVariants=[variant(count=1)]))
    assert costs.usd == pytest.approx(3 * 0.115 * 730, abs=0.01)


def test_a_configuration_whose_name_is_not_known_is_found_by_what_the_endpoint_comes_from() -> None:
    resources = [
        one(CONFIGURATION, "current", name=NOT_KNOWN, productionVariants=[variant()]),
        one(ENDPOINT, "endpoint", {"endpointConfigName": ["current"]}, name="e", endpointConfigName=NOT_KNOWN),
    ]
    assert estimate(resources).usd == pytest.approx(2 * 0.115 * 730, abs=0.01)
    assert words(estimate(resources[1:]), "not known") == ["endpoint: its configuration is not known yet"]


def test_two_values_that_are_not_known_are_not_the_same() -> None:
    resources = [
        one(CONFIGURATION, "other", name=NOT_KNOWN, productionVariants=[variant()]),
        one(ENDPOINT, "endpoint", name="e", endpointConfigName=NOT_KNOWN),
    ]
    assert estimate(resources).usd == 0


def test_a_scaler_sets_what_it_costs_at_most() -> None:
    target = one("aws:appautoscaling/target:Target", "t", resourceId="endpoint/slipway/variant/primary", maxCapacity=5)
    costs = estimate([*served(variant()), target])
    assert costs.usd == pytest.approx(2 * 0.115 * 730, abs=0.01)
    assert costs.usd_at_most == pytest.approx(5 * 0.115 * 730, abs=0.01)


@pytest.mark.parametrize(
    ("variants", "kind", "says"),
    [
        ([variant("ml.p5en.48xlarge", 1)], "no list price", "endpoint: 1 x ml.p5en.48xlarge: no list price"),
        ([variant(NOT_KNOWN)], "not known", "endpoint: its instances are not known yet"),
        ([variant(count=NOT_KNOWN)], "not known", "endpoint: its instances are not known yet"),
        ([NOT_KNOWN], "not known", "endpoint: productionVariants are not known yet"),
        (
            [variant(serverlessConfig={"memorySizeInMb": 1024})],
            "by use",
            "endpoint: serverless: no list price per request",
        ),
    ],
)
def test_what_cannot_be_counted_is_named(variants: list[Any], kind: Any, says: str) -> None:
    costs = estimate(served(*variants))
    assert costs.usd == 0
    assert words(costs, kind) == [says]


def test_what_has_no_list_price_is_counted_and_named() -> None:
    resources = [
        one("aws:secretsmanager/secret:Secret", "token"),
        one("aws:sagemaker/mlflowTrackingServer:MlflowTrackingServer", "runs"),
        one("aws:new/thing:Thing", "thing"),
        one("aws:s3/bucket:Bucket", "raw"),
        one("aws:ecr/repository:Repository", "images"),
        one("aws:iam/role:Role", "role"),
        one("aws:s3/bucketPolicy:BucketPolicy", "raw"),
        one("slipway:storage:Lake", "lake"),
    ]
    costs = estimate(resources)
    assert costs.usd == 0
    assert words(costs, "no list price") == [
        "thing: no list price: not in prices/",
        "runs: no list price per hour",
        "token: no list price per secret-month",
    ]
    assert words(costs, "by use") == ["images: no list price per GB-month", "raw: 0.023 USD per GB-month, S3 Standard"]


def test_a_price_by_time_is_multiplied_by_hours_and_by_zones() -> None:
    price = Price(
        usd=0.01, unit="hour and zone", source="s", date="2026-01-01", units_a_month=730, once_for="subnetIds"
    )
    prices = {"aws:ec2/vpcEndpoint:VpcEndpoint": price}
    there = one("aws:ec2/vpcEndpoint:VpcEndpoint", "logs", subnetIds=["a", "b"])
    unknown = one("aws:ec2/vpcEndpoint:VpcEndpoint", "sts", subnetIds=NOT_KNOWN)
    costs = estimate([there, unknown], prices)
    assert costs.usd == pytest.approx(2 * 0.01 * 730)
    assert len(costs.of_kind("not known")) == 1


def test_a_kind_that_is_free_costs_nothing_and_its_sisters_do() -> None:
    gateway = one("aws:ec2/vpcEndpoint:VpcEndpoint", "s3", vpcEndpointType="Gateway")
    interface = one("aws:ec2/vpcEndpoint:VpcEndpoint", "logs", vpcEndpointType="Interface", subnetIds=["a", "b"])
    costs = estimate([gateway, interface])
    assert costs.usd == pytest.approx(2 * 0.01 * 730)
    assert words(costs, "priced") == ["logs: 0.01 USD per hour and zone", "s3: Gateway: free"]


def test_a_notebook_costs_its_instance() -> None:
    costs = estimate([one("aws:sagemaker/notebookInstance:NotebookInstance", "n", instanceType="ml.t3.medium")])
    assert costs.usd > 0
