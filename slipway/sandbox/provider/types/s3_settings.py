"""S3 bucket settings that are resources of their own: put whole, read whole, deleted back to S3's default."""

from typing import Any, Final

from slipway.sandbox.provider.casing import members_of, properties_of
from slipway.sandbox.provider.declaration import Call, Change, Made, Properties, ResourceType, Update
from slipway.sandbox.provider.facts import facts_of
from slipway.sandbox.provider.problems import Gone
from slipway.sandbox.provider.scope import Scope

BUCKET = {"bucket": "Bucket"}
LOGGING: Final = "aws:s3/bucketLogging:BucketLogging"
NOTIFIED: Final = (
    ("lambdaFunctions", "LambdaFunctionConfigurations", "lambdaFunctionArn"),
    ("queues", "QueueConfigurations", "queueArn"),
    ("topics", "TopicConfigurations", "topicArn"),
)


def _put(operation: str, body: str = "") -> dict[str, Any]:
    call = Call(operation=operation, body=body)
    return {"create": call, "update": (Update(how=call),)}


def _suspend(scope: Scope, resource_id: str, _inputs: Properties) -> None:
    # versioning can't be removed, only suspended; a bucket that is gone is gone with it
    scope.client("s3").put_bucket_versioning(Bucket=resource_id, VersioningConfiguration={"Status": "Suspended"})


def _put_logging(scope: Scope, inputs: Properties) -> None:
    client = scope.client("s3")
    shape = client.meta.service_model.operation_model("PutBucketLogging").input_shape
    enabled = shape.members["BucketLoggingStatus"].members["LoggingEnabled"]
    plain = {name: value for name, value in inputs.items() if name not in {"bucket", "expectedBucketOwner", "region"}}
    status: Any = {"LoggingEnabled": members_of(plain, enabled, {})}
    client.put_bucket_logging(Bucket=inputs["bucket"], BucketLoggingStatus=status)


def _log(scope: Scope, inputs: Properties) -> Made:
    _put_logging(scope, inputs)
    return Made(inputs["bucket"])


def _change_logging(scope: Scope, change: Change) -> None:
    _put_logging(scope, change.news)


def _read_logging(scope: Scope, resource_id: str, _known: Properties) -> dict[str, Any]:
    client = scope.client("s3")
    found = client.get_bucket_logging(Bucket=resource_id).get("LoggingEnabled")
    if not found:
        raise Gone
    shape = client.meta.service_model.operation_model("GetBucketLogging").output_shape.members["LoggingEnabled"]
    return {**properties_of(found, facts_of(LOGGING).shape, shape, {}), "id": resource_id, "bucket": resource_id}


def _log_no_more(scope: Scope, resource_id: str, inputs: Properties) -> None:
    _read_logging(scope, resource_id, inputs)
    scope.client("s3").put_bucket_logging(Bucket=resource_id, BucketLoggingStatus={})


def _put_notification(scope: Scope, bucket: str, inputs: Properties) -> None:
    configuration: dict[str, Any] = {}
    for name, member, arn in NOTIFIED:
        entries = []
        for one in inputs.get(name) or []:
            rules = [
                {"Name": side, "Value": one[prop]}
                for side, prop in (("prefix", "filterPrefix"), ("suffix", "filterSuffix"))
                if one.get(prop)
            ]
            entry: dict[str, Any] = {arn[0].upper() + arn[1:]: one[arn], "Events": list(one["events"])}
            entry |= {"Id": one["id"]} if one.get("id") else {}
            entry |= {"Filter": {"Key": {"FilterRules": rules}}} if rules else {}
            entries.append(entry)
        if entries:
            configuration[member] = entries
    if inputs.get("eventbridge"):
        configuration["EventBridgeConfiguration"] = {}
    scope.client("s3").put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration=configuration,
    )


def _notify(scope: Scope, inputs: Properties) -> Made:
    _put_notification(scope, inputs["bucket"], inputs)
    return Made(inputs["bucket"])


def _change_notification(scope: Scope, change: Change) -> None:
    _put_notification(scope, change.id, change.news)


def _read_notification(scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    found: Any = scope.client("s3").get_bucket_notification_configuration(Bucket=resource_id)
    seen: dict[str, Any] = {"id": resource_id, "bucket": resource_id}
    for name, member, arn in NOTIFIED:
        entries = []
        ids = {one["id"] for one in known.get(name) or [] if one.get("id")}
        for one in found.get(member) or []:
            rules = {
                rule["Name"].lower(): rule["Value"]
                for rule in one.get("Filter", {}).get("Key", {}).get("FilterRules", [])
            }
            entry = {arn: one[arn[0].upper() + arn[1:]], "events": one["Events"]}
            # S3 gives an id of its own to what has none
            entry |= {"id": one["Id"]} if one.get("Id") in ids or not known else {}
            entry |= {
                prop: rules[side]
                for side, prop in (("prefix", "filterPrefix"), ("suffix", "filterSuffix"))
                if rules.get(side)
            }
            entries.append(entry)
        seen[name] = entries or None
    seen["eventbridge"] = "EventBridgeConfiguration" in found
    if not seen["eventbridge"] and not any(seen[name] for name, _, _ in NOTIFIED):
        raise Gone
    return seen


def _notify_nobody(scope: Scope, resource_id: str, inputs: Properties) -> None:
    _read_notification(scope, resource_id, inputs)
    scope.client("s3").put_bucket_notification_configuration(Bucket=resource_id, NotificationConfiguration={})


TYPES = (
    ResourceType(
        type="aws:s3/bucketVersioning:BucketVersioning",
        service="s3",
        identity=BUCKET,
        id="{bucket}",
        **_put("put_bucket_versioning"),
        read=Call(operation="get_bucket_versioning", into="versioningConfiguration"),
        delete=_suspend,
    ),
    ResourceType(
        type="aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        service="s3",
        identity=BUCKET,
        id="{bucket}",
        **_put("put_bucket_encryption", "ServerSideEncryptionConfiguration"),
        read=Call(operation="get_bucket_encryption", at="ServerSideEncryptionConfiguration"),
        delete=Call(operation="delete_bucket_encryption"),
    ),
    ResourceType(
        type="aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        service="s3",
        identity=BUCKET,
        id="{bucket}",
        **_put("put_public_access_block", "PublicAccessBlockConfiguration"),
        read=Call(operation="get_public_access_block", at="PublicAccessBlockConfiguration"),
        delete=Call(operation="delete_public_access_block"),
        local=frozenset({"skipDestroy"}),
    ),
    ResourceType(
        type="aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        service="s3",
        identity=BUCKET,
        id="{bucket}",
        **_put("put_bucket_lifecycle_configuration", "LifecycleConfiguration"),
        read=Call(operation="get_bucket_lifecycle_configuration"),
        delete=Call(operation="delete_bucket_lifecycle"),
        local=frozenset({"timeouts"}),
        # the one default of the service; an endpoint that does not tell it has it
        write_only=frozenset({"transitionDefaultMinimumObjectSize"}),
        unordered=frozenset({"rules"}),
    ),
    ResourceType(
        type="aws:s3/bucketPolicy:BucketPolicy",
        service="s3",
        identity=BUCKET,
        id="{bucket}",
        **_put("put_bucket_policy"),
        read=Call(operation="get_bucket_policy"),
        delete=Call(operation="delete_bucket_policy"),
        documents=frozenset({"policy"}),
    ),
    ResourceType(
        type="aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        service="s3",
        identity=BUCKET,
        id="{bucket}",
        **_put("put_bucket_ownership_controls", "OwnershipControls"),
        read=Call(operation="get_bucket_ownership_controls", at="OwnershipControls"),
        delete=Call(operation="delete_bucket_ownership_controls"),
    ),
    ResourceType(
        type="aws:s3/bucketLogging:BucketLogging",
        service="s3",
        identity=BUCKET,
        id="{bucket}",
        create=_log,
        read=_read_logging,
        update=(Update(how=_change_logging),),
        delete=_log_no_more,
    ),
    ResourceType(
        type="aws:s3/bucketNotification:BucketNotification",
        service="s3",
        identity=BUCKET,
        id="{bucket}",
        create=_notify,
        read=_read_notification,
        update=(Update(how=_change_notification),),
        delete=_notify_nobody,
        unordered=frozenset({"lambdaFunctions", "queues", "topics"}),
    ),
)
