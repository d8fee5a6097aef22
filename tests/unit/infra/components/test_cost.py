"""What the account may cost, and the hours in which the endpoint is there."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from infra.components.cost.account_budget import AccountBudget, AccountBudgetArgs
from infra.components.cost.office_hours import OfficeHours, OfficeHoursArgs

ACCOUNT = "123456789012"
SCHEDULE = "aws:scheduler/schedule:Schedule"
HOURS = OfficeHoursArgs(
    account_id=ACCOUNT,
    region="eu-west-1",
    partition="aws",
    group_name="slipway-dev",
    known_group_name="slipway-dev",
    endpoint_name="slipway-dev",
    known_endpoint_name="slipway-dev",
    endpoint_config_name="endpoint-1234abcd-0000000",
    key_arn="arn:key",
    endpoint_tags={"stack": "dev", "project": "slipway"},
    start_hour=8,
    stop_hour=19,
    timezone="Europe/Berlin",
    permissions_boundary_arn="arn:boundary",
)


def budget(*subscribers: str) -> AccountBudgetArgs:
    return AccountBudgetArgs(
        account_id=ACCOUNT, budget_name="slipway-dev", monthly_budget_usd=200, subscribers=subscribers
    )


@pytest.fixture
def hours(run_program: Any) -> Any:
    return run_program(lambda: OfficeHours("office-hours", HOURS))


def test_people_hear_when_most_is_spent_and_when_it_will_not_last(run_program: Any) -> None:
    graph = run_program(lambda: AccountBudget("budget", budget("b@example.com", "a@example.com")))
    given = graph.one("aws:budgets/budget:Budget", "budget").inputs
    assert (given["limitAmount"], given["limitUnit"], given["timeUnit"]) == ("200", "USD", "MONTHLY")
    told = {one["notificationType"]: one["threshold"] for one in given["notifications"]}
    assert told == {"ACTUAL": 80, "FORECASTED": 100}
    for one in given["notifications"]:
        assert one["subscriberEmailAddresses"] == ["a@example.com", "b@example.com"]


def test_a_budget_counts_the_whole_account(run_program: Any) -> None:
    graph = run_program(lambda: AccountBudget("budget", budget("a@example.com")))
    assert "costFilters" not in graph.one("aws:budgets/budget:Budget", "budget").inputs


def test_a_budget_that_nobody_hears_of_is_refused() -> None:
    with pytest.raises(ValueError, match="subscribers is empty"):
        budget()


def test_the_endpoint_goes_every_evening_and_comes_back_on_working_days(hours: Any) -> None:
    start, stop = hours.of_type(SCHEDULE)
    assert start.inputs["scheduleExpression"] == "cron(0 8 ? * MON-FRI *)"
    assert stop.inputs["scheduleExpression"] == "cron(0 19 ? * * *)"
    assert {one.inputs["scheduleExpressionTimezone"] for one in (start, stop)} == {"Europe/Berlin"}
    assert start.inputs["target"]["arn"] == "arn:aws:scheduler:::aws-sdk:sagemaker:createEndpoint"
    assert stop.inputs["target"]["arn"] == "arn:aws:scheduler:::aws-sdk:sagemaker:deleteEndpoint"


def test_the_endpoint_comes_back_with_its_configuration_and_tags(hours: Any) -> None:
    assert json.loads(hours.one(SCHEDULE, "office-hours-start").inputs["target"]["input"]) == {
        "EndpointName": "slipway-dev",
        "EndpointConfigName": "endpoint-1234abcd-0000000",
        "Tags": [{"Key": "project", "Value": "slipway"}, {"Key": "stack", "Value": "dev"}],
    }


def test_the_schedules_role_is_for_one_endpoint_and_one_group_of_schedules(hours: Any) -> None:
    role = hours.one("aws:iam/role:Role", "office-hours").inputs
    assert role["permissionsBoundary"] == "arn:boundary"
    (trust,) = json.loads(role["assumeRolePolicy"])["Statement"]
    group = f"arn:aws:scheduler:eu-west-1:{ACCOUNT}:schedule-group/slipway-dev"
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT, "aws:SourceArn": group}}
    policy = json.loads(hours.one("aws:iam/rolePolicy:RolePolicy", "office-hours-endpoint").inputs["policy"])
    endpoint = f"arn:aws:sagemaker:eu-west-1:{ACCOUNT}:endpoint/slipway-dev"
    stop, start, tag = policy["Statement"]
    assert (stop["Action"], stop["Resource"]) == (["sagemaker:DeleteEndpoint"], endpoint)
    assert start["Action"] == ["sagemaker:CreateEndpoint"]
    assert start["Resource"][0] == endpoint
    assert (tag["Action"], tag["Resource"]) == (["sagemaker:AddTags"], endpoint)


def test_the_schedules_role_hands_the_key_to_aws_only(hours: Any) -> None:
    policy = json.loads(hours.one("aws:iam/rolePolicy:RolePolicy", "office-hours-key").inputs["policy"])
    see, grant = policy["Statement"]
    assert (see["Action"], see["Resource"]) == (["kms:DescribeKey"], "arn:key")
    assert grant["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}


@pytest.mark.parametrize(("start", "stop"), [(19, 8), (8, 8), (8, 24), (-1, 8)])
def test_hours_that_are_none_are_refused(start: int, stop: int) -> None:
    with pytest.raises(ValueError, match="start before they stop"):
        replace(HOURS, start_hour=start, stop_hour=stop)
