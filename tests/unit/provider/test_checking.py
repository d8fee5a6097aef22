from typing import Any

import pytest

from slipway.sandbox.provider.checking import check
from slipway.sandbox.provider.types import declared
from slipway.sandbox.provider.wire import UNKNOWN, text_of

POLICY = "aws:cloudwatch/logResourcePolicy:LogResourcePolicy"


def told(token: str, given: dict[str, Any]) -> dict[str, str]:
    """Return what Check says of some inputs: reason by path."""
    found = check(
        declared(token),
        given,
        {},
        frozenset(),
        urn=f"urn:pulumi:dev::slipway::{token}::name",
        seed=bytes(32),
        autonaming=None,
        default_tags={},
    )
    return {text_of(path): reason for path, reason in found.problems}


def problems(token: str, given: dict[str, Any]) -> dict[str, str]:
    """Return what Check says of some inputs: reason by property."""
    return {path.split(".", maxsplit=1)[0]: reason for path, reason in told(token, given).items()}


def test_of_a_policys_two_places_exactly_one_is_given() -> None:
    group = "arn:aws:logs:us-east-1:123456789012:log-group:a"
    both = problems(POLICY, {"policyDocument": "{}", "policyName": "events", "resourceArn": group})
    told = "exactly one of policyName, resourceArn must be given, got policyName and resourceArn"
    assert both == {"policyName": told, "resourceArn": told}
    assert problems(POLICY, {"policyDocument": "{}"})["policyName"].endswith("got none")


@pytest.mark.parametrize("name", ["policyName", "resourceArn"])
@pytest.mark.parametrize("value", ["arn:aws:logs:us-east-1:123456789012:log-group:a", UNKNOWN])
def test_a_place_that_is_given_or_not_yet_known_is_enough(name: str, value: Any) -> None:
    assert problems(POLICY, {"policyDocument": "{}", name: value}) == {}


ROLE = "arn:aws:iam::123456789012:role/r"
VARIANT = {"modelName": "m", "initialInstanceCount": 1}
WRONG: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": (
        {
            "productionVariants": [
                # a type of notebooks and processing jobs is none of endpoints: every API has a list of its own
                {**VARIANT, "instanceType": "ml.t3.medium"},
                {**VARIANT, "instanceType": "ml.m5.large", "initialVariantWeight": -1},
            ],
            "dataCaptureConfig": {"destinationS3Uri": "bucket", "initialSamplingPercentage": 101},
            "tags": {"k" * 129: "v"},
        },
        {
            "productionVariants[0].instanceType": "'ml.t3.medium' is not an allowed value",
            "productionVariants[1].initialVariantWeight": "expected at least 0, got -1",
            "dataCaptureConfig.destinationS3Uri": "does not have the form",
            "dataCaptureConfig.initialSamplingPercentage": "expected at most 100, got 101",
            "dataCaptureConfig.captureOptions": "missing required property captureOptions",
            f"tags.{'k' * 129}": "expected at most 128 characters, got 129",
        },
    ),
    "aws:sagemaker/featureGroup:FeatureGroup": (
        {"featureGroupName": "-", "roleArn": ROLE, "featureDefinitions": [{"featureName": "a", "featureType": "Text"}]},
        {
            "eventTimeFeatureName": "missing required property eventTimeFeatureName",
            "recordIdentifierFeatureName": "missing required property recordIdentifierFeatureName",
            "featureGroupName": "'-' does not have the form",
            "featureDefinitions[0].featureType": "allowed are Integral, Fractional, String",
        },
    ),
    "aws:sagemaker/mlflowApp:MlflowApp": (
        {"artifactStoreUri": "folder", "roleArn": ROLE, "weeklyMaintenanceWindowStart": "sunday", "version": 3},
        {
            "artifactStoreUri": "does not have the form",
            "weeklyMaintenanceWindowStart": "does not have the form",
            "version": "unknown property version: did you mean region?",
        },
    ),
    "aws:lambda/function:Function": (
        {"role": ROLE, "runtime": "python3.1", "memorySize": 64, "timeout": 0, "architectures": ["arm"], "layers": "l"},
        {
            "runtime": "'python3.1' is not an allowed value: did you mean python3",
            "memorySize": "expected at least 128, got 64",
            "timeout": "expected at least 1, got 0",
            "architectures[0]": "'arm' is not an allowed value: allowed are x86_64, arm64",
            "layers": "expected a list, got 'l'",
        },
    ),
    "aws:lambda/permission:Permission": (
        {"function": "f", "principal": "events.amazonaws.com", "statementId": "a b", "sourceAccount": "12"},
        {
            "action": "missing required property action",
            "statementId": "does not have the form",
            "sourceAccount": "does not have the form",
        },
    ),
    "aws:glue/catalogDatabase:CatalogDatabase": (
        {"name": "", "parameters": ["a"], "federatedDatabase": {}},
        {
            "name": "expected at least 1 characters, got 0",
            "parameters": "expected a map",
            "federatedDatabase": "federatedDatabase is not supported by the sandbox's provider",
        },
    ),
    "aws:glue/catalogTable:CatalogTable": (
        {"retention": -1, "storageDescriptor": {"columns": [{"type": "int"}], "numberOfBuckets": 1.5}},
        {
            "databaseName": "missing required property databaseName",
            "retention": "expected at least 0, got -1",
            "storageDescriptor.columns[0].name": "missing required property name",
            "storageDescriptor.numberOfBuckets": "expected a whole number, got 1.5",
        },
    ),
    "aws:athena/workgroup:Workgroup": (
        {"state": "ON", "configuration": {"bytesScannedCutoffPerQuery": 1, "resultConfiguration": {"location": "s"}}},
        {
            "state": "'ON' is not an allowed value: allowed are ENABLED, DISABLED",
            "configuration.bytesScannedCutoffPerQuery": "expected at least 10000000, got 1",
            "configuration.resultConfiguration.location": "did you mean outputLocation?",
        },
    ),
    "aws:lakeformation/permissions:Permissions": (
        {"permissions": ["READ"], "database": {}},
        {
            "principal": "missing required property principal",
            "permissions[0]": "'READ' is not an allowed value",
            "database.name": "missing required property name",
        },
    ),
    "aws:budgets/budget:Budget": (
        {"budgetType": "MONEY", "timeUnit": "WEEKLY", "notifications": [{"threshold": "high"}]},
        {
            "budgetType": "'MONEY' is not an allowed value",
            "timeUnit": "'WEEKLY' is not an allowed value",
            "notifications[0].comparisonOperator": "missing required",
            "notifications[0].notificationType": "missing required",
            "notifications[0].thresholdType": "missing required",
            "notifications[0].threshold": "expected a number, got 'high'",
        },
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": (
        {"comparisonOperator": "Greater", "evaluationPeriods": 0, "dimensions": {"": "x"}},
        {
            "comparisonOperator": "'Greater' is not an allowed value",
            "evaluationPeriods": "expected at least 1, got 0",
            'dimensions[""]': "expected at least 1 characters, got 0",
        },
    ),
    "aws:cloudwatch/eventRule:EventRule": (
        {"name": "a b", "state": "OFF", "isEnabled": "maybe"},
        {
            "name": "does not have the form",
            "state": "'OFF' is not an allowed value",
            "isEnabled": "expected true or false, got 'maybe'",
        },
    ),
    "aws:cloudwatch/eventTarget:EventTarget": (
        {"rule": "r", "retryPolicy": {"maximumEventAgeInSeconds": 10, "maximumRetryAttempts": 200}},
        {
            "arn": "missing required property arn",
            "retryPolicy.maximumEventAgeInSeconds": "expected at least 60, got 10",
            "retryPolicy.maximumRetryAttempts": "expected at most 185, got 200",
        },
    ),
    "aws:scheduler/schedule:Schedule": (
        {"flexibleTimeWindow": {"mode": "SOME", "maximumWindowInMinutes": 5000}, "scheduleExpression": "rate(1 day)"},
        {
            "target": "missing required property target",
            "flexibleTimeWindow.mode": "allowed are OFF, FLEXIBLE",
            "flexibleTimeWindow.maximumWindowInMinutes": "expected at most 1440, got 5000",
        },
    ),
    "aws:ssm/parameter:Parameter": (
        {"type": "Text", "tier": "Big", "value": 3, "dataTyp": "text"},
        {
            "type": "'Text' is not an allowed value: allowed are String, StringList, SecureString",
            "tier": "'Big' is not an allowed value",
            "dataTyp": "did you mean dataType?",
        },
    ),
    "aws:kms/key:Key": (
        {"keyUsage": "SIGN", "description": "x" * 8193, "tags": ["a"]},
        {
            "keyUsage": "'SIGN' is not an allowed value",
            "description": "expected at most 8192 characters, got 8193",
            "tags": "expected a map",
        },
    ),
    "aws:iam/role:Role": (
        {"name": "r" * 65, "maxSessionDuration": 60, "inlinePolicies": [{"nam": "p"}]},
        {
            "assumeRolePolicy": "missing required property assumeRolePolicy",
            "name": "expected at most 64 characters, got 65",
            "maxSessionDuration": "expected at least 3600, got 60",
            "inlinePolicies[0].nam": "did you mean name?",
        },
    ),
    "aws:ecr/repository:Repository": (
        {"imageTagMutability": "FROZEN", "encryptionConfigurations": [{"encryptionType": "NONE"}]},
        {
            "imageTagMutability": "'FROZEN' is not an allowed value",
            "encryptionConfigurations[0].encryptionType": "'NONE' is not an allowed value",
        },
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": (
        {"vpcEndpointType": "Door", "subnetIds": "subnet-1"},
        {
            "vpcId": "missing required property vpcId",
            "vpcEndpointType": "'Door' is not an allowed value",
            "subnetIds": "expected a list, got 'subnet-1'",
        },
    ),
    "aws:appautoscaling/scheduledAction:ScheduledAction": (
        {
            "serviceNamespace": "sage",
            "resourceId": "r",
            "scalableDimension": "d",
            "schedule": "",
            "scalableTargetAction": 3,
        },
        {
            "serviceNamespace": "'sage' is not an allowed value",
            "scalableDimension": "'d' is not an allowed value",
            "schedule": "expected at least 1 characters, got 0",
            "scalableTargetAction": "expected an object, got 3",
        },
    ),
}


@pytest.mark.parametrize("token", sorted(WRONG))
def test_all_that_is_wrong_with_a_resource_is_told_at_once_each_with_its_path(token: str) -> None:
    given, expected = WRONG[token]
    found = told(token, given)
    assert found.keys() == expected.keys()
    for path, reason in expected.items():
        assert reason in found[path]
