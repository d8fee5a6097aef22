from typing import Any

import grpc
import pytest

from slipway.sandbox.provider import lifecycle
from slipway.sandbox.provider.declaration import Change
from slipway.sandbox.provider.lifecycle import PROPAGATION_SECONDS
from slipway.sandbox.provider.problems import Problem
from slipway.sandbox.provider.scope import LONGEST_PAUSE, Scope
from slipway.sandbox.provider.types import declared

GROUP = declared("aws:cloudwatch/logGroup:LogGroup")
DATABASE = declared("aws:glue/catalogDatabase:CatalogDatabase")
FEATURES = declared("aws:sagemaker/featureGroup:FeatureGroup")
MISSING = (400, {"__type": "EntityNotFoundException", "message": "not here yet"})
GIVEN = {"name": "d", "catalogId": "123456789012"}


def test_a_create_whose_second_call_is_refused_keeps_what_exists_and_says_why(aws: Any) -> None:
    aws.refuses("PutRetentionPolicy", "InvalidParameterException", "3 is not a retention")
    state = lifecycle.create(GROUP, aws.scope("logs"), {"name": "g", "retentionInDays": 3})
    assert state.id == "g"
    assert state.inputs["retentionInDays"] == 3
    assert state.outputs["arn"].endswith(":log-group:g")
    assert "PutRetentionPolicy was refused with InvalidParameterException: 3 is not a retention" in state.reasons[0]


def test_a_made_resource_of_which_not_all_can_be_told_is_no_leak(aws: Any) -> None:
    aws.account = ""  # unknown, and nobody listens who could say it
    state = lifecycle.create(GROUP, aws.scope("logs"), {"name": "g"})
    assert (state.id, state.inputs) == ("g", {"name": "g"})
    assert "Could not connect" in state.reasons[0]


def test_what_aws_does_not_know_everywhere_yet_is_looked_for_again(aws: Any) -> None:
    aws.says("GetDatabase", MISSING, MISSING, (200, {"Database": {"Name": "d", "LocationUri": "s3://b/d"}}))
    aws.says("GetTags", (200, {"Tags": {}}))
    state = lifecycle.create(DATABASE, aws.scope("glue"), GIVEN)
    assert state.reasons == ()
    assert state.outputs["locationUri"] == "s3://b/d"
    assert aws.asked.count("GetDatabase") == 3


def test_what_never_appears_is_half_made_after_a_bounded_time(aws: Any) -> None:
    aws.says("GetDatabase", MISSING)
    state = lifecycle.create(DATABASE, aws.scope("glue"), GIVEN)
    assert state.id == "123456789012:d"
    assert "is still not found yet" in state.reasons[0]
    assert PROPAGATION_SECONDS < aws.now <= PROPAGATION_SECONDS + 2 * LONGEST_PAUSE


def test_an_update_that_aws_took_and_that_failed_then_keeps_the_new_inputs_and_the_reason(aws: Any) -> None:
    described = {"FeatureGroupName": "f", "FeatureGroupArn": "arn:f", "FeatureGroupStatus": "CreateFailed"}
    aws.says("DescribeFeatureGroup", (200, {**described, "FailureReason": "no table"}))
    aws.says("ListTags", (200, {"Tags": []}))
    news = {"featureGroupName": "f", "throughputConfig": {"throughputMode": "OnDemand"}}
    change = Change(id="f", olds={"featureGroupName": "f"}, news=news, changed=frozenset({"throughputConfig"}))
    state = lifecycle.update(FEATURES, aws.scope("sagemaker"), change, {})
    assert state.inputs == news
    assert state.reasons == ("f is CreateFailed: no table",)


def test_an_update_that_aws_refuses_is_a_failure_and_changes_no_state(aws: Any) -> None:
    aws.refuses("PutRetentionPolicy", "InvalidParameterException")
    change = Change(id="g", olds={}, news={"name": "g", "retentionInDays": 3}, changed=frozenset({"retentionInDays"}))
    with pytest.raises(Problem) as caught:
        lifecycle.update(GROUP, aws.scope("logs"), change, {})
    assert caught.value.code == grpc.StatusCode.INVALID_ARGUMENT


def test_deleting_what_is_gone_is_fine_and_any_other_refusal_is_not(aws: Any) -> None:
    aws.refuses("DeleteLogGroup", "ResourceNotFoundException")
    lifecycle.delete(GROUP, aws.scope("logs"), "g", {})
    aws.refuses("DeleteLogGroup", "AccessDeniedException")
    with pytest.raises(Problem) as caught:
        lifecycle.delete(GROUP, aws.scope("logs"), "g", {})
    assert caught.value.code == grpc.StatusCode.PERMISSION_DENIED


def test_a_refusal_of_the_question_whether_something_is_gone_is_told_as_it_is(aws: Any) -> None:
    aws.refuses("DescribeModel", "ValidationException")
    aws.refuses("ListModels", "AccessDeniedException", "may not list")
    with pytest.raises(Problem) as caught:
        lifecycle.read(declared("aws:sagemaker/model:Model"), aws.scope("sagemaker"), "m", {})
    assert caught.value.code == grpc.StatusCode.PERMISSION_DENIED
    assert "ListModels was refused with AccessDeniedException: may not list" in caught.value.text


def waiting(aws: Any, **options: Any) -> Scope:
    scope: Scope = aws.scope("logs")
    return Scope(
        clients=scope.clients, region=scope.region, clock=scope.clock, pause=scope.pause, tell=scope.tell, **options
    )


def test_a_wait_tells_every_change_and_that_it_goes_on(aws: Any) -> None:
    states = iter(["Creating"] * 12 + ["Updating"] * 2 + [None])
    waiting(aws).until(lambda: next(states), what="endpoint e", limit_seconds=600)
    told = [line.partition(" (")[0] for line in aws.told]
    assert told[0] == "endpoint e: Creating"
    assert told.count("endpoint e: Creating") > 1
    assert told[-1] == "endpoint e: Updating"


@pytest.mark.parametrize(("timeout", "limit"), [(0.0, 60), (7.0, 7)])
def test_a_wait_ends_at_its_limit_or_at_the_program_s_own(aws: Any, timeout: float, limit: float) -> None:
    with pytest.raises(Problem) as caught:
        waiting(aws, timeout=timeout).until(lambda: "Creating", what="endpoint e", limit_seconds=60)
    assert caught.value.code == grpc.StatusCode.DEADLINE_EXCEEDED
    assert f"endpoint e is still Creating after {limit:.0f} seconds" in caught.value.text
    assert limit < aws.now <= limit + 2 * LONGEST_PAUSE
