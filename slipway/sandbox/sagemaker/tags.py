"""Tags of every kind, found by ARN; they lie in the record itself, so they go with it."""

from typing import Any

from slipway.sandbox.sagemaker import kinds
from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.errors import ApiError, limit, validation
from slipway.sandbox.sagemaker.kinds import Kind

MOST = 50
"""Tags on one resource."""

Record = dict[str, Any]


def add_tags(params: Record, context: Context) -> Record:
    """Add tags, replacing the values of keys that are there; answers all of them."""
    if any(tag["Key"].lower().startswith("aws:") for tag in params["Tags"]):
        raise validation("aws: prefixed tag key names are not allowed for external use.")

    def change(record: Record) -> None:
        tags = {tag["Key"]: tag["Value"] for tag in record.get("Tags", [])}
        tags.update((tag["Key"], tag["Value"]) for tag in params["Tags"])
        if len(tags) > MOST:
            raise limit(f"a resource can have {MOST} tags, this one would have {len(tags)}")
        record["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]

    return {"Tags": _change(params["ResourceArn"], context, change)["Tags"]}


def delete_tags(params: Record, context: Context) -> Record:
    """Remove tags by key; keys that are not there are no error."""

    def change(record: Record) -> None:
        kept = [tag for tag in record.get("Tags", []) if tag["Key"] not in params["TagKeys"]]
        record["Tags"] = kept

    _change(params["ResourceArn"], context, change)
    return {}


def list_tags(params: Record, context: Context) -> Record:
    """Every tag of a resource."""
    entry, key = locate(params["ResourceArn"], context)
    record = context.store.get(context.scope, entry.collection, key) or {}
    return {"Tags": record.get("Tags", [])}


def locate(arn: str, context: Context) -> tuple[Kind, str]:
    """Return the kind and the store's key of an ARN; raises ApiError for what does not exist."""
    parts = arn.split(":", 5)
    entry = None
    if len(parts) == 6 and parts[4] == context.scope.account and parts[3] == context.scope.region:  # noqa: PLR2004
        word, _, path = parts[5].partition("/")
        entry = kinds.by_arn_word().get(word)
        # ARNs spell names in lower case where Describe keeps the caller's spelling
        if entry is not None and context.store.get(context.scope, entry.collection, path) is not None:
            return entry, path
    if entry is not None:
        for key, record in context.store.items(context.scope, entry.collection):
            if record.get(entry.arn_member) == arn:
                return entry, key
    raise _missing(arn)


def _missing(arn: str) -> ApiError:
    return ApiError("ResourceNotFound", f"Resource {arn} does not exist")


def _change(arn: str, context: Context, change: Any) -> Record:
    entry, key = locate(arn, context)
    try:
        return context.store.update(context.scope, entry.collection, key, change)
    except KeyError as error:
        raise _missing(arn) from error


OPERATIONS = {"AddTags": add_tags, "DeleteTags": delete_tags, "ListTags": list_tags}
