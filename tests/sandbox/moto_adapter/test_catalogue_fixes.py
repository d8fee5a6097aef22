"""Corrections of moto's Athena, Lake Formation, Budgets and Lambda, held to what AWS documents.

The pages are named in the fixes' own docstrings; Glue only has to be there.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.slow

NOTICE = {
    "NotificationType": "ACTUAL",
    "ComparisonOperator": "GREATER_THAN",
    "Threshold": 80.0,
    "ThresholdType": "PERCENTAGE",
}


def refused(call: Any, **request: Any) -> str:
    """Give the code that a call is refused with."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    return str(caught.value.response["Error"]["Code"])


def test_glue_answers(sandbox: Any) -> None:
    glue = sandbox.client("glue")
    glue.create_database(DatabaseInput={"Name": "there"})
    assert glue.get_database(Name="there")["Database"]["Name"] == "there"
    assert refused(glue.get_database, Name="nowhere") == "EntityNotFoundException"


def test_an_update_of_a_work_group_sets_changes_and_removes(sandbox: Any) -> None:
    """API_UpdateWorkGroup: what is not named stays; RemoveX takes X away."""
    athena = sandbox.client("athena")
    results = {"OutputLocation": "s3://b/x/", "ExpectedBucketOwner": sandbox.account}
    configuration = {"BytesScannedCutoffPerQuery": 10_000_000, "ResultConfiguration": results}
    athena.create_work_group(Name="changed", Configuration=configuration, Description="first")
    updates = {
        "RemoveBytesScannedCutoffPerQuery": True,
        "RequesterPaysEnabled": True,
        "ResultConfigurationUpdates": {"OutputLocation": "s3://b/y/", "RemoveExpectedBucketOwner": True},
    }
    athena.update_work_group(WorkGroup="changed", State="DISABLED", ConfigurationUpdates=updates)
    found = athena.get_work_group(WorkGroup="changed")["WorkGroup"]
    assert (found["State"], found["Description"]) == ("DISABLED", "first")
    assert found["Configuration"]["ResultConfiguration"] == {"OutputLocation": "s3://b/y/"}
    assert found["Configuration"]["RequesterPaysEnabled"] is True
    assert "BytesScannedCutoffPerQuery" not in found["Configuration"]
    assert athena.list_tags_for_resource(ResourceARN=arn_of(sandbox, "changed"))["Tags"] == []


def arn_of(sandbox: Any, group: str) -> str:
    return f"arn:aws:athena:us-east-1:{sandbox.account}:workgroup/{group}"


def test_a_work_group_with_queries_is_deleted_only_when_that_is_said(sandbox: Any) -> None:
    """API_DeleteWorkGroup, RecursiveDeleteOption."""
    athena = sandbox.client("athena")
    athena.create_work_group(Name="full")
    query = athena.create_named_query(Name="q", Database="d", QueryString="SELECT 1", WorkGroup="full")["NamedQueryId"]
    assert refused(athena.delete_work_group, WorkGroup="full") == "InvalidRequestException"
    athena.delete_work_group(WorkGroup="full", RecursiveDeleteOption=True)
    assert refused(athena.get_work_group, WorkGroup="full") == "InvalidRequestException"
    assert refused(athena.get_named_query, NamedQueryId=query) == "InvalidRequestException"


def test_a_named_query_can_be_deleted_once_and_a_batch_says_which_are_there(sandbox: Any) -> None:
    athena = sandbox.client("athena")
    query = athena.create_named_query(Name="q", Database="d", QueryString="SELECT 1")["NamedQueryId"]
    batch = athena.batch_get_named_query(NamedQueryIds=[query, "nowhere"])
    assert [each["QueryString"] for each in batch["NamedQueries"]] == ["SELECT 1"]
    assert [each["NamedQueryId"] for each in batch["UnprocessedNamedQueryIds"]] == ["nowhere"]
    athena.delete_named_query(NamedQueryId=query)
    assert refused(athena.delete_named_query, NamedQueryId=query) == "InvalidRequestException"


def test_a_registered_location_keeps_what_it_was_asked_for_and_changes(sandbox: Any) -> None:
    lake, arn = sandbox.client("lakeformation"), "arn:aws:s3:::lake"
    assert refused(lake.register_resource, ResourceArn=arn) == "InvalidInputException"
    lake.register_resource(ResourceArn=arn, UseServiceLinkedRole=True, HybridAccessEnabled=True)
    found = lake.describe_resource(ResourceArn=arn)["ResourceInfo"]
    assert found["RoleArn"].endswith("/AWSServiceRoleForLakeFormationDataAccess")
    assert found["HybridAccessEnabled"] is True
    role = f"arn:aws:iam::{sandbox.account}:role/lake"
    lake.update_resource(ResourceArn=arn, RoleArn=role, WithFederation=True)
    changed = lake.describe_resource(ResourceArn=arn)["ResourceInfo"]
    assert (changed["RoleArn"], changed["WithFederation"], changed["HybridAccessEnabled"]) == (role, True, True)
    lake.deregister_resource(ResourceArn=arn)
    assert refused(lake.update_resource, ResourceArn=arn, RoleArn=role) == "EntityNotFoundException"


def test_permissions_granted_in_two_steps_can_be_revoked_in_two(sandbox: Any) -> None:
    lake = sandbox.client("lakeformation")
    grant = {
        "Principal": {"DataLakePrincipalIdentifier": f"arn:aws:iam::{sandbox.account}:role/twice"},
        "Resource": {"Database": {"Name": "d"}},
    }
    for permission in ("ALTER", "DROP"):
        lake.grant_permissions(**grant, Permissions=[permission])
    (found,) = lake.list_permissions(**grant)["PrincipalResourcePermissions"]
    assert sorted(found["Permissions"]) == ["ALTER", "DROP"]
    lake.revoke_permissions(**grant, Permissions=["ALTER"])
    assert lake.list_permissions(**grant)["PrincipalResourcePermissions"][0]["Permissions"] == ["DROP"]
    lake.revoke_permissions(**grant, Permissions=["DROP"])
    assert lake.list_permissions(**grant)["PrincipalResourcePermissions"] == []


def test_a_budget_is_changed_but_for_its_name_and_who_is_notified(sandbox: Any) -> None:
    budgets, account = sandbox.client("budgets"), sandbox.account
    budget = {"BudgetName": "b", "BudgetType": "COST", "TimeUnit": "MONTHLY"}
    told = [{"Notification": NOTICE, "Subscribers": [{"SubscriptionType": "EMAIL", "Address": "a@example.com"}]}]
    limit = {"Amount": "10", "Unit": "USD"}
    budgets.create_budget(AccountId=account, Budget={**budget, "BudgetLimit": limit}, NotificationsWithSubscribers=told)
    before = budgets.describe_budget(AccountId=account, BudgetName="b")["Budget"]
    budgets.update_budget(
        AccountId=account, NewBudget={**budget, "TimeUnit": "ANNUALLY", "BudgetLimit": {"Amount": "20", "Unit": "USD"}}
    )
    after = budgets.describe_budget(AccountId=account, BudgetName="b")["Budget"]
    assert (after["TimeUnit"], float(after["BudgetLimit"]["Amount"])) == ("ANNUALLY", 20.0)
    assert after["TimePeriod"] == before["TimePeriod"]
    place = {"AccountId": account, "BudgetName": "b"}
    assert budgets.describe_notifications_for_budget(**place)["Notifications"] == [NOTICE]
    who = budgets.describe_subscribers_for_notification(**place, Notification=NOTICE)["Subscribers"]
    assert who == told[0]["Subscribers"]
    other = {"AccountId": account, "BudgetName": "nowhere"}
    assert refused(budgets.describe_notifications_for_budget, **other) == "NotFoundException"
    missing = {**budget, "BudgetName": "nowhere", "BudgetLimit": limit}
    assert refused(budgets.update_budget, AccountId=account, NewBudget=missing) == "NotFoundException"


def test_a_budget_has_tags_from_its_creation_on(sandbox: Any) -> None:
    budgets, account = sandbox.client("budgets"), sandbox.account
    budget = {
        "BudgetName": "tagged", "BudgetType": "COST", "TimeUnit": "MONTHLY",
        "BudgetLimit": {"Amount": "10", "Unit": "USD"},
    }  # fmt: skip
    budgets.create_budget(AccountId=account, Budget=budget, ResourceTags=[{"Key": "a", "Value": "b"}])
    arn = f"arn:aws:budgets::{account}:budget/tagged"
    budgets.tag_resource(ResourceARN=arn, ResourceTags=[{"Key": "c", "Value": "d"}])
    budgets.untag_resource(ResourceARN=arn, ResourceTagKeys=["a"])
    assert budgets.list_tags_for_resource(ResourceARN=arn)["ResourceTags"] == [{"Key": "c", "Value": "d"}]


def test_a_function_keeps_its_whole_configuration(sandbox: Any) -> None:
    function, packed = sandbox.client("lambda"), io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", "")
    role = sandbox.iam.create_role(RoleName="function", AssumeRolePolicyDocument='{"Statement": []}')["Role"]["Arn"]
    queue = f"arn:aws:sqs:us-east-1:{sandbox.account}:dead"
    function.create_function(
        FunctionName="kept", Role=role, Runtime="python3.12", Handler="index.handler",
        Code={"ZipFile": packed.getvalue()}, DeadLetterConfig={"TargetArn": queue}, LoggingConfig={"LogFormat": "JSON"},
    )  # fmt: skip
    found = function.get_function_configuration(FunctionName="kept")
    assert found["DeadLetterConfig"] == {"TargetArn": queue}
    assert found["LoggingConfig"] == {"LogFormat": "JSON", "LogGroup": "/aws/lambda/kept"}
    function.update_function_configuration(
        FunctionName="kept", TracingConfig={"Mode": "Active"}, EphemeralStorage={"Size": 1024}, Environment={}
    )
    changed = function.get_function_configuration(FunctionName="kept")
    assert (changed["TracingConfig"]["Mode"], changed["EphemeralStorage"]["Size"]) == ("Active", 1024)
    assert changed["LoggingConfig"]["LogFormat"] == "JSON"
    function.update_function_code(FunctionName="kept", ZipFile=packed.getvalue(), Architectures=["arm64"])
    assert function.get_function_configuration(FunctionName="kept")["Architectures"] == ["arm64"]


def test_an_update_of_a_feature_group_adds_features_and_keeps_the_store(sandbox: Any) -> None:
    """API_UpdateFeatureGroup; the kind is the sandbox's own, not moto's."""
    sagemaker = sandbox.sagemaker
    sagemaker.create_feature_group(
        FeatureGroupName="grown",
        RecordIdentifierFeatureName="id",
        EventTimeFeatureName="at",
        FeatureDefinitions=[
            {"FeatureName": "id", "FeatureType": "String"}, {"FeatureName": "at", "FeatureType": "Fractional"},
        ],
        OnlineStoreConfig={"EnableOnlineStore": True},
        RoleArn=f"arn:aws:iam::{sandbox.account}:role/features",
    )  # fmt: skip
    sagemaker.update_feature_group(
        FeatureGroupName="grown",
        FeatureAdditions=[{"FeatureName": "more", "FeatureType": "String"}],
        OnlineStoreConfig={"TtlDuration": {"Unit": "Days", "Value": 3}},
    )
    found = sagemaker.describe_feature_group(FeatureGroupName="grown")
    assert [each["FeatureName"] for each in found["FeatureDefinitions"]] == ["id", "at", "more"]
    assert found["OnlineStoreConfig"] == {"EnableOnlineStore": True, "TtlDuration": {"Unit": "Days", "Value": 3}}
