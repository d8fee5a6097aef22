from typing import Any

import pytest

from slipway.sandbox.provider.diffing import diff
from slipway.sandbox.provider.types import declared
from slipway.sandbox.provider.wire import UNKNOWN

ROLE, GROUP = "aws:iam/role:Role", "aws:cloudwatch/logGroup:LogGroup"
MODEL, ENDPOINT = "aws:sagemaker/model:Model", "aws:sagemaker/endpoint:Endpoint"
BUCKET, REPOSITORY = "aws:s3/bucket:Bucket", "aws:ecr/repository:Repository"


def paths(token: str, old: dict[str, Any], new: dict[str, Any]) -> dict[str, tuple[str, bool]]:
    kind = declared(token)
    return diff(kind, {"__defaults": [], **old}, new, outputs={}, old_region="us-east-1", region="us-east-1").paths


@pytest.mark.parametrize(
    ("token", "old", "new", "expected"),
    [
        (GROUP, {"retentionInDays": 7}, {"retentionInDays": 30}, {"retentionInDays": ("update", False)}),
        (GROUP, {}, {"retentionInDays": 0}, {}),
        (GROUP, {"name": "a"}, {"name": "b"}, {"name": ("update", True)}),
        (BUCKET, {"tagsAll": {}}, {"tagsAll": {"cost-center": "1"}}, {'tagsAll["cost-center"]': ("add", False)}),
        (BUCKET, {"forceDestroy": False}, {"forceDestroy": True}, {"forceDestroy": ("update", False)}),
        (ROLE, {"assumeRolePolicy": '{"a":1}'}, {"assumeRolePolicy": '{ "a": 1 }'}, {}),
        (ROLE, {"assumeRolePolicy": '{"a":1}'}, {"assumeRolePolicy": UNKNOWN}, {"assumeRolePolicy": ("update", False)}),
        (ROLE, {"description": "a"}, {}, {"description": ("delete", False)}),
        (
            MODEL,
            {"primaryContainer": {"image": "a", "environment": {"A": "1"}}},
            {"primaryContainer": {"image": "a", "environment": {"A": "2"}}},
            {"primaryContainer.environment.A": ("update", True)},
        ),
        (
            MODEL,
            {"primaryContainer": {"image": "a"}},
            {"primaryContainer": {"image": "a", "additionalModelDataSources": [{"channelName": "code"}]}},
            {"primaryContainer.additionalModelDataSources": ("add", True)},
        ),
        (
            MODEL,
            {"vpcConfig": {"subnets": ["a"]}},
            {"vpcConfig": {"subnets": ["b"]}},
            {"vpcConfig.subnets[0]": ("update", True)},
        ),
        (
            ENDPOINT,
            {"deploymentConfig": {"blueGreenUpdatePolicy": {"terminationWaitInSeconds": 0}}},
            {"deploymentConfig": {"blueGreenUpdatePolicy": {"terminationWaitInSeconds": 60}}},
            {"deploymentConfig.blueGreenUpdatePolicy.terminationWaitInSeconds": ("update", False)},
        ),
        (
            ENDPOINT,
            {"deploymentConfig": {"blueGreenUpdatePolicy": {}}},
            {"deploymentConfig": {"blueGreenUpdatePolicy": {}, "autoRollbackConfiguration": {"alarms": []}}},
            {"deploymentConfig.autoRollbackConfiguration": ("add", True)},
        ),
        (
            REPOSITORY,
            {"encryptionConfigurations": [{"encryptionType": "AES256"}]},
            {"encryptionConfigurations": [{"encryptionType": "KMS"}]},
            {"encryptionConfigurations[0].encryptionType": ("update", True)},
        ),
    ],
)
def test_differences_by_path_and_whether_they_replace(
    token: str, old: dict[str, Any], new: dict[str, Any], expected: dict[str, tuple[str, bool]]
) -> None:
    assert paths(token, old, new) == expected


def test_what_aws_never_tells_is_no_difference_right_after_an_import() -> None:
    kind = declared("aws:kms/key:Key")
    new = {"deletionWindowInDays": 7, "isEnabled": True}
    after_import = diff(kind, {"isEnabled": True}, new, outputs={}, old_region=None, region="us-east-1")
    later = diff(kind, {"isEnabled": True, "__defaults": []}, new, outputs={}, old_region=None, region="us-east-1")
    assert after_import.paths == {}
    assert later.paths == {"deletionWindowInDays": ("add", False)}


def test_an_asset_is_compared_by_its_hash() -> None:
    def asset(digest: str, path: str) -> dict[str, str]:
        return {"4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", "hash": digest, "path": path}

    token = "aws:s3/bucketObjectv2:BucketObjectv2"
    assert paths(token, {"source": asset("1", "a")}, {"source": asset("1", "b")}) == {}
    assert paths(token, {"source": asset("1", "a")}, {"source": asset("2", "a")}) == {"source": ("update", False)}


def test_an_unknown_name_is_not_deleted_first() -> None:
    kind = declared("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    old = {"role": "r", "policyArn": "arn:1"}
    found = diff(kind, old, {"role": "r", "policyArn": UNKNOWN}, outputs={}, old_region=None, region="us-east-1")
    assert found.replaces == {"policyArn"}
    assert not found.delete_first


@pytest.mark.parametrize(
    ("serves", "wanted", "expected"),
    [
        ("old", "new", {"endpointConfigName": ("update", False)}),
        ("old", "old", {}),
        ("new", "new", {}),
        ("new", "old", {"endpointConfigName": ("update", False)}),
    ],
)
def test_what_an_endpoint_serves_decides_whatever_was_asked_for_last(
    serves: str, wanted: str, expected: dict[str, tuple[str, bool]]
) -> None:
    asked, outputs = {"endpointConfigName": "new"}, {"endpointConfigName": serves, "arn": "a"}
    new = {"endpointConfigName": wanted}
    kind = declared(ENDPOINT)
    assert diff(kind, asked, new, outputs=outputs, old_region=None, region="us-east-1").paths == expected


def test_what_is_not_observed_is_compared_with_what_was_asked_for() -> None:
    kind = declared(GROUP)
    found = diff(kind, {"retentionInDays": 7}, {"retentionInDays": 7}, outputs={"retentionInDays": 30},
                 old_region=None, region="us-east-1")  # fmt: skip
    assert found.paths == {}


def test_observed_inputs_of_a_state_without_outputs_are_compared_as_others() -> None:
    assert paths(ENDPOINT, {"endpointConfigName": "a"}, {"endpointConfigName": "b"}) == {
        "endpointConfigName": ("update", False)
    }
