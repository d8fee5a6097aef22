"""What a plan does to the monthly bill, and what it does not pretend to know."""

from __future__ import annotations

from typing import Any

from slipway.preview import phrases
from slipway.preview.bill import bill
from slipway.preview.reading import plan
from tests import event_logs as logs

ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
M5_LARGE = 83.95
"""A month of 730 hours at 0.115 USD, as prices/sagemaker-instances.csv has it."""


def configuration(name: str, instance_type: Any, count: int) -> dict[str, Any]:
    return {"name": name, "productionVariants": [{"initialInstanceCount": count, "instanceType": instance_type}]}


def endpoint(name: str) -> dict[str, Any]:
    return {"name": "e", "endpointConfigName": name}


def test_an_endpoint_is_billed_by_the_configuration_that_it_points_at() -> None:
    found = bill(
        plan(
            logs.log(
                logs.step(
                    "same",
                    CONFIGURATION,
                    "one",
                    configuration("one", "ml.m5.large", 1),
                    configuration("one", "ml.m5.large", 1),
                ),
                logs.step("create", CONFIGURATION, "two", None, configuration("two", "ml.m5.large", 3)),
                logs.step("update", ENDPOINT, "e", endpoint("one"), endpoint("two")),
            )
        )
    )
    assert (found.old_usd, found.new_usd, found.difference) == (M5_LARGE, round(3 * M5_LARGE, 2), 2 * M5_LARGE)
    assert [(item.name, item.difference) for item in found.items] == [("e", 2 * M5_LARGE)]


def test_what_has_no_list_price_is_named_and_counted_and_never_guessed() -> None:
    found = bill(
        plan(
            logs.log(
                logs.step("create", CONFIGURATION, "c", None, configuration("c", "ml.c4.large", 1)),
                logs.step("create", ENDPOINT, "e", None, endpoint("c")),
                logs.step("create", "aws:kms/key:Key", "k", None, {}),
                logs.step("create", "aws:s3/bucket:Bucket", "b", None, {}),
                logs.step("create", "aws:iam/role:Role", "r", None, {}),
            )
        )
    )
    assert found.difference == 0
    assert (found.unpriced, found.by_use) == (2, 1)
    assert {item.name: phrases.price(item) for item in found.items} == {
        "e": "no list price",
        "k": "no list price",
        "b": "by use",
    }
    assert phrases.money(found).endswith("; not in it: 2 without one, 1 billed by use")


def test_instances_that_are_not_known_yet_are_not_free() -> None:
    unknown = configuration("c", logs.UNKNOWN, 1)
    found = bill(
        plan(
            logs.log(
                logs.step("create", CONFIGURATION, "c", None, unknown),
                logs.step("create", ENDPOINT, "e", None, endpoint("c")),
            )
        )
    )
    assert (found.difference, found.unpriced) == (0, 1)


def test_a_deleted_endpoint_saves_what_it_cost() -> None:
    gone = [
        logs.step("delete", CONFIGURATION, "c", configuration("c", "ml.m5.large", 1)),
        logs.step("delete", ENDPOINT, "e", endpoint("c")),
    ]
    assert bill(plan(logs.log(*gone))).difference == -M5_LARGE
    assert phrases.signed(-M5_LARGE) == "-$83.95"
