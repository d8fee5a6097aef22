"""Lake Formation: settings of a data lake, the locations that it looks after, and who may do what.

The ids of settings and permissions are hashes, as with the real provider, which imports neither.
"""

import json
import zlib
from collections.abc import Iterator
from typing import Any, Final

import grpc

from slipway.sandbox.provider.casing import members_of
from slipway.sandbox.provider.declaration import Call, Change, Made, Properties, ResourceType, Update
from slipway.sandbox.provider.problems import GONE, Gone, Problem
from slipway.sandbox.provider.scope import Scope

SETTINGS: Final = "aws:lakeformation/dataLakeSettings:DataLakeSettings"
PERMISSIONS: Final = "aws:lakeformation/permissions:Permissions"
GONE_ENTITY: Final = GONE | {"EntityNotFoundException"}
PRINCIPALS: Final = {"admins": "DataLakeAdmins", "readOnlyAdmins": "ReadOnlyAdmins"}
FILTERED: Final = "externalDataFilteringAllowLists"
NEW_ONES: Final = {
    "createDatabaseDefaultPermissions": "CreateDatabaseDefaultPermissions",
    "createTableDefaultPermissions": "CreateTableDefaultPermissions",
}
AS_THEY_ARE: Final = {
    "allowExternalDataFiltering": "AllowExternalDataFiltering",
    "allowFullTableExternalDataAccess": "AllowFullTableExternalDataAccess",
    "authorizedSessionTagValueLists": "AuthorizedSessionTagValueList",
    "parameters": "Parameters",
    "trustedResourceOwners": "TrustedResourceOwners",
}
RESOURCES: Final = frozenset({
    "catalogResource", "dataCellsFilter", "dataLocation", "database", "lfTag", "lfTagPolicy", "table",
    "tableWithColumns",
})  # fmt: skip
WHO: Final = "DataLakePrincipalIdentifier"


def _hash(value: Any) -> str:
    return str(zlib.crc32(json.dumps(value, sort_keys=True).encode()))


def _put(scope: Scope, inputs: Properties) -> None:
    settings: dict[str, Any] = {member: inputs[name] for name, member in AS_THEY_ARE.items() if name in inputs}
    for name, member in {**PRINCIPALS, FILTERED: "ExternalDataFilteringAllowList"}.items():
        settings[member] = [{WHO: who} for who in inputs.get(name) or []]
    for name, member in NEW_ONES.items():
        settings[member] = [
            {"Principal": {WHO: one["principal"]}, "Permissions": one.get("permissions", [])}
            for one in inputs.get(name) or []
        ]
    scope.client("lakeformation").put_data_lake_settings(**_catalog(inputs), DataLakeSettings=settings)


def _catalog(inputs: Properties) -> dict[str, str]:
    return {"CatalogId": inputs["catalogId"]} if inputs.get("catalogId") else {}


def _create_settings(scope: Scope, inputs: Properties) -> Made:
    _put(scope, inputs)
    return Made(_hash(inputs.get("catalogId") or scope.account))


def _change_settings(scope: Scope, change: Change) -> None:
    _put(scope, change.news)


def _read_settings(scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    if not known:
        raise _not_imported(SETTINGS)
    found = scope.client("lakeformation").get_data_lake_settings(**_catalog(known))["DataLakeSettings"]
    seen: dict[str, Any] = {name: found.get(member) for name, member in AS_THEY_ARE.items()}
    for name, member in {**PRINCIPALS, FILTERED: "ExternalDataFilteringAllowList"}.items():
        seen[name] = [one[WHO] for one in found.get(member) or []]
    for name, member in NEW_ONES.items():
        seen[name] = [
            {"principal": one["Principal"][WHO], "permissions": one["Permissions"]} for one in found.get(member) or []
        ]
    return {**seen, "id": resource_id, "catalogId": known.get("catalogId")}


def _clear_settings(scope: Scope, _resource_id: str, inputs: Properties) -> None:
    # an account always has settings; without a resource that states them they are empty
    _put(scope, _catalog_only(inputs))


def _catalog_only(inputs: Properties) -> dict[str, Any]:
    return {name: value for name, value in inputs.items() if name == "catalogId"}


def _not_imported(token: str) -> Problem:
    return Problem(
        grpc.StatusCode.UNIMPLEMENTED,
        f"{token} can't be imported, its id is a hash; the real provider does not import it either: declare it anew",
    )


def _resource(inputs: Properties) -> dict[str, Any]:  # noqa: PLR0911  one line a kind
    """Give what the permissions are for, as Lake Formation nests it."""
    if inputs.get("catalogResource"):
        return {"Catalog": {}}
    if location := inputs.get("dataLocation"):
        return {"DataLocation": {**_catalog(location), "ResourceArn": location["arn"]}}
    if database := inputs.get("database"):
        return {"Database": {**_catalog(database), "Name": database["name"]}}
    if table := inputs.get("table"):
        named = {"TableWildcard": {}} if table.get("wildcard") else {"Name": table["name"]}
        return {"Table": {**_catalog(table), "DatabaseName": table["databaseName"], **named}}
    if columns := inputs.get("tableWithColumns"):
        place = {**_catalog(columns), "DatabaseName": columns["databaseName"], "Name": columns["name"]}
        return {"TableWithColumns": {**place, **_columns(columns)}}
    if tag := inputs.get("lfTag"):
        return {"LFTag": {**_catalog(tag), "TagKey": tag["key"], "TagValues": tag["values"]}}
    if policy := inputs.get("lfTagPolicy"):
        tags = [{"TagKey": one["key"], "TagValues": one["values"]} for one in policy["expressions"]]
        return {"LFTagPolicy": {**_catalog(policy), "ResourceType": policy["resourceType"], "Expression": tags}}
    cells = inputs["dataCellsFilter"]
    names = {"tableCatalogId", "databaseName", "tableName", "name"}
    return {"DataCellsFilter": {name[0].upper() + name[1:]: cells[name] for name in sorted(names & cells.keys())}}


def _columns(given: Properties) -> dict[str, Any]:
    if given.get("columnNames"):
        return {"ColumnNames": given["columnNames"]}
    excluded = given.get("excludedColumnNames")
    return {"ColumnWildcard": {"ExcludedColumnNames": excluded} if excluded else {}}


def _grant(inputs: Properties) -> dict[str, Any]:
    return {
        **_catalog(inputs),
        "Principal": {WHO: inputs["principal"]},
        "Resource": _resource(inputs),
        "Permissions": inputs["permissions"],
        "PermissionsWithGrantOption": inputs.get("permissionsWithGrantOptions", []),
    }


def _create_permissions(scope: Scope, inputs: Properties) -> Made:
    request = _grant(inputs)
    scope.client("lakeformation").grant_permissions(**request)
    return Made(_hash(request))


def _grants(scope: Scope, inputs: Properties) -> Iterator[dict[str, Any]]:
    """Every grant to the principal on the resource."""
    wanted, client, request = _grant(inputs), scope.client("lakeformation"), dict(_catalog(inputs))
    while True:
        page = client.list_permissions(**request)
        for grant in page["PrincipalResourcePermissions"]:
            same = grant["Principal"][WHO] == inputs["principal"]
            if same and _covers(grant["Resource"], wanted["Resource"]):
                yield grant
        if not page.get("NextToken"):
            return
        request["NextToken"] = page["NextToken"]


def _covers(told: Any, asked: Any) -> bool:
    """Whether an answer says all that was asked: it names catalogues that a request may leave out."""
    if isinstance(told, dict) and isinstance(asked, dict):
        return all(name in told and _covers(told[name], value) for name, value in asked.items())
    return bool(told == asked)


def _read_permissions(scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    if not known:
        raise _not_imported(PERMISSIONS)
    found = list(_grants(scope, known))
    if not found:
        raise Gone
    with_option = sorted({one for grant in found for one in grant.get("PermissionsWithGrantOption", [])})
    return {
        "id": resource_id,
        "principal": known["principal"],
        "permissions": sorted({one for grant in found for one in grant["Permissions"]}),
        "permissionsWithGrantOptions": with_option,
    }


def _revoke(scope: Scope, _resource_id: str, inputs: Properties) -> None:
    if not any(_grants(scope, inputs)):
        raise Gone
    scope.client("lakeformation").revoke_permissions(**_grant(inputs))


def _register(scope: Scope, inputs: Properties) -> Made:
    client = scope.client("lakeformation")
    shape = client.meta.service_model.operation_model("RegisterResource").input_shape
    given = {name: value for name, value in inputs.items() if name not in {"arn", "region"}}
    linked = {} if "roleArn" in inputs else {"UseServiceLinkedRole": True}
    client.register_resource(ResourceArn=inputs["arn"], **{**linked, **members_of(given, shape)})
    return Made(inputs["arn"])


TYPES = (
    ResourceType(
        type=SETTINGS,
        service="lakeformation",
        identity={"catalogId": "CatalogId"},
        id="@id",
        create=_create_settings,
        read=_read_settings,
        update=(Update(how=_change_settings, props=frozenset({*PRINCIPALS, FILTERED, *NEW_ONES, *AS_THEY_ARE})),),
        delete=_clear_settings,
        computed=frozenset({*PRINCIPALS, *NEW_ONES, "parameters", "trustedResourceOwners"}),
        unordered=frozenset({*NEW_ONES}),
    ),
    ResourceType(
        type="aws:lakeformation/resource:Resource",
        service="lakeformation",
        identity={"arn": "ResourceArn"},
        id="{arn}",
        create=_register,
        read=Call(operation="describe_resource", at="ResourceInfo"),
        delete=Call(operation="deregister_resource"),
        outputs={"lastModified": "@LastModified"},
        computed=frozenset({"hybridAccessEnabled", "roleArn", "withFederation"}),
        # told only by the role that it comes to
        write_only=frozenset({"useServiceLinkedRole"}),
        gone=GONE_ENTITY,
    ),
    ResourceType(
        type=PERMISSIONS,
        service="lakeformation",
        identity={"principal": "Principal"},
        id="@id",
        create=_create_permissions,
        read=_read_permissions,
        delete=_revoke,
        computed=frozenset({"permissionsWithGrantOptions"}),
        exactly_one=RESOURCES,
        gone=GONE_ENTITY,
    ),
)
