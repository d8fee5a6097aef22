"""SageMaker kinds that are there as soon as they are made: models, endpoint configurations, model package groups.

SageMaker answers ValidationException for a name that it does not find and for much else; the list operation tells the
two apart.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from slipway.sandbox.provider.declaration import Call, Doubtful, ResourceType, Tags, Update
from slipway.sandbox.provider.naming import AutoName
from slipway.sandbox.provider.scope import Scope

TAGS: Final = Tags(read="list_tags", add="add_tags", remove="delete_tags", by="arn", parameter="ResourceArn")


def listed(operation: str, member: str, name: str) -> Callable[[Scope, str], bool]:
    """Give a question whether a name is in a list."""

    def pages(scope: Scope, wanted: str) -> Iterator[dict[str, Any]]:
        client = scope.client("sagemaker")
        request: dict[str, Any] = {"NameContains": wanted}
        while True:
            page = getattr(client, operation)(**request)
            yield page
            if not page.get("NextToken"):
                return
            request["NextToken"] = page["NextToken"]

    def exists(scope: Scope, wanted: str) -> bool:
        return any(item[name] == wanted for page in pages(scope, wanted) for item in page[member])

    return exists


def doubtful(operation: str, member: str, name: str) -> Doubtful:
    """SageMaker's ValidationException, settled by a list."""
    return Doubtful(codes=frozenset({"ValidationException"}), exists=listed(operation, member, name))


TYPES = (
    ResourceType(
        type="aws:sagemaker/model:Model",
        service="sagemaker",
        identity={"name": "ModelName"},
        id="{name}",
        name=AutoName(),
        create=Call(operation="create_model"),
        read=Call(operation="describe_model"),
        delete=Call(operation="delete_model"),
        outputs={"arn": "@ModelArn"},
        tags=TAGS,
        quiet={"enableNetworkIsolation": False},
        doubtful=doubtful("list_models", "Models", "ModelName"),
    ),
    ResourceType(
        type="aws:sagemaker/endpointConfiguration:EndpointConfiguration",
        service="sagemaker",
        identity={"name": "EndpointConfigName"},
        id="{name}",
        name=AutoName(),
        create=Call(operation="create_endpoint_config"),
        read=Call(operation="describe_endpoint_config"),
        delete=Call(operation="delete_endpoint_config"),
        outputs={"arn": "@EndpointConfigArn"},
        renames={"kmsKeyArn": "KmsKeyId"},
        tags=TAGS,
        doubtful=doubtful("list_endpoint_configs", "EndpointConfigs", "EndpointConfigName"),
    ),
    ResourceType(
        type="aws:sagemaker/modelPackageGroup:ModelPackageGroup",
        service="sagemaker",
        identity={"modelPackageGroupName": "ModelPackageGroupName"},
        id="{modelPackageGroupName}",
        create=Call(operation="create_model_package_group"),
        read=Call(operation="describe_model_package_group"),
        delete=Call(operation="delete_model_package_group"),
        outputs={"arn": "@ModelPackageGroupArn"},
        tags=TAGS,
        doubtful=doubtful("list_model_package_groups", "ModelPackageGroupSummaryList", "ModelPackageGroupName"),
    ),
    ResourceType(
        type="aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy",
        service="sagemaker",
        identity={"modelPackageGroupName": "ModelPackageGroupName"},
        id="{modelPackageGroupName}",
        create=Call(operation="put_model_package_group_policy"),
        read=Call(operation="get_model_package_group_policy"),
        update=(Update(how=Call(operation="put_model_package_group_policy")),),
        delete=Call(operation="delete_model_package_group_policy"),
        documents=frozenset({"resourcePolicy"}),
        # nothing lists policies: having none, or no group, is all that these calls can be refused for
        doubtful=Doubtful(codes=frozenset({"ValidationException"}), exists=lambda _scope, _name: False),
    ),
    ResourceType(
        type="aws:sagemaker/pipeline:Pipeline",
        service="sagemaker",
        identity={"pipelineName": "PipelineName"},
        id="{pipelineName}",
        create=Call(operation="create_pipeline"),
        read=Call(operation="describe_pipeline"),
        update=(Update(how=Call(operation="update_pipeline")),),
        delete=Call(operation="delete_pipeline"),
        outputs={"arn": "@PipelineArn"},
        tags=TAGS,
        documents=frozenset({"pipelineDefinition"}),
        unsupported={"pipelineDefinitionS3Location": "give the definition as text in pipelineDefinition"},
    ),
)
