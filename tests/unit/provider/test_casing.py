from typing import Any

import pytest
from botocore.session import get_session

from slipway.sandbox.provider.casing import from_aws, member_for, members_of, properties_of, to_aws
from slipway.sandbox.provider.facts import facts_of


def request(service: str, operation: str) -> Any:
    return get_session().get_service_model(service).operation_model(operation).input_shape


@pytest.mark.parametrize(
    ("prop", "member"),
    [
        ("modelDataUrl", "ModelDataUrl"),
        ("policies", "Policy"),
        ("s3DataSources", "S3DataSource"),
        ("rule", "Rules"),
        ("colour", None),
    ],
)
def test_a_property_finds_its_member(prop: str, member: str | None) -> None:
    assert member_for(prop, {"ModelDataUrl": 1, "Policy": 2, "S3DataSource": 3, "Rules": 4}) == member


def test_a_rename_wins_over_the_spelling() -> None:
    assert member_for("policy", {"Policy": 1, "PolicyDocument": 2}, {"policy": "PolicyDocument"}) == "PolicyDocument"


LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
RULES = [
    {"id": "a", "status": "Enabled", "filter": {"and": {"prefix": "x/", "tags": {"k": "v"}}}, "expiration": {"days": 3}}
]


def test_blocks_and_maps_become_structures_and_pairs_and_come_back() -> None:
    aws = request("s3", "PutBucketLifecycleConfiguration").members["LifecycleConfiguration"]
    sent = members_of({"rules": RULES}, aws)
    assert sent == {
        "Rules": [
            {
                "ID": "a",
                "Status": "Enabled",
                "Filter": {"And": {"Prefix": "x/", "Tags": [{"Key": "k", "Value": "v"}]}},
                "Expiration": {"Days": 3},
            }
        ]
    }
    back = from_aws(sent["Rules"], facts_of(LIFECYCLE).inputs["rules"], aws.members["Rules"])
    assert back[0]["filter"]["and"]["tags"] == {"k": "v"}
    assert back[0]["expiration"]["days"] == 3


def test_a_list_of_one_becomes_the_structure_it_stands_for_and_back() -> None:
    token = "aws:sagemaker/model:Model"
    given = {
        "image": "i",
        "additionalModelDataSources": [{"channelName": "code", "s3DataSources": [{"s3Uri": "s3://b/k"}]}],
    }
    aws = request("sagemaker", "CreateModel").members["PrimaryContainer"]
    sent = to_aws(given, aws)
    assert sent["AdditionalModelDataSources"] == [{"ChannelName": "code", "S3DataSource": {"S3Uri": "s3://b/k"}}]
    back = properties_of(sent, facts_of(token).inputs["primaryContainer"], aws)
    assert back["additionalModelDataSources"][0]["s3DataSources"][0]["s3Uri"] == "s3://b/k"


def test_what_aws_could_answer_and_did_not_is_none() -> None:
    aws = request("sagemaker", "CreateModel").members["PrimaryContainer"]
    back = properties_of({"Image": "i"}, facts_of("aws:sagemaker/model:Model").inputs["primaryContainer"], aws)
    assert back["image"] == "i"
    assert back["modelDataUrl"] is None


def test_numbers_take_the_kind_that_aws_wants() -> None:
    variant = request("sagemaker", "CreateEndpointConfig").members["ProductionVariants"].member
    sent = members_of({"initialInstanceCount": 1.0, "initialVariantWeight": 0}, variant)
    assert sent == {"InitialInstanceCount": 1, "InitialVariantWeight": 0.0}
    assert isinstance(sent["InitialInstanceCount"], int)
