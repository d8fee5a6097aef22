"""The rules as pulumi_policy's objects: levels, settings, waivers and what cannot be judged."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from pulumi_policy import (
    EnforcementLevel,
    PolicyCustomTimeouts,
    PolicyProviderResource,
    PolicyResource,
    PolicyResourceOptions,
    ResourceValidationArgs,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError, unknown_checking_proxy

from policy.pack import Pack, run
from policy.rules import RULES
from policy.stack_file import stack_values

TODAY = date(2026, 11, 25)
MODEL = "aws:sagemaker/model:Model"
WAIVER = {"rule": "models-with-network", "resource": "m", "reason": "a trial", "expires": "2026-12-31"}


def policies(environment: str = "prod", **section: Any) -> dict[str, Any]:
    config = {
        "slipway:stack": json.dumps({"environment": environment}),
        "slipway:policy": json.dumps(section),
    }
    return {one.name: one for one in Pack(values=stack_values(config), today=TODAY).policies()}


def options(*, protect: bool = False) -> PolicyResourceOptions:
    return PolicyResourceOptions(protect, [], None, [], PolicyCustomTimeouts(0, 0, 0), [])


def resource(type_: str, name: str, properties: Any, config: Any = None, **opts: Any) -> ResourceValidationArgs:
    tags = {"defaultTags": json.dumps({"tags": {"owner": "o"}})}
    provider = PolicyProviderResource("pulumi:providers:aws", unknown_checking_proxy(tags), "urn:aws", "aws")
    props = unknown_checking_proxy(properties)
    return ResourceValidationArgs(type_, props, f"urn:{name}", name, options(**opts), provider, config)


def stack_resource(type_: str, name: str, properties: Any) -> PolicyResource:
    return PolicyResource(type_, unknown_checking_proxy(properties), f"urn:{name}", name, options(), None, None, [], {})


def asked(policy: Any, args: Any) -> list[tuple[str, str | None]]:
    found: list[tuple[str, str | None]] = []
    policy.validate(args, lambda words, urn=None: found.append((words, urn)))
    return found


@pytest.mark.parametrize(
    ("environment", "mandatory"), [("dev", False), ("staging", True), ("prod", True), ("somewhere", True)]
)
def test_levels_follow_the_environment_and_an_unknown_one_is_prod(environment: str, mandatory: bool) -> None:  # noqa: FBT001
    wanted = EnforcementLevel.MANDATORY if mandatory else EnforcementLevel.ADVISORY
    assert policies(environment)["models-with-network"].enforcement_level is wanted
    assert policies(environment)["bad-waivers"].enforcement_level is wanted
    assert policies(environment)["waived"].enforcement_level is EnforcementLevel.ADVISORY


def test_dev_keeps_nothing_and_is_not_asked_for_protection() -> None:
    assert policies("dev")["unprotected-data"].enforcement_level is EnforcementLevel.DISABLED


def test_every_rule_is_there_once_and_the_waivers_are_judged_last() -> None:
    names = list(policies())
    assert names == [*(rule.name for rule in RULES), "bad-waivers", "waived"]
    assert len(set(names)) == len(names)


def test_a_finding_is_reported_on_its_resource() -> None:
    found = asked(policies()["models-with-network"], resource(MODEL, "m", {}))
    assert [urn for _, urn in found] == ["urn:m"]


def test_resources_of_other_types_are_not_asked() -> None:
    unknown = resource("aws:sns/topic:Topic", "t", {"enableNetworkIsolation": UNKNOWN_STRING_VALUE})
    assert asked(policies()["models-with-network"], unknown) == []


def test_what_is_not_known_leaves_the_rule_by_pulumis_own_way() -> None:
    args = resource(MODEL, "m", {"enableNetworkIsolation": UNKNOWN_STRING_VALUE})
    with pytest.raises(UnknownValueError) as caught:
        asked(policies()["models-with-network"], args)
    assert caught.value.message == "can't judge m because enableNetworkIsolation is not known yet"


def test_settings_come_from_the_rule_then_the_stack_file_then_the_command_line() -> None:
    bare = resource("aws:s3/bucket:Bucket", "b", {})
    assert len(asked(policies()["untagged-resources"], bare)) == 1
    assert asked(policies(tags=["owner"])["untagged-resources"], bare) == []
    configured = resource("aws:s3/bucket:Bucket", "b", {}, {"tags": ["owner", "team"]})
    (told,) = asked(policies(tags=["owner"])["untagged-resources"], configured)
    assert "it has no tag team" in told[0]


def test_a_rule_with_settings_tells_the_engine_their_types_and_no_defaults() -> None:
    every = policies()
    assert every["models-with-network"].config_schema is None
    assert every["untagged-resources"].config_schema.properties == {"tags": {"type": "array"}}
    assert every["logs-kept-for-ever"].config_schema.properties == {"least_days": {"type": "object"}}
    assert every["costs-over-the-ceiling"].config_schema.properties == {"monthly_ceiling_usd": {}}


def test_protection_is_seen() -> None:
    rule = policies()["unprotected-data"]
    assert len(asked(rule, resource("aws:kms/key:Key", "k", {}))) == 1
    assert asked(rule, resource("aws:kms/key:Key", "k", {}, protect=True)) == []


def test_a_waived_finding_is_no_finding_and_is_told_at_the_end_with_its_reason() -> None:
    every = policies(waivers=[WAIVER])
    assert asked(every["models-with-network"], resource(MODEL, "m", {})) == []
    assert len(asked(every["models-with-network"], resource(MODEL, "n", {}))) == 1
    ((words, urn),) = asked(every["waived"], StackValidationArgs([]))
    assert urn == "urn:m"
    assert "let pass until 2026-12-31 by the stack file, because a trial" in words


def test_many_findings_of_a_rule_in_one_resource_are_told_once_with_their_number() -> None:
    every = policies(waivers=[{**WAIVER, "rule": "wildcard-resources", "resource": "b"}])
    actions = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"]
    statements = [
        {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": "*"} for sid in ("One", "Two", "Three")
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    assert asked(every["wildcard-resources"], resource("aws:iam/policy:Policy", "b", {"policy": document})) == []
    ((words, urn),) = asked(every["waived"], StackValidationArgs([]))
    assert urn == "urn:b"
    assert "statement One allows s3:GetObject, s3:PutObject, s3:DeleteObject and 1 more on" in words
    assert "; and 2 more like it" in words


def test_a_waiver_of_a_stack_rule_counts_as_well() -> None:
    every = policies(waivers=[{**WAIVER, "rule": "public-buckets", "resource": "site"}])
    stack = StackValidationArgs([stack_resource("aws:s3/bucket:Bucket", "site", {"bucket": "site"})])
    assert asked(every["public-buckets"], stack) == []
    assert len(asked(every["buckets-without-tls"], stack)) == 1
    assert "public-buckets: it has no BucketPublicAccessBlock" in asked(every["waived"], stack)[0][0]


@pytest.mark.parametrize(
    ("changes", "says"),
    [({"expires": "2026-11-24"}, "it expired"), ({"reason": ""}, "it has no reason"), ({"rule": "x"}, "no rule 'x'")],
)
def test_a_bad_waiver_is_a_finding_and_lets_nothing_pass(changes: dict[str, str], says: str) -> None:
    every = policies(waivers=[{**WAIVER, **changes}])
    assert len(asked(every["models-with-network"], resource(MODEL, "m", {}))) == 1
    ((words, _),) = asked(every["bad-waivers"], StackValidationArgs([]))
    assert says in words
    assert asked(every["waived"], StackValidationArgs([])) == []


def test_a_waiver_that_lets_nothing_pass_is_told() -> None:
    ((words, _),) = asked(policies(waivers=[WAIVER])["waived"], StackValidationArgs([]))
    assert "waiver of models-with-network for m lets nothing pass now" in words


def test_stack_rules_see_where_values_come_from() -> None:
    bucket = stack_resource("aws:s3/bucket:Bucket", "b", {"bucket": UNKNOWN_STRING_VALUE})
    versioning = stack_resource(
        "aws:s3/bucketVersioning:BucketVersioning",
        "v",
        {"bucket": UNKNOWN_STRING_VALUE, "versioningConfiguration": {"status": "Enabled"}},
    )
    rule = policies()["buckets-without-versions"]
    assert isinstance(rule, StackValidationPolicy)
    assert len(asked(rule, StackValidationArgs([bucket, versioning]))) == 1
    versioning.property_dependencies = {"bucket": [bucket]}
    assert asked(rule, StackValidationArgs([bucket, versioning])) == []


def test_a_broken_configuration_is_read_as_none() -> None:
    assert stack_values({"slipway:stack": "{", "slipway:policy": "[]"}).environment == "prod"


def test_the_pack_takes_the_stacks_values_from_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    config = {"slipway:stack": json.dumps({"environment": "dev"})}
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps(config))
    started: dict[str, Any] = {}
    run(today=TODAY, start=lambda **told: started.update(told))
    assert started["name"] == "slipway"
    (rule,) = [one for one in started["policies"] if one.name == "models-with-network"]
    assert rule.enforcement_level is EnforcementLevel.ADVISORY
