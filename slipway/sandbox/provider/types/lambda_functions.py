"""Lambda functions: their code, their configuration and their reserved concurrency change apart."""

from typing import Any, Final

from slipway.sandbox.provider.casing import members_of, properties_of
from slipway.sandbox.provider.declaration import Change, Made, Properties, ResourceType, Tags, Update
from slipway.sandbox.provider.facts import facts_of
from slipway.sandbox.provider.naming import AutoName
from slipway.sandbox.provider.problems import HalfMade
from slipway.sandbox.provider.reconciling import pruned
from slipway.sandbox.provider.regular import NEVER_SENT
from slipway.sandbox.provider.scope import Scope
from slipway.sandbox.provider.types.lambda_code import packed

FUNCTION: Final = "aws:lambda/function:Function"
TAGS: Final = Tags(read="list_tags", add="tag_resource", remove="untag_resource", by="arn", parameter="Resource")
RENAMES: Final = {"name": "FunctionName"}
PLACES: Final = {
    "imageUri": "ImageUri",
    "s3Bucket": "S3Bucket",
    "s3Key": "S3Key",
    "s3ObjectVersion": "S3ObjectVersion",
    "sourceKmsKeyArn": "SourceKMSKeyArn",
}
CONFIGURED: Final = frozenset({
    "deadLetterConfig", "description", "environment", "ephemeralStorage", "fileSystemConfig", "handler", "imageConfig",
    "kmsKeyArn", "layers", "loggingConfig", "memorySize", "role", "runtime", "timeout", "tracingConfig", "vpcConfig",
})  # fmt: skip
LOCAL: Final = frozenset({
    "publish", "replaceSecurityGroupsOnDestroy", "replacementSecurityGroupIds", "skipDestroy", "sourceCodeHash",
    "useResourceTimeoutForPropagation",
})  # fmt: skip
CODE: Final = frozenset({*PLACES, "code", "sourceCodeHash", "architectures"})
LATEST: Final = "$LATEST"
MINUTES_10: Final = 600.0
UNRESERVED: Final = -1
"""What the real provider calls a function that shares the account's concurrency."""


def _code(inputs: Properties) -> dict[str, Any]:
    given: dict[str, Any] = {member: inputs[name] for name, member in PLACES.items() if name in inputs}
    return given | ({"ZipFile": packed(inputs["code"])} if "code" in inputs else {})


def _configuration(scope: Scope, operation: str, inputs: Properties) -> dict[str, Any]:
    shape = scope.client("lambda").meta.service_model.operation_model(operation).input_shape
    apart = NEVER_SENT | CODE - {"architectures"} | {"publish", "reservedConcurrentExecutions"}
    return members_of({name: value for name, value in inputs.items() if name not in apart}, shape, RENAMES)


def _create(scope: Scope, inputs: Properties) -> Made:
    request = _configuration(scope, "CreateFunction", inputs)
    scope.client("lambda").create_function(**request, Code=_code(inputs), Tags=dict(inputs.get("tagsAll") or {}))
    return Made(inputs["name"])


def _finish(scope: Scope, resource_id: str, inputs: Properties) -> None:
    _ready(scope, resource_id)
    _reserve(scope, resource_id, inputs)
    _publish(scope, resource_id, inputs)


def _reserve(scope: Scope, name: str, inputs: Properties) -> None:
    client, wanted = scope.client("lambda"), int(inputs.get("reservedConcurrentExecutions", UNRESERVED))
    if wanted == UNRESERVED:
        client.delete_function_concurrency(FunctionName=name)
    else:
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=wanted)


def _publish(scope: Scope, name: str, inputs: Properties) -> None:
    if inputs.get("publish"):
        scope.client("lambda").publish_version(FunctionName=name)


def _change(scope: Scope, change: Change) -> None:
    client = scope.client("lambda")
    request = _configuration(scope, "UpdateFunctionConfiguration", change.news)
    if "environment" in change.changed and "environment" not in change.news:
        request["Environment"] = {"Variables": {}}
    client.update_function_configuration(**request)
    _ready(scope, change.id)
    _publish(scope, change.id, change.news)


def _change_code(scope: Scope, change: Change) -> None:
    architectures = {"Architectures": change.news["architectures"]} if "architectures" in change.news else {}
    scope.client("lambda").update_function_code(FunctionName=change.id, **_code(change.news), **architectures)
    _ready(scope, change.id)
    _publish(scope, change.id, change.news)


def _read(scope: Scope, resource_id: str, known: Properties) -> dict[str, Any]:
    client = scope.client("lambda")
    found: Any = client.get_function(FunctionName=resource_id)
    told, arn = found["Configuration"], found["Configuration"]["FunctionArn"]
    facts = facts_of(FUNCTION)
    shape = client.meta.service_model.operation_model("GetFunction").output_shape.members["Configuration"]
    seen = properties_of(told, facts.shape, shape, RENAMES)
    layers, files = told.get("Layers") or [], told.get("FileSystemConfigs") or []
    version = _version(scope, resource_id) if known.get("publish") else LATEST
    logging = {"logFormat": "Text", "logGroup": f"/aws/lambda/{told['FunctionName']}"}
    if not known and pruned(seen["loggingConfig"]) == logging:
        seen["loggingConfig"] = None  # what AWS fills in
    path = f"arn:{scope.partition}:apigateway:{scope.region}:lambda:path"
    return {
        **{name: value for name, value in seen.items() if name not in {"snapStart", "codeSha256"}},
        "name": told["FunctionName"],
        "description": told.get("Description") or None,
        "layers": [layer["Arn"] for layer in layers] or None,
        "fileSystemConfig": {"arn": files[0]["Arn"], "localMountPath": files[0]["LocalMountPath"]} if files else None,
        "imageUri": found.get("Code", {}).get("ImageUri"),
        "reservedConcurrentExecutions": found.get("Concurrency", {}).get("ReservedConcurrentExecutions", UNRESERVED),
        "arn": arn,
        "invokeArn": f"{path}/2015-03-31/functions/{arn}/invocations",
        "responseStreamingInvokeArn": f"{path}/2021-11-15/functions/{arn}/response-streaming-invocations",
        "qualifiedArn": f"{arn}:{version}",
        "qualifiedInvokeArn": f"{path}/2015-03-31/functions/{arn}:{version}/invocations",
        "version": version,
        "lastModified": told["LastModified"],
        "sourceCodeSize": told["CodeSize"],
        "codeSha256": told["CodeSha256"],
        "signingJobArn": told.get("SigningJobArn") or "",
        "signingProfileVersionArn": told.get("SigningProfileVersionArn") or "",
        "tagsAll": client.list_tags(Resource=arn)["Tags"],
    }


def _version(scope: Scope, name: str) -> str:
    versions = [
        item["Version"]
        for page in scope.client("lambda").get_paginator("list_versions_by_function").paginate(FunctionName=name)
        for item in page["Versions"]
    ]
    return str(versions[-1])


def _ready(scope: Scope, name: str) -> None:
    """Wait until a function may be called and changed again."""
    last: dict[str, Any] = {}

    def look() -> str | None:
        last.update(scope.client("lambda").get_function_configuration(FunctionName=name))
        state, update = last.get("State", "Active"), last.get("LastUpdateStatus", "Successful")
        return str(state) if state == "Pending" else str(update) if update == "InProgress" else None

    scope.until(look, what=f"function {name}", limit_seconds=MINUTES_10)
    if "Failed" in (last.get("State"), last.get("LastUpdateStatus")):
        reason = last.get("LastUpdateStatusReason") or last.get("StateReason") or "no reason was given"
        raise HalfMade([f"function {name} failed: {reason}"])


def _delete(scope: Scope, resource_id: str, inputs: Properties) -> None:
    if not inputs.get("skipDestroy"):
        scope.client("lambda").delete_function(FunctionName=resource_id)


TYPES = (
    ResourceType(
        type=FUNCTION,
        service="lambda",
        identity={"name": "FunctionName"},
        id="{name}",
        name=AutoName(limit=64),
        create=_create,
        finish=_finish,
        read=_read,
        update=(
            Update(
                how=_change,
                props=CONFIGURED,
            ),
            Update(how=_change_code, props=CODE),
            Update(
                how=lambda scope, change: _reserve(scope, change.id, change.news),
                props=frozenset({"reservedConcurrentExecutions"}),
            ),
        ),
        delete=_delete,
        outputs={
            "arn": "arn:{partition}:lambda:{region}:{account}:function:{name}",
            **{name: f"@{name}" for name in sorted(facts_of(FUNCTION).outputs - {"arn", "tagsAll"})},
        },
        renames=RENAMES,
        tags=TAGS,
        computed=frozenset({"architectures", "codeSha256", "ephemeralStorage", "loggingConfig", "tracingConfig"}),
        local=LOCAL,
        write_only=frozenset(
            {"code", "codeSha256", "imageConfig", "s3Bucket", "s3Key", "s3ObjectVersion", "sourceKmsKeyArn"}
        ),
        unsupported={
            **dict.fromkeys(
                ("capacityProviderConfig", "durableConfig", "publishTo", "snapStart", "tenancyConfig"),
                "leave it out, the sandbox keeps none of it",
            ),
            "codeSha256": "leave it out, it is what AWS computes",
            "codeSigningConfigArn": "leave it out, the sandbox has no code signing",
        },
        quiet={
            "architectures": ["x86_64"],
            "ephemeralStorage": {"size": 512},
            "memorySize": 128,
            "packageType": "Zip",
            "reservedConcurrentExecutions": UNRESERVED,
            "timeout": 3,
            "tracingConfig": {"mode": "PassThrough"},
        },
    ),
)
