from typing import Any

from slipway.sandbox.provider.reconciling import imported, refreshed
from slipway.sandbox.provider.types import declared

ALARM, MODEL = declared("aws:cloudwatch/metricAlarm:MetricAlarm"), declared("aws:sagemaker/model:Model")
ROLE = declared("aws:iam/role:Role")
TAGS = {"managed-by": "slipway"}


def test_what_aws_adds_is_not_taken_over_and_what_it_changed_is() -> None:
    old = {"primaryContainer": {"image": "a", "environment": {"A": "1"}}, "name": "m"}
    seen = {
        "name": "m",
        "primaryContainer": {"image": "b", "mode": "SingleModel", "environment": {"A": "1", "B": "2"}},
        "vpcConfig": {"subnets": [], "securityGroupIds": []},
    }
    assert refreshed(MODEL, old, seen, {}) == {
        "name": "m",
        "primaryContainer": {"image": "b", "environment": {"A": "1", "B": "2"}},
    }


def test_what_is_gone_at_aws_leaves_the_inputs() -> None:
    assert refreshed(ALARM, {"period": 60, "unit": "Seconds"}, {"period": 60, "unit": None}, {}) == {"period": 60}


def test_an_equal_document_keeps_the_program_s_spelling() -> None:
    old = {"assumeRolePolicy": '{ "Version": "2012-10-17" }'}
    assert refreshed(ROLE, old, {"assumeRolePolicy": '{"Version":"2012-10-17"}'}, {}) == old


def test_a_list_of_values_in_another_order_is_no_drift() -> None:
    old = {"alarmActions": ["arn:b", "arn:a"]}
    assert refreshed(ALARM, old, {"alarmActions": ["arn:a", "arn:b"]}, {}) == old
    assert refreshed(ALARM, old, {"alarmActions": ["arn:a"]}, {}) == {"alarmActions": ["arn:a"]}


def test_default_tags_are_not_taken_for_the_resource_s_own() -> None:
    seen = {"tagsAll": {"managed-by": "slipway", "zone": "raw"}}
    old: dict[str, Any] = {"tags": {"zone": "raw"}, "tagsAll": dict(seen["tagsAll"])}
    assert refreshed(ROLE, old, seen, TAGS) == old
    assert refreshed(ROLE, {"tagsAll": TAGS}, {"tagsAll": TAGS}, TAGS) == {"tagsAll": TAGS}


def test_a_default_tag_that_the_resource_also_gives_stays_its_own() -> None:
    old = {"tags": TAGS, "tagsAll": TAGS}
    assert refreshed(ROLE, old, {"tagsAll": TAGS}, TAGS) == old


def test_an_import_states_nothing_empty_and_no_default_of_aws() -> None:
    seen = {
        "name": "m",
        "enableNetworkIsolation": False,
        "vpcConfig": {"subnets": [], "securityGroupIds": []},
        "primaryContainer": {"image": "a", "environment": {}, "mode": None},
        "arn": "arn:...",
        "tagsAll": {"managed-by": "slipway", "zone": "raw"},
    }
    assert imported(MODEL, seen, TAGS) == {
        "name": "m",
        "primaryContainer": {"image": "a"},
        "tags": {"zone": "raw"},
        "tagsAll": {"managed-by": "slipway", "zone": "raw"},
    }
