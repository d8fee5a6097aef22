"""Key, images, registry and code packages: what outlives what."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.components.images.image_repositories import ImageRepositories, ImageRepositoriesArgs
from infra.components.registry.model_registry import ModelRegistry, ModelRegistryArgs
from infra.components.security.encryption_key import EncryptionKey, EncryptionKeyArgs
from infra.components.storage.code_package import CodePackage, CodePackageArgs
from infra.retention import retention

ACCOUNT = "123456789012"


def key(environment: Any) -> None:
    given = EncryptionKeyArgs(
        account_id=ACCOUNT,
        region="eu-west-1",
        log_group_prefixes=["/aws/sagemaker/", "/aws/events/"],
        retention=retention(environment),
    )
    EncryptionKey("key", given)


def images(environment: Any) -> None:
    given = ImageRepositoriesArgs(
        repository_names={"training": "slipway-dev/training", "serving": "slipway-dev/serving"},
        key_arn="arn:key",
        untagged_image_days=14,
        retention=retention(environment),
    )
    ImageRepositories("images", given)


def registry(environment: Any) -> None:
    ModelRegistry(
        "registry", ModelRegistryArgs(model_package_group_name="slipway-dev", retention=retention(environment))
    )


@pytest.mark.parametrize("declare", [key, images, registry])
@pytest.mark.parametrize(("environment", "kept"), [("dev", False), ("staging", True), ("prod", True)])
def test_an_environment_keeps_its_stateful_leaves_or_does_not(
    run_program: Any, declare: Any, environment: str, *, kept: bool
) -> None:
    stateful = {
        "aws:kms/key:Key",
        "aws:ecr/repository:Repository",
        "aws:sagemaker/modelPackageGroup:ModelPackageGroup",
    }
    for one in run_program(lambda: declare(environment)).resources:
        assert one.protect == (kept and one.type in stateful)
        assert one.retain_on_delete == (kept and one.type in stateful)


def test_the_key_rotates_and_has_an_alias(run_program: Any) -> None:
    graph = run_program(lambda: key("dev"))
    assert graph.one("aws:kms/key:Key", "key").inputs["enableKeyRotation"] is True
    assert graph.one("aws:kms/alias:Alias", "key").inputs["targetKeyId"] == "key-key"


def test_the_account_can_always_change_its_key_and_logs_use_it_for_the_stacks_groups_only(run_program: Any) -> None:
    policy = json.loads(run_program(lambda: key("dev")).one("aws:kms/key:Key", "key").inputs["policy"])
    account, logs = policy["Statement"]
    assert account["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    assert account["Action"] == ["kms:*"]
    assert logs["Principal"] == {"Service": "logs.eu-west-1.amazonaws.com"}
    assert logs["Condition"] == {
        "ArnLike": {
            "kms:EncryptionContext:aws:logs:arn": [
                f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/aws/{service}/*" for service in ("sagemaker", "events")
            ]
        }
    }


def test_one_trail_is_encrypted_by_its_exact_arn_and_none_where_there_is_none(run_program: Any) -> None:
    trail = f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/slipway-dev"

    def audited() -> None:
        EncryptionKey(
            "key",
            EncryptionKeyArgs(
                account_id=ACCOUNT,
                region="eu-west-1",
                log_group_prefixes=["/aws/sagemaker/"],
                trail_arn=trail,
                retention=retention("dev"),
            ),
        )

    def trusted(declare: Any) -> list[Any]:
        policy = json.loads(run_program(declare).one("aws:kms/key:Key", "key").inputs["policy"])
        cloudtrail = {"Service": "cloudtrail.amazonaws.com"}
        return [one for one in policy["Statement"] if one["Principal"] == cloudtrail]

    assert trusted(lambda: key("dev")) == []
    found = trusted(audited)
    assert [one["Action"] for one in found] == [["kms:GenerateDataKey*"], ["kms:DescribeKey"]]
    assert {one["Condition"]["StringEquals"]["aws:SourceArn"] for one in found} == {trail}


def test_tags_never_move_and_every_push_is_scanned_and_encrypted(run_program: Any) -> None:
    repositories = run_program(lambda: images("dev")).of_type("aws:ecr/repository:Repository")
    assert [one.inputs["name"] for one in repositories] == ["slipway-dev/serving", "slipway-dev/training"]
    for one in repositories:
        assert one.inputs["imageTagMutability"] == "IMMUTABLE"
        assert one.inputs["imageScanningConfiguration"] == {"scanOnPush": True}
        assert one.inputs["encryptionConfigurations"] == [{"encryptionType": "KMS", "kmsKey": "arn:key"}]
        assert one.inputs["forceDelete"] is True


def test_no_tagged_image_ever_expires(run_program: Any) -> None:
    for one in run_program(lambda: images("prod")).of_type("aws:ecr/lifecyclePolicy:LifecyclePolicy"):
        rules = json.loads(one.inputs["policy"])["rules"]
        assert {rule["selection"]["tagStatus"] for rule in rules} == {"untagged"}


def test_repositories_without_a_name_are_refused() -> None:
    with pytest.raises(ValueError, match="repository_names is empty"):
        ImageRepositoriesArgs(repository_names={}, key_arn="k", untagged_image_days=1, retention=retention("dev"))


def test_a_code_package_stays_in_the_bucket_when_the_code_moves_on(run_program: Any) -> None:
    given = CodePackageArgs(archive="x.tar.gz", key="code/training/abc.tar.gz", bucket="artifacts", key_arn="arn:key")
    graph = run_program(lambda: CodePackage("training-code", given))
    package = graph.one("aws:s3/bucketObjectv2:BucketObjectv2", "training-code")
    assert package.retain_on_delete
    assert package.inputs["key"] == "code/training/abc.tar.gz"
    assert (package.inputs["serverSideEncryption"], package.inputs["kmsKeyId"]) == ("aws:kms", "arn:key")
