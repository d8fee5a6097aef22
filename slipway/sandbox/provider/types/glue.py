"""The Glue data catalogue: databases and their tables."""

from typing import Any, Final

from slipway.sandbox.provider.casing import members_of, properties_of
from slipway.sandbox.provider.declaration import Change, Made, Properties, ResourceType, Tags, Update
from slipway.sandbox.provider.facts import facts_of
from slipway.sandbox.provider.naming import AutoName
from slipway.sandbox.provider.problems import GONE
from slipway.sandbox.provider.scope import Scope

DATABASE: Final = "aws:glue/catalogDatabase:CatalogDatabase"
TABLE: Final = "aws:glue/catalogTable:CatalogTable"
TAGS: Final = Tags(read="get_tags", add="tag_resource", remove="untag_resource", by="arn", parameter="ResourceArn")
GONE_ENTITY: Final = GONE | {"EntityNotFoundException"}
TABLE_INPUT: Final = frozenset({
    "description", "owner", "parameters", "partitionKeys", "retention", "storageDescriptor", "tableType", "targetTable",
    "viewExpandedText", "viewOriginalText",
})  # fmt: skip
OPEN_FORMAT: Final = "openTableFormatInput"
ARN: Final = "arn:{partition}:glue:{region}:{account}:"


def _input(scope: Scope, operation: str, member: str, inputs: Properties) -> dict[str, Any]:
    shape = scope.client("glue").meta.service_model.operation_model(operation).input_shape
    return members_of({name: value for name, value in inputs.items() if name != "tags"}, shape.members[member])


def _catalog(scope: Scope, inputs: Properties) -> str:
    return str(inputs.get("catalogId") or scope.account)


def _create_database(scope: Scope, inputs: Properties) -> Made:
    catalog, given = _catalog(scope, inputs), _input(scope, "CreateDatabase", "DatabaseInput", inputs)
    scope.client("glue").create_database(CatalogId=catalog, DatabaseInput=given, Tags=dict(inputs.get("tagsAll") or {}))
    return Made(f"{catalog}:{inputs['name']}")


def _change_database(scope: Scope, change: Change) -> None:
    catalog, name = change.id.split(":", 1)
    given = _input(scope, "UpdateDatabase", "DatabaseInput", change.news)
    scope.client("glue").update_database(CatalogId=catalog, Name=name, DatabaseInput=given)


def _read_database(scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    catalog, name = resource_id.split(":", 1)
    client = scope.client("glue")
    found = client.get_database(CatalogId=catalog, Name=name)["Database"]
    shape = client.meta.service_model.operation_model("GetDatabase").output_shape.members["Database"]
    arn = f"arn:{scope.partition}:glue:{scope.region}:{catalog}:database/{name}"
    return {
        **properties_of(found, facts_of(DATABASE).shape, shape),
        "catalogId": catalog if known or catalog != scope.account else None,
        "name": name,
        "arn": arn,
        "tagsAll": client.get_tags(ResourceArn=arn)["Tags"],
    }


def _delete_database(scope: Scope, resource_id: str, _inputs: Properties) -> None:
    catalog, name = resource_id.split(":", 1)
    scope.client("glue").delete_database(CatalogId=catalog, Name=name)


def _create_table(scope: Scope, inputs: Properties) -> Made:
    catalog, given = _catalog(scope, inputs), _input(scope, "CreateTable", "TableInput", inputs)
    operation = scope.client("glue").meta.service_model.operation_model("CreateTable")
    opened = {name: value for name, value in inputs.items() if name == OPEN_FORMAT}
    more = members_of(opened, operation.input_shape) if opened else {}
    scope.client("glue").create_table(CatalogId=catalog, DatabaseName=inputs["databaseName"], TableInput=given, **more)
    return Made(f"{catalog}:{inputs['databaseName']}:{inputs['name']}")


def _change_table(scope: Scope, change: Change) -> None:
    catalog, database, _ = change.id.split(":", 2)
    given = _input(scope, "UpdateTable", "TableInput", change.news)
    scope.client("glue").update_table(CatalogId=catalog, DatabaseName=database, TableInput=given)


def _read_table(scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    catalog, database, name = resource_id.split(":", 2)
    client = scope.client("glue")
    found = client.get_table(CatalogId=catalog, DatabaseName=database, Name=name)["Table"]
    shape = client.meta.service_model.operation_model("GetTable").output_shape.members["Table"]
    return {
        **properties_of(found, facts_of(TABLE).shape, shape),
        "catalogId": catalog if known or catalog != scope.account else None,
        "databaseName": database,
        "name": name,
        "arn": f"arn:{scope.partition}:glue:{scope.region}:{catalog}:table/{database}/{name}",
    }


def _delete_table(scope: Scope, resource_id: str, _inputs: Properties) -> None:
    catalog, database, name = resource_id.split(":", 2)
    scope.client("glue").delete_table(CatalogId=catalog, DatabaseName=database, Name=name)


TYPES = (
    ResourceType(
        type=DATABASE,
        service="glue",
        identity={"catalogId": "CatalogId", "name": "Name"},
        id="{catalogId}:{name}",
        name=AutoName(lower=True),
        create=_create_database,
        read=_read_database,
        update=(
            Update(
                how=_change_database,
                props=frozenset(
                    {"createTableDefaultPermissions", "description", "locationUri", "parameters", "targetDatabase"}
                ),
            ),
        ),
        delete=_delete_database,
        outputs={"arn": ARN + "database/{name}"},
        computed=frozenset({"catalogId", "createTableDefaultPermissions", "locationUri"}),
        tags=TAGS,
        unsupported={"federatedDatabase": "leave it out, the sandbox has no other catalogues"},
        gone=GONE_ENTITY,
    ),
    ResourceType(
        type=TABLE,
        service="glue",
        identity={"catalogId": "CatalogId", "databaseName": "DatabaseName", "name": "Name"},
        id="{catalogId}:{databaseName}:{name}",
        name=AutoName(lower=True),
        create=_create_table,
        read=_read_table,
        update=(
            Update(
                how=_change_table,
                props=TABLE_INPUT | {OPEN_FORMAT},
            ),
        ),
        delete=_delete_table,
        outputs={"arn": ARN + "table/{databaseName}/{name}"},
        computed=frozenset({"catalogId"}),
        # It is asked for once: AWS tells it as `table_type` in the table's parameters, and changes no table's format.
        write_only=frozenset({OPEN_FORMAT}),
        unsupported={
            "partitionIndices": "leave it out, the sandbox keeps no indexes",
            "viewDefinition": "use viewOriginalText and viewExpandedText",
        },
        gone=GONE_ENTITY,
    ),
)
