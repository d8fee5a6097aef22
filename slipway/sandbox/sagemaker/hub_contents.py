"""The contents of a private hub: imported documents, each in versions."""

from typing import Any

from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.errors import in_use, not_found
from slipway.sandbox.sagemaker.listing import page

KIND, HUB = "HubContent", "Hub"
IDENTITY = ("HubName", "HubContentType", "HubContentName")

Record = dict[str, Any]


def import_hub_content(params: Record, context: Context) -> Record:
    """Remember a document, 1.0.0 where no version is given."""
    hub = _hub(params, context)
    given = {"HubContentVersion": "1.0.0"} | params
    now = context.now()
    path = "/".join(given[name] for name in (*IDENTITY, "HubContentVersion"))
    record = given | {
        "HubArn": hub["HubArn"],
        "HubContentArn": context.scope.arn(f"hub-content/{path}"),
        "HubContentStatus": "Available",
        "CreationTime": now,
        "LastModifiedTime": now,
    }
    if not context.store.create(context.scope, KIND, path, record):
        raise in_use(f"hub content {path} already exists")
    return record


def describe_hub_content(params: Record, context: Context) -> Record:
    """Return one version of a document, the newest where none is named."""
    _hub(params, context)
    versions = _versions(params, context)
    wanted = params.get("HubContentVersion")
    found = [each for each in versions if wanted in (None, each["HubContentVersion"])]
    if not found:
        raise not_found(
            f"hub content {'/'.join(params[name] for name in IDENTITY)} {wanted or ''} does not exist".strip()
        )
    return found[-1]


def list_hub_contents(params: Record, context: Context) -> Record:
    """One page of a hub's documents of a type, each in its newest version."""
    _hub(params, context)
    newest = {found["HubContentName"]: found for found in _versions(params, context)}
    return _page(list(newest.values()), params)


def list_hub_content_versions(params: Record, context: Context) -> Record:
    """One page of a document's versions."""
    _hub(params, context)
    return _page(_versions(params, context), params)


def delete_hub_content(params: Record, context: Context) -> Record:
    """Forget one version of a document."""
    record = describe_hub_content(params, context)
    path = "/".join(record[name] for name in (*IDENTITY, "HubContentVersion"))
    context.store.delete(context.scope, KIND, path)
    return {}


def _hub(params: Record, context: Context) -> Record:
    hub = context.store.get(context.scope, HUB, params["HubName"])
    if hub is None:
        raise not_found(f"Hub '{params['HubName']}' does not exist.")
    return hub


def _versions(params: Record, context: Context) -> list[Record]:
    """Return what the identity in the parameters selects, the oldest version first."""
    wanted = {name: params[name] for name in IDENTITY if name in params}
    found = [record for record in context.store.all(context.scope, KIND) if wanted.items() <= _plain(record).items()]
    return sorted(found, key=lambda record: [int(part) for part in record["HubContentVersion"].split(".")])


def _plain(record: Record) -> Record:
    return {name: record[name] for name in IDENTITY}


def _page(records: list[Record], params: Record) -> Record:
    asked = {name: value for name, value in params.items() if name not in {*IDENTITY, "MinVersion", "MaxSchemaVersion"}}
    found, token = page(records, asked, name=lambda record: str(record["HubContentName"]), status="HubContentStatus")
    return {"HubContentSummaries": found, "NextToken": token}


OPERATIONS = {
    "DeleteHubContent": delete_hub_content,
    "DescribeHubContent": describe_hub_content,
    "ImportHubContent": import_hub_content,
    "ListHubContentVersions": list_hub_content_versions,
    "ListHubContents": list_hub_contents,
}
