"""The model registry: groups, versioned model packages, approval, and the events that approvals send."""

import json
import re
from typing import Any

from slipway.sandbox.sagemaker.announcements import announce, milliseconds
from slipway.sandbox.sagemaker.context import Context, Scope
from slipway.sandbox.sagemaker.errors import ApiError, conflict, validation
from slipway.sandbox.sagemaker.listing import page

Record = dict[str, Any]

GROUP = "ModelPackageGroup"
PACKAGE = "ModelPackage"
POLICY = "ModelPackageGroupPolicy"
EVENT = "SageMaker Model Package State Change"
NOT_REMEMBERED = frozenset({"ClientToken"})
UPDATABLE = [
    "ModelApprovalStatus",
    "ApprovalDescription",
    "InferenceSpecification",
    "SourceUri",
    "ModelCard",
    "ModelLifeCycle",
    "ModelPackageRegistrationType",
]


def create_group(params: Record, context: Context) -> Record:
    """Return a new, empty group."""
    name = params["ModelPackageGroupName"]
    arn = _group_arn(context.scope, name)
    record = {
        **params,
        "ModelPackageGroupArn": arn,
        "ModelPackageGroupStatus": "Completed",
        "CreationTime": context.now(),
        "CreatedBy": {},
        "LastVersion": 0,
    }
    if not context.store.create(context.scope, GROUP, name, record):
        raise validation(f"Model Package Group already exists: {arn}")
    return {"ModelPackageGroupArn": arn}


def describe_group(params: Record, context: Context) -> Record:
    """Return a group by name or ARN."""
    return _group(params["ModelPackageGroupName"], context)


def delete_group(params: Record, context: Context) -> Record:
    """Forget a group that holds no package any more."""
    name = _group(params["ModelPackageGroupName"], context)["ModelPackageGroupName"]
    if any(package.get("ModelPackageGroupName") == name for package in context.store.all(context.scope, PACKAGE)):
        raise conflict(
            f"Model Package Group {_group_arn(context.scope, name)} cannot be deleted: it has model packages."
        )
    context.store.delete(context.scope, GROUP, name)
    context.store.delete(context.scope, POLICY, name)
    return {}


def put_policy(params: Record, context: Context) -> Record:
    """Attach a resource policy to a group."""
    group = _group(params["ModelPackageGroupName"], context)
    try:
        json.loads(params["ResourcePolicy"])
    except ValueError as error:
        raise validation(f"the resource policy is not JSON: {error}") from error
    name = group["ModelPackageGroupName"]
    context.store.put(context.scope, POLICY, name, {"ResourcePolicy": params["ResourcePolicy"]})
    return {"ModelPackageGroupArn": group["ModelPackageGroupArn"]}


def get_policy(params: Record, context: Context) -> Record:
    """Return the resource policy of a group."""
    group = _group(params["ModelPackageGroupName"], context)
    record = context.store.get(context.scope, POLICY, group["ModelPackageGroupName"])
    if record is None:
        raise validation(f"Cannot find resource policy for model package group {group['ModelPackageGroupArn']}")
    return record


def delete_policy(params: Record, context: Context) -> Record:
    """Take the resource policy off a group."""
    get_policy(params, context)
    context.store.delete(
        context.scope, POLICY, _group(params["ModelPackageGroupName"], context)["ModelPackageGroupName"]
    )
    return {}


def create_package(params: Record, context: Context) -> Record:
    """Register a package: the next version of its group, or an unversioned one with a name of its own."""
    versioned = "ModelPackageGroupName" in params
    if versioned == ("ModelPackageName" in params):
        raise validation("Either ModelPackageName or ModelPackageGroupName must be given, and not both.")
    if (
        "InferenceSpecification" not in params
        and "SourceAlgorithmSpecification" not in params
        and ("SourceUri" not in params and "ModelCard" not in params)
    ):
        raise validation("InferenceSpecification, SourceAlgorithmSpecification or SourceUri must be given.")
    if not versioned and "ModelApprovalStatus" in params:
        raise validation("ModelApprovalStatus is for versioned model packages only.")
    record = {name: value for name, value in params.items() if name not in NOT_REMEMBERED}
    now = context.now()
    record |= {
        "CreationTime": now,
        "CreatedBy": {},
        "CertifyForMarketplace": params.get("CertifyForMarketplace", False),
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": []},
    }
    if versioned:
        _version(record, context)
    else:
        record["ModelPackageArn"] = context.scope.arn(f"model-package/{params['ModelPackageName']}")
    key = _key(record["ModelPackageArn"])
    if not context.store.create(context.scope, PACKAGE, key, record):
        raise conflict(f"Model Package already exists: {record['ModelPackageArn']}")
    _tell(record, context)
    return {"ModelPackageArn": record["ModelPackageArn"]}


def _version(record: Record, context: Context) -> None:
    """Take the group's next number: numbers of deleted packages are never given again."""
    group = _group(record["ModelPackageGroupName"], context)
    name = group["ModelPackageGroupName"]

    def count(current: Record) -> None:
        current["LastVersion"] = current.get("LastVersion", 0) + 1

    version = context.store.update(context.scope, GROUP, name, count)["LastVersion"]
    record["ModelPackageGroupName"] = name
    record["ModelPackageVersion"] = version
    record["ModelPackageArn"] = context.scope.arn(f"model-package/{name}/{version}")
    record.setdefault("ModelApprovalStatus", "PendingManualApproval")


def describe_package(params: Record, context: Context) -> Record:
    """Return a package by ARN, or an unversioned one by name."""
    record = _package(params["ModelPackageName"], context)
    # DescribeModelPackage calls a versioned package by its group; the name is a required member of the answer
    return {"ModelPackageName": record.get("ModelPackageGroupName"), **record}


def update_package(params: Record, context: Context) -> Record:
    """Approve, reject or describe a package anew; sends an event when anybody may wait for it."""
    record = _package(params["ModelPackageArn"], context)

    def change(current: Record) -> None:
        for name in UPDATABLE:
            if name in params:
                current[name] = params[name]
        if "CustomerMetadataProperties" in params:
            current["CustomerMetadataProperties"] = {
                **current.get("CustomerMetadataProperties", {}),
                **params["CustomerMetadataProperties"],
            }
        for key in params.get("CustomerMetadataPropertiesToRemove", []):
            current.get("CustomerMetadataProperties", {}).pop(key, None)
        added = params.get("AdditionalInferenceSpecificationsToAdd", [])
        if added:
            current.setdefault("AdditionalInferenceSpecifications", []).extend(added)
        current["LastModifiedTime"] = context.now()
        current["LastModifiedBy"] = {}

    changed = context.store.update(context.scope, PACKAGE, _key(record["ModelPackageArn"]), change)
    _tell(changed, context)
    return {"ModelPackageArn": changed["ModelPackageArn"]}


def delete_package(params: Record, context: Context) -> Record:
    """Forget a package; its number is not given again."""
    record = _package(params["ModelPackageName"], context)
    context.store.delete(context.scope, PACKAGE, _key(record["ModelPackageArn"]))
    return {}


def list_packages(params: Record, context: Context) -> Record:
    """Return the versions of a group, or by default the packages that belong to none."""
    packages = context.store.all(context.scope, PACKAGE)
    filters = {
        name: value for name, value in params.items() if name not in {"ModelPackageGroupName", "ModelPackageType"}
    }
    if "ModelPackageGroupName" in params:
        group = _group(params["ModelPackageGroupName"], context)["ModelPackageGroupName"]
        packages = [package for package in packages if package.get("ModelPackageGroupName") == group]
    elif params.get("ModelPackageType", "Unversioned") != "Both":
        versioned = params.get("ModelPackageType") == "Versioned"
        packages = [package for package in packages if ("ModelPackageVersion" in package) == versioned]
    records, token = page(packages, filters, name=_name)
    return {"ModelPackageSummaryList": records, "NextToken": token}


def _name(record: Record) -> str:
    return str(record.get("ModelPackageName") or record.get("ModelPackageGroupName", ""))


def batch_describe(params: Record, context: Context) -> Record:
    """Many packages by ARN; those that are missing are answered as errors, each by itself."""
    found: Record = {}
    errors: Record = {}
    for arn in params["ModelPackageArnList"]:
        try:
            found[arn] = _package(arn, context)
        except ApiError as error:
            errors[arn] = {"ErrorCode": error.code, "ErrorResponse": error.message}
    answer = {"ModelPackageSummaries": found, "BatchDescribeModelPackageErrorMap": errors}
    return {name: value for name, value in answer.items() if value}


def _group(name_or_arn: str, context: Context) -> Record:
    name = name_or_arn.rpartition("/")[2]
    record = context.store.get(context.scope, GROUP, name)
    if record is None:
        raise validation(f"ModelPackageGroup {_group_arn(context.scope, name)} does not exist.")
    return record


def _package(name_or_arn: str, context: Context) -> Record:
    record = context.store.get(context.scope, PACKAGE, _key(name_or_arn))
    if record is None:
        arn = context.scope.arn(f"model-package/{_key(name_or_arn)}")
        raise validation(f"ModelPackage {arn} does not exist.")
    return record


def _key(name_or_arn: str) -> str:
    """`GROUP/VERSION` or `NAME`: what stands behind `model-package/` in the ARN."""
    return re.sub(r"^arn:[^/]*:model-package/", "", name_or_arn)


def _group_arn(scope: Scope, name: str) -> str:
    return scope.arn(f"model-package-group/{name}")


def _tell(record: Record, context: Context) -> None:
    left_out = {"Tags", "CreatedBy", "LastModifiedBy", "ModelCard"}
    detail = {name: value for name, value in record.items() if name not in left_out}
    detail["Tags"] = {tag["Key"]: tag["Value"] for tag in record.get("Tags", [])}
    announce(context, EVENT, record["ModelPackageArn"], milliseconds(detail))


OPERATIONS = {
    "CreateModelPackageGroup": create_group,
    "DescribeModelPackageGroup": describe_group,
    "DeleteModelPackageGroup": delete_group,
    "PutModelPackageGroupPolicy": put_policy,
    "GetModelPackageGroupPolicy": get_policy,
    "DeleteModelPackageGroupPolicy": delete_policy,
    "CreateModelPackage": create_package,
    "DescribeModelPackage": describe_package,
    "UpdateModelPackage": update_package,
    "DeleteModelPackage": delete_package,
    "ListModelPackages": list_packages,
    "BatchDescribeModelPackage": batch_describe,
}
