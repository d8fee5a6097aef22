"""ECR repositories and their lifecycle policies."""

from typing import Any, Final

from slipway.sandbox.provider.declaration import Call, Properties, ResourceType, Tags, Update
from slipway.sandbox.provider.naming import AutoName
from slipway.sandbox.provider.scope import Scope

TAGS: Final = Tags(
    read="list_tags_for_resource", add="tag_resource", remove="untag_resource", by="arn", parameter="resourceArn"
)
REPOSITORY: Final = {"repository": "repositoryName"}


def _delete(scope: Scope, resource_id: str, inputs: Properties) -> None:
    scope.client("ecr").delete_repository(repositoryName=resource_id, force=bool(inputs.get("forceDelete")))


def _read(scope: Scope, resource_id: str, _known: Properties) -> dict[str, Any]:
    client = scope.client("ecr")
    found = client.describe_repositories(repositoryNames=[resource_id])["repositories"][0]
    encryption = found.get("encryptionConfiguration") or {}
    kms = {"kmsKey": encryption["kmsKey"]} if "kmsKey" in encryption else {}
    return {
        "name": found["repositoryName"],
        "arn": found["repositoryArn"],
        "registryId": found["registryId"],
        "repositoryUrl": f"{found['registryId']}.dkr.ecr.{scope.region}.{_suffix(scope)}/{found['repositoryName']}",
        "imageTagMutability": found.get("imageTagMutability"),
        "imageScanningConfiguration": found.get("imageScanningConfiguration"),
        "encryptionConfigurations": [{"encryptionType": encryption["encryptionType"], **kms}] if encryption else None,
        "tagsAll": {
            tag["Key"]: tag["Value"]
            for tag in client.list_tags_for_resource(resourceArn=found["repositoryArn"])["tags"]
        },
    }


def _suffix(scope: Scope) -> str:
    return "amazonaws.com.cn" if scope.partition == "aws-cn" else "amazonaws.com"


TYPES = (
    ResourceType(
        type="aws:ecr/repository:Repository",
        service="ecr",
        identity={"name": "repositoryName"},
        id="{name}",
        name=AutoName(limit=256, lower=True),
        create=Call(operation="create_repository", at="repository"),
        read=_read,
        update=(
            Update(
                how=Call(operation="put_image_tag_mutability"),
                props=frozenset({"imageTagMutability", "imageTagMutabilityExclusionFilters"}),
            ),
            Update(
                how=Call(operation="put_image_scanning_configuration"), props=frozenset({"imageScanningConfiguration"})
            ),
        ),
        delete=_delete,
        outputs={"arn": "@repositoryArn", "registryId": "@registryId", "repositoryUrl": "@repositoryUri"},
        tags=TAGS,
        local=frozenset({"forceDelete"}),
        quiet={
            "encryptionConfigurations": [{"encryptionType": "AES256"}],
            "imageScanningConfiguration": {"scanOnPush": False},
        },
    ),
    ResourceType(
        type="aws:ecr/lifecyclePolicy:LifecyclePolicy",
        service="ecr",
        identity=REPOSITORY,
        id="{repository}",
        create=Call(operation="put_lifecycle_policy"),
        read=Call(operation="get_lifecycle_policy"),
        delete=Call(operation="delete_lifecycle_policy"),
        outputs={"registryId": "@registryId"},
        renames={"policy": "lifecyclePolicyText"},
        documents=frozenset({"policy"}),
    ),
    ResourceType(
        type="aws:ecr/repositoryPolicy:RepositoryPolicy",
        service="ecr",
        identity=REPOSITORY,
        id="{repository}",
        create=Call(operation="set_repository_policy"),
        read=Call(operation="get_repository_policy"),
        update=(Update(how=Call(operation="set_repository_policy")),),
        delete=Call(operation="delete_repository_policy"),
        outputs={"registryId": "@registryId"},
        renames={"policy": "policyText"},
        documents=frozenset({"policy"}),
    ),
)
