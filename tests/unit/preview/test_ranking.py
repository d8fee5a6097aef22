"""Why a step ranks where it does, and what happens to it on apply."""

from __future__ import annotations

import json
from typing import Any

import pytest

from slipway.preview.finding import Rank
from slipway.preview.ranking import Row, rows
from slipway.preview.reading import plan
from slipway.preview.saying import text
from tests import event_logs as logs

BUCKET = "aws:s3/bucket:Bucket"
ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
RULE = "aws:cloudwatch/eventRule:EventRule"


def ranked(*events: dict[str, Any], outside: bool = False) -> list[Row]:
    return list(rows(plan(logs.log(*events)), outside=outside))


def updated(token: str, old: dict[str, Any], new: dict[str, Any]) -> tuple[Rank, str]:
    (row,) = ranked(logs.step("update", token, "x", old, new))
    return row.rank, text(row.why)


def test_ranks_come_in_the_order_of_looking() -> None:
    everybody = json.dumps({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "a:*", "Resource": "*"}})
    found = ranked(
        logs.step("create", RULE, "made", None, {}),
        logs.step("update", RULE, "updated", {"a": 1}, {"a": 2}),
        logs.step("delete", RULE, "gone", {}),
        logs.step(
            "update", "aws:cloudwatch/logGroup:LogGroup", "weak", {"retentionInDays": 30}, {"retentionInDays": 7}
        ),
        logs.step("delete", ENDPOINT, "silent", {}),
        logs.step("update", "aws:ec2/subnet:Subnet", "open", {}, {"mapPublicIpOnLaunch": True}),
        logs.step("create", "aws:s3/bucketPolicy:BucketPolicy", "wide", None, {"policy": everybody}),
        logs.step("delete", BUCKET, "data", {}),
        {**logs.step("create", "slipway:a:B", "component", None, {}, new_custom=False)},
    )
    names = ["data", "wide", "open", "silent", "weak", "gone", "updated", "made", "component"]
    assert [row.step.name for row in found] == names
    assert [row.rank for row in found] == list(Rank)


@pytest.mark.parametrize(
    ("operation", "flags", "why", "effect"),
    [
        ("delete", {}, "deleted, and it holds objects", "deleted"),
        ("delete", {"old_retainOnDelete": True}, "stack forgets it", "leaves the stack, stays in AWS"),
        (
            "delete",
            {"old_protect": True},
            "protected, and would be deleted: the engine refuses",
            "refused: nothing happens to it",
        ),
        ("delete", {"old_delete": True}, "left by an earlier replacement, it is deleted now", "deleted"),
        (
            "replace",
            {},
            "replaced, and it holds objects",
            "new one made, then the old one deleted; the new one is empty",
        ),
        ("replace", {"old_protect": True}, "its protection is taken off, and it is replaced", "new one made"),
        ("replace", {"old_protect": True, "new_protect": True}, "the engine refuses", "refused: nothing happens to it"),
    ],
)
def test_data_at_risk_says_what_is_held_and_what_happens(
    operation: str, flags: dict[str, Any], why: str, effect: str
) -> None:
    if operation == "delete":
        events = [logs.step("delete", BUCKET, "raw", {}, **flags)]
    else:
        events = [
            logs.step(half, BUCKET, "raw", {}, {}, **flags)
            for half in ("create-replacement", "replace", "delete-replaced")
        ]
    (row,) = ranked(*events)
    assert row.rank == Rank.DATA
    assert why in text(row.why)
    assert row.effect.startswith(effect)


def test_what_is_deleted_first_is_gone_for_a_while() -> None:
    created, replaced, deleted = logs.replaced(RULE, "r", {}, {})
    (row,) = ranked(deleted, replaced, created)
    assert row.effect == "deleted first: gone until the new one is made"
    (row,) = ranked(created, replaced, deleted)
    assert row.effect == "new one made, then the old one deleted; no downtime"


def test_what_guards_a_bucket_goes_with_it_and_is_no_weakening_of_its_own() -> None:
    bucket, guard = (
        logs.step("delete", BUCKET, "raw", {"bucket": "b"}),
        logs.step("delete", VERSIONING, "v", {"bucket": "b"}),
    )
    assert [text(row.why) for row in ranked(bucket, guard)][1] == "goes with its bucket"
    (alone,) = ranked(guard)
    assert (alone.rank, text(alone.why)) == (Rank.WEAKENED, "old versions of its bucket's objects are no longer kept")


def test_a_protection_that_is_taken_off_is_told_of_a_resource_that_stays_the_same() -> None:
    (row,) = ranked(logs.step("same", BUCKET, "raw", {}, {}, old_protect=True))
    assert (row.rank, text(row.why), row.effect) == (Rank.WEAKENED, "its protection is taken off", "nothing at AWS")


def variants(*shapes: tuple[str, int, float], **capture: Any) -> dict[str, Any]:
    found = [
        {
            "variantName": name,
            "initialInstanceCount": count,
            "initialVariantWeight": weight,
            "instanceType": "ml.m5.large",
        }
        for name, count, weight in shapes
    ]
    return {"productionVariants": found, "dataCaptureConfig": {"enableCapture": True, **capture}}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (variants(("a", 3, 1)), variants(("a", 2, 1)), "variant a starts with 2 instances instead of 3"),
        (variants(("a", 1, 1)), variants(("a", 1, 0), ("b", 1, 1)), "variant a gets 0% of the traffic instead of 100%"),
        (variants(("a", 1, 1), ("b", 1, 1)), variants(("a", 1, 1)), "variant b is gone"),
        (
            variants(("a", 1, 1)),
            variants(("a", 1, 1), enableCapture=False),
            "requests and answers are no longer captured",
        ),
        (
            variants(("a", 1, 1), initialSamplingPercentage=100),
            variants(("a", 1, 1), initialSamplingPercentage=20),
            "20% of the requests are captured instead of 100%",
        ),
        (
            variants(("a", 1, 1), captureOptions=[{"captureMode": "Input"}, {"captureMode": "Output"}]),
            variants(("a", 1, 1), captureOptions=[{"captureMode": "Input"}]),
            "no longer captured: Output",
        ),
    ],
)
def test_an_endpoint_that_loses_something_by_another_configuration_says_what(
    old: dict[str, Any], new: dict[str, Any], said: str
) -> None:
    found = ranked(
        logs.step("delete", CONFIGURATION, "endpoint-old", {"name": "old", **old}),
        logs.step("create", CONFIGURATION, "endpoint-new", None, {"name": "new", **new}),
        logs.step("update", ENDPOINT, "endpoint", {"endpointConfigName": "old"}, {"endpointConfigName": "new"}),
    )
    assert (found[0].step.name, found[0].rank, text(found[0].why)) == ("endpoint", Rank.SERVING, said)
    assert found[0].effect == "in place: SageMaker starts new instances, then shifts traffic; no downtime"


def test_more_instances_are_told_and_are_no_loss() -> None:
    sides = [{"name": name, **variants(("a", count, 1))} for name, count in (("old", 1), ("new", 3))]
    found = ranked(
        *logs.replaced(CONFIGURATION, "c", *sides),
        logs.step("update", ENDPOINT, "e", {"endpointConfigName": "old"}, {"endpointConfigName": "new"}),
    )
    assert [(row.rank, text(row.why)) for row in found if row.step.name == "e"] == [
        (Rank.UPDATED, "variant a: 1 x ml.m5.large to 3 x ml.m5.large")
    ]


@pytest.mark.parametrize(
    ("token", "old", "new", "rank", "said"),
    [
        (
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
            {"blockPublicAcls": True},
            {"blockPublicAcls": False},
            Rank.EXPOSED,
            "no longer blocks public access: blockPublicAcls",
        ),
        (
            "aws:ec2/securityGroup:SecurityGroup",
            {"ingress": []},
            {"ingress": [{"cidrBlocks": ["0.0.0.0/0"], "fromPort": 22, "toPort": 22, "protocol": "tcp"}]},
            Rank.EXPOSED,
            "the whole internet may come in, port 22",
        ),
        (
            "aws:ec2/securityGroup:SecurityGroup",
            {"ingress": [{"cidrBlocks": ["0.0.0.0/0"], "fromPort": 22, "toPort": 22}]},
            {"ingress": [{"cidrBlocks": ["0.0.0.0/0"], "fromPort": 22, "toPort": 22, "description": "x"}]},
            Rank.UPDATED,
            "changes ingress[0].description",
        ),
        (
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
            {"cidrIpv4": "10.0.0.0/8"},
            {"cidrIpv4": "0.0.0.0/0"},
            Rank.EXPOSED,
            "the whole internet may come in (cidrIpv4)",
        ),
        (
            "aws:sagemaker/model:Model",
            {"enableNetworkIsolation": True},
            {},
            Rank.EXPOSED,
            "its containers get a way out (enableNetworkIsolation)",
        ),
        (
            "aws:sagemaker/model:Model",
            {"vpcConfig": {"subnets": ["s"]}},
            {},
            Rank.EXPOSED,
            "its containers leave the VPC",
        ),
        (
            "aws:kms/key:Key",
            {"enableKeyRotation": True},
            {"enableKeyRotation": False},
            Rank.WEAKENED,
            "the key is no longer rotated (enableKeyRotation)",
        ),
        (
            "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
            {"kmsKeyArn": "k"},
            {},
            Rank.WEAKENED,
            "no longer encrypted with your key (kmsKeyArn)",
        ),
        (
            "aws:cloudwatch/logGroup:LogGroup",
            {"retentionInDays": 0},
            {"retentionInDays": 7},
            Rank.WEAKENED,
            "logs are kept 7 days instead of for ever",
        ),
        (
            "aws:cloudwatch/logGroup:LogGroup",
            {"retentionInDays": 7},
            {"retentionInDays": 0},
            Rank.UPDATED,
            "changes retentionInDays",
        ),
        (
            "aws:cloudwatch/logGroup:LogGroup",
            {"retentionInDays": 7},
            {"retentionInDays": 30},
            Rank.UPDATED,
            "changes retentionInDays",
        ),
        (
            BUCKET,
            {"forceDestroy": False},
            {"forceDestroy": True},
            Rank.WEAKENED,
            "a destroy deletes what is in it (forceDestroy)",
        ),
        (
            VERSIONING,
            {"versioningConfiguration": {"status": "Enabled"}},
            {"versioningConfiguration": {"status": "Suspended"}},
            Rank.WEAKENED,
            "old versions are no longer kept (versioningConfiguration.status)",
        ),
        (
            "aws:ecr/repository:Repository",
            {"imageTagMutability": "IMMUTABLE"},
            {"imageTagMutability": "MUTABLE"},
            Rank.WEAKENED,
            "a tag may come to mean another image (imageTagMutability)",
        ),
        (
            "aws:appautoscaling/target:Target",
            {"minCapacity": 2},
            {"minCapacity": 1},
            Rank.SERVING,
            "scaled to at least 1 instead of 2",
        ),
        (
            ENDPOINT,
            {"deploymentConfig": {"autoRollbackConfiguration": {"alarms": ["a"]}}},
            {"deploymentConfig": {}},
            Rank.WEAKENED,
            "an update that fails its alarms is no longer taken back",
        ),
        (
            "aws:cloudwatch/metricAlarm:MetricAlarm",
            {"alarmActions": ["arn"]},
            {"alarmActions": []},
            Rank.WEAKENED,
            "an alarm tells nobody, or fewer (alarmActions[0])",
        ),
    ],
)
def test_a_change_of_one_property_ranks_by_what_it_means(
    token: str, old: dict[str, Any], new: dict[str, Any], rank: Rank, said: str
) -> None:
    assert updated(token, old, new) == (rank, said)


def test_outside_the_program_things_are_gone_not_deleted() -> None:
    found = ranked(logs.step("delete", BUCKET, "raw", {}), logs.step("delete", RULE, "r", {}), outside=True)
    assert [text(row.why) for row in found] == ["gone from AWS, with objects", "gone from AWS"]
