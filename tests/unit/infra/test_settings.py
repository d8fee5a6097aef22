"""What a stack file may say, and what is said about one that is wrong."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from infra.release_digest import release_digest
from infra.settings import SettingsError, load_stack_settings

if TYPE_CHECKING:
    from collections.abc import Callable

Config = dict[str, Any]

ROOT = Path(__file__).parent.parent.parent.parent


@pytest.fixture
def dev(stack_config: Callable[[str], Config]) -> Config:
    return stack_config("dev")


def problems(config: Config) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_stack_settings(config, file="Pulumi.dev.yaml")
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_the_stack_files_of_the_project_are_valid(stack: str, stack_config: Callable[[str], Config]) -> None:
    settings = load_stack_settings(stack_config(stack), file=f"Pulumi.{stack}.yaml")
    assert settings.stack.environment == stack
    assert settings.release is None


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_the_stack_files_differ_by_values_only(stack: str, stack_config: Callable[[str], Config]) -> None:
    sections = {key for key in stack_config(stack) if key.startswith("slipway:")}
    assert sections == {key for key in stack_config("dev") if key.startswith("slipway:")}


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_no_stack_has_default_providers(stack: str, stack_config: Callable[[str], Config]) -> None:
    assert stack_config(stack)["pulumi:disable-default-providers"] == ["*"]


def test_keys_of_other_namespaces_are_left_alone(dev: Config) -> None:
    dev["aws:region"] = "eu-west-1"
    assert load_stack_settings(dev).stack.region == "us-east-1"


def test_a_misspelt_section_is_refused_by_name_with_the_right_one(dev: Config) -> None:
    dev["slipway:trainning"] = dev.pop("slipway:training")
    assert problems(dev) == [
        "slipway:training: this section is required; add training to the stack file",
        "slipway:trainning: there is no such section; did you mean slipway:training?",
    ]


def test_an_unknown_section_is_refused_with_those_that_exist(dev: Config) -> None:
    dev["slipway:xyzzy"] = {}
    (problem,) = problems(dev)
    assert problem.startswith("slipway:xyzzy: there is no such section; remove it, or use one of audit,")


def test_a_misspelt_key_is_refused_by_name_with_the_right_one(dev: Config) -> None:
    dev["slipway:serving"]["instance_typ"] = "ml.m5.large"
    assert problems(dev) == ["slipway:serving.instance_typ: there is no such key; did you mean instance_type?"]


def test_a_misspelt_key_deep_in_a_release_is_refused_too(dev: Config, pinned_release: Callable[..., Config]) -> None:
    dev["slipway:release"] = {"current": pinned_release(1, model_sha="x")}
    assert problems(dev) == ["slipway:release.current.model_sha: there is no such key; did you mean model_sha256?"]


def test_a_release_of_another_account_or_region_is_refused(dev: Config, pinned_release: Callable[..., Config]) -> None:
    dev["slipway:release"] = {"current": pinned_release(2), "previous": pinned_release(1, "222233334444")}
    (problem,) = problems(dev)
    assert problem.startswith("slipway:release.previous.model_package_arn: must be in account 123456789012 and region")


def test_a_release_of_another_region_is_refused(dev: Config, pinned_release: Callable[..., Config]) -> None:
    pin = pinned_release(2)
    dev["slipway:release"] = {
        "current": {**pin, "model_package_arn": pin["model_package_arn"].replace("us-east-1", "eu-west-1")}
    }
    (problem,) = problems(dev)
    assert problem.startswith("slipway:release.current.model_package_arn: must be in account 123456789012 and region")


def test_an_image_that_is_pinned_by_tag_is_refused(dev: Config, pinned_release: Callable[..., Config]) -> None:
    dev["slipway:release"] = {"current": pinned_release(2, image="registry/serving:1")}
    (problem,) = problems(dev)
    assert problem.startswith("slipway:release.current.image: must match")


def test_a_release_in_the_stacks_own_account_is_read(dev: Config, pinned_release: Callable[..., Config]) -> None:
    dev["slipway:release"] = {"current": pinned_release(2), "previous": pinned_release(1)}
    release = load_stack_settings(dev).release
    assert release is not None
    assert release.current.initial_instance_count == 1
    assert release.previous is not None


def test_a_pin_that_somebody_edited_is_refused_with_the_way_to_change_a_release(
    dev: Config, pinned_release: Callable[..., Config]
) -> None:
    edited = {**pinned_release(2), "initial_instance_count": 3}
    dev["slipway:release"] = {"current": edited, "previous": pinned_release(1)}
    (problem,) = problems(dev)
    rule = f"must be {release_digest(edited)}, which the values beside it come to, got {edited['digest']!r}"
    assert problem.startswith(f"slipway:release.current.digest: {rule}")
    assert "run `slipway release`" in problem


def test_what_a_pin_says_to_people_may_be_edited(dev: Config, pinned_release: Callable[..., Config]) -> None:
    told = {**pinned_release(2), "metrics": {"auc": 0.5}, "data": {}}
    del told["image_tag"]
    dev["slipway:release"] = {"current": told}
    assert load_stack_settings(dev).release is not None


def test_every_problem_of_a_file_comes_at_once(dev: Config) -> None:
    dev["slipway:stack"]["account"] = 123456789012
    dev["slipway:stack"]["environment"] = "production"
    dev["slipway:training"]["volume_size_gib"] = 0
    dev["slipway:serving"]["capture_percentage"] = 101
    del dev["slipway:lake"]["captures_expiry_days"]
    assert problems(dev) == [
        "slipway:lake.captures_expiry_days: this key is required; add captures_expiry_days to the stack file",
        "slipway:serving.capture_percentage: must be at most 100, got 101; use 100 or less",
        "slipway:stack.account: must be text, got 123456789012; put it in quotes",
        "slipway:stack.environment: must be one of 'dev', 'staging' or 'prod', got 'production'; choose one of them",
        "slipway:training.volume_size_gib: must be at least 1, got 0; use 1 or more",
    ]


def test_the_message_names_the_file_and_counts(dev: Config) -> None:
    del dev["slipway:lake"]
    with pytest.raises(SettingsError, match=r"^Pulumi.dev.yaml has 1 problem:\n  Pulumi.dev.yaml: slipway:lake: "):
        load_stack_settings(dev, file="Pulumi.dev.yaml")


@pytest.mark.parametrize(
    ("section", "key", "value", "said"),
    [
        ("training", "instance_type", "ml.inf2.xlarge", "Inferentia only serves"),
        ("training", "instance_type", "ml.m5.lrge", "did you mean ml.m5.large?"),
        ("serving", "instance_type", "ml.t3.medium", "SageMaker offers it for training and processing only"),
        ("serving", "initial_instance_count", 0, "must be at least 1, got 0"),
        ("serving", "initial_instance_count", True, "must be a number, got True"),
        ("serving", "bake_seconds", 1801, "must be at most 1800"),
        ("serving", "log_retention_days", 15, "must be one of 1, 3, 5, 7"),
        ("serving", "environment", {"1X": "y"}, "must match"),
        ("training", "own_log_group", "yes", "must be true or false, got 'yes'"),
        ("training", "max_runtime_seconds", 2_419_201, "must be at most 2419200"),
        (
            "lake",
            "noncurrent_version_days",
            "7",
            "must be a number, got '7'; write it as a bare number, without quotes",
        ),
        ("images", "training_tag", "-x", "must match"),
        ("stack", "region", "Virginia", "must match"),
        ("stack", "account", "12345", "must match ^[0-9]{12}$, got '12345'"),
        ("stack", "permissions_boundary_arn", "boundary", "must match ^arn:aws"),
        ("tracking", "weekly_maintenance_window_start", "Sunday", "must match"),
        ("monitoring", "latency_p90_ms", 60_001, "must be at most 60000"),
        ("monitoring", "alarm_action_arns", ["topic"], "must match ^arn:aws"),
    ],
)
def test_a_value_out_of_bounds_is_refused_with_its_rule(
    dev: Config, section: str, key: str, value: object, said: str
) -> None:
    dev[f"slipway:{section}"][key] = value
    (problem,) = problems(dev)
    assert problem.startswith(f"slipway:{section}.{key}")
    assert said in problem


def test_a_section_that_is_not_a_mapping_is_refused(dev: Config) -> None:
    dev["slipway:lake"] = "yes"
    assert problems(dev) == ["slipway:lake: must be a mapping of keys to values, got 'yes'; indent its keys below it"]


def test_a_long_value_is_cut_in_the_message(dev: Config) -> None:
    dev["slipway:stack"]["owner"] = "!" * 5000
    (problem,) = problems(dev)
    assert len(problem) < 300


def test_settings_cannot_be_changed(dev: Config) -> None:
    settings = load_stack_settings(dev)
    with pytest.raises(ValueError, match="frozen"):
        settings.serving.capture_percentage = 0


def test_reading_settings_does_not_change_the_config(dev: Config) -> None:
    before = copy.deepcopy(dev)
    load_stack_settings(dev)
    assert dev == before


@pytest.mark.slow
def test_settings_need_neither_pulumi_nor_boto3() -> None:
    code = "import sys, json, infra.settings; print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    found = json.loads(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, cwd=ROOT).stdout)
    assert not {"pulumi", "pulumi_aws", "boto3", "botocore", "grpc"} & set(found)


def test_a_waiver_is_taken_as_it_is_written_and_left_to_the_pack_to_judge(dev: Config) -> None:
    dev["slipway:policy"] = {"waivers": [{"rule": "public-buckets", "reason": "", "expires": "2020-01-01"}]}
    (waiver,) = load_stack_settings(dev).policy.waivers
    assert (waiver.rule, waiver.resource, waiver.reason, waiver.expires) == ("public-buckets", "*", "", "2020-01-01")


def test_a_stack_without_a_policy_section_allows_nothing(dev: Config) -> None:
    del dev["slipway:policy"]
    policy = load_stack_settings(dev).policy
    assert (policy.monthly_ceiling_usd, policy.accelerators, policy.waivers) == (None, (), ())


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ({"monthly_ceiling_usd": -1}, "slipway:policy.monthly_ceiling_usd: must be at least 0"),
        ({"accelerators": ["g5"]}, "slipway:policy.accelerators.0: must match"),
        (
            {"waivers": [{"rule": "r", "reason": "x", "expires": "soon"}]},
            "slipway:policy.waivers.0.expires: must match",
        ),
        (
            {"waivers": [{"rule": "r", "expires": "2027-01-01"}]},
            "slipway:policy.waivers.0.reason: this key is required",
        ),
        ({"waiver": []}, "slipway:policy.waiver: there is no such key; did you mean waivers?"),
    ],
)
def test_a_wrong_policy_section_is_refused_with_its_key(dev: Config, section: Config, says: str) -> None:
    dev["slipway:policy"] = section
    assert any(says in one for one in problems(dev)), problems(dev)


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_only_a_dev_environment_may_be_a_pull_requests(stack: str, stack_config: Callable[[str], Config]) -> None:
    config = stack_config(stack)
    config["slipway:stack"]["pull_request"] = 42
    (found,) = problems(config)
    assert found.startswith(f"slipway:stack.pull_request: goes with the environment dev only: what {stack} has is kept")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"cidr": None}, "slipway:network.cidr: is needed by a network that is enabled;"),
        ({"cidr": "8.8.0.0/16"}, "slipway:network.cidr: must be private addresses (RFC 1918), got '8.8.0.0/16';"),
        ({"zones": ["us-east-1a"]}, "slipway:network.zones: must name 2 or more zones, each once, got ['us-east-1a'];"),
        ({"zones": ["us-east-1a", "us-east-1a"]}, "slipway:network.zones: must name 2 or more zones, each once,"),
        ({"zones": ["us-east-1a", "eu-west-1b"]}, "slipway:network.zones.1: must be a zone of region us-east-1, got"),
        ({"enabled": False}, "slipway:network.enabled: must be true in prod, got False;"),
    ],
)
def test_a_network_that_aws_would_refuse_is_refused_here(
    stack_config: Callable[[str], Config], changes: Config, problem: str
) -> None:
    prod = stack_config("prod")
    prod["slipway:network"] = {
        key: value for key, value in {**prod["slipway:network"], **changes}.items() if value is not None
    }
    (found,) = problems(prod)
    assert found.startswith(problem)


@pytest.mark.parametrize(
    ("section", "changes", "found"),
    [
        ("cost", {"subscribers": []}, ["slipway:cost.subscribers: a budget needs somebody who hears of it;"]),
        ("cost", {"subscribers": ["nobody"]}, ["slipway:cost.subscribers.0: must match"]),
        ("cost", {"monthly_budget_usd": 0}, ["slipway:cost.monthly_budget_usd: must be at least 1, got 0;"]),
        (
            "cost",
            {"office_hours": {"start_hour": 19, "stop_hour": 8, "timezone": "UTC"}},
            ["slipway:cost.office_hours: must start before they stop, got [19, 8];"],
        ),
        ("cost", {"office_hours": {"timezone": "not a zone"}}, ["slipway:cost.office_hours.timezone: must match"]),
        (
            "delivery",
            {"repository": "acme/flights", "state_bucket": "acme-state"},
            [
                "slipway:delivery.repository_id: is needed where a repository is named;",
                "slipway:delivery.repository_owner_id: is needed",
                "slipway:delivery.state_key_arn: is needed",
            ],
        ),
        ("delivery", {"repository": "flights"}, ["slipway:delivery.repository: must match"]),
        ("lake", {"query_scan_limit_gib": 0}, ["slipway:lake.query_scan_limit_gib: must be at least 1, got 0;"]),
    ],
)
def test_surroundings_that_would_not_work_are_refused(
    dev: Config, section: str, changes: Config, found: list[str]
) -> None:
    dev[f"slipway:{section}"] = {**dev[f"slipway:{section}"], **changes}
    said = problems(dev)
    assert len(said) == len(found)
    assert all(one.startswith(start) for one, start in zip(said, found, strict=True))


def test_conflicts_of_several_sections_are_told_together(stack_config: Callable[[str], Config]) -> None:
    prod = stack_config("prod")
    prod["slipway:network"]["enabled"] = False
    prod["slipway:cost"]["office_hours"] = {"timezone": "UTC"}
    keys = [one.partition(": ")[0] for one in problems(prod)]
    assert keys == [*["slipway:cost.office_hours"] * 3, "slipway:network.enabled"]


def test_every_conflict_of_every_section_is_in_one_message(stack_config: Callable[[str], Config]) -> None:
    prod = stack_config("prod")
    prod["slipway:network"]["enabled"] = False
    prod["slipway:images"].pop("monitoring_tag")
    prod["slipway:training"].pop("pipeline")
    prod["slipway:training"].pop("max_wait_seconds")
    prod["slipway:serving"] |= {"kind": "serverless", "serverless": {"memory_size_in_mb": 2048, "max_concurrency": 5}}
    prod["slipway:cost"] |= {"office_hours": {"timezone": "UTC"}, "subscribers": []}
    prod["slipway:registry"]["reader_accounts"] = [prod["slipway:stack"]["account"]]
    assert {one.partition(": ")[0] for one in problems(prod)} == {
        "slipway:cost.office_hours",
        "slipway:cost.subscribers",
        "slipway:images.monitoring_tag",
        "slipway:monitoring.drift",
        "slipway:monitoring.drift.retrain",
        "slipway:network.enabled",
        "slipway:registry.reader_accounts",
        "slipway:serving.autoscaling",
        "slipway:serving.capture_percentage",
        "slipway:serving.initial_instance_count",
        "slipway:serving.instance_type",
        "slipway:serving.rollout.type",
        "slipway:training.max_wait_seconds",
    }


@pytest.mark.parametrize(
    ("section", "changes", "said"),
    [
        ("images", {"monitoring_tag": None}, "slipway:images.monitoring_tag: is needed by slipway:monitoring.drift;"),
        (
            "serving",
            {"capture_percentage": 0},
            "slipway:monitoring.drift: cannot be where slipway:serving.capture_perc",
        ),
        ("lake", {"captures_expiry_days": 6}, "slipway:monitoring.drift.window_hours: must be at most 144, since"),
        ("training", {"pipeline": None}, "slipway:monitoring.drift.retrain: needs slipway:training.pipeline,"),
        (
            "monitoring",
            {"drift": {"psi_threshold": 0}},
            "slipway:monitoring.drift.psi_threshold: must be at least 0.01",
        ),
        ("monitoring", {"drift": {"least_rows": 99}}, "slipway:monitoring.drift.least_rows: must be at least 100"),
        ("monitoring", {"drift": {"instance_type": "ml.inf2.xlarge"}}, "slipway:monitoring.drift.instance_type:"),
    ],
)
def test_looking_for_drift_needs_captures_an_image_and_what_it_would_start(
    stack_config: Callable[[str], Config], section: str, changes: Config, said: str
) -> None:
    prod = stack_config("prod")
    changed = {**prod[f"slipway:{section}"], **changes}
    prod[f"slipway:{section}"] = {key: value for key, value in changed.items() if value is not None}
    (problem,) = problems(prod)
    assert problem.startswith(said)


def test_an_endpoint_of_office_hours_neither_scales_nor_is_serverless(dev: Config) -> None:
    dev["slipway:cost"]["office_hours"] = {"timezone": "UTC"}
    scaling = {"min_capacity": 1, "max_capacity": 2, "target_invocations_per_minute": 60}
    dev["slipway:serving"]["autoscaling"] = scaling
    (problem,) = problems(dev)
    assert "cannot be together with slipway:serving.autoscaling" in problem
    dev["slipway:serving"] = {
        "kind": "serverless",
        "serverless": {"memory_size_in_mb": 2048, "max_concurrency": 5},
        "capture_percentage": 0,
        "log_retention_days": 14,
    }
    (problem,) = problems(dev)
    assert "costs nothing while nobody asks" in problem


@pytest.mark.parametrize(
    ("protocol", "endpoint", "wanted"),
    [
        ("email", "team", "an address, such as team@example.com"),
        ("https", "http://example.com", "an address that begins with https://"),
        ("sqs", "https://queue", "the ARN of a queue"),
        ("lambda", "function", "the ARN of a function"),
    ],
)
def test_a_subscriber_that_its_protocol_cannot_reach_is_refused(
    dev: Config, protocol: str, endpoint: str, wanted: str
) -> None:
    dev["slipway:monitoring"]["subscriptions"] = [{"protocol": protocol, "endpoint": endpoint}]
    (problem,) = problems(dev)
    assert problem.startswith("slipway:monitoring.subscriptions.0: ")
    assert wanted in problem


def test_a_subscriber_that_fits_is_taken(dev: Config) -> None:
    dev["slipway:monitoring"]["subscriptions"] = [{"protocol": "email", "endpoint": "team@example.com"}]
    (one,) = load_stack_settings(dev).monitoring.subscriptions
    assert one.endpoint == "team@example.com"


@pytest.mark.parametrize(
    ("training", "said"),
    [
        (
            {"use_spot": True},
            "must be at least max_runtime_seconds (3600) where use_spot is true; add it, or use_spot: false",
        ),
        (
            {"use_spot": True, "max_wait_seconds": 3599},
            (
                "must be at least max_runtime_seconds (3600) where use_spot is true, got 3599; "
                "raise it, or use_spot: false"
            ),
        ),
        ({"max_wait_seconds": 7200}, "is for spot jobs only, got 7200; remove it, or use_spot: true"),
    ],
)
def test_spot_and_its_longest_wait_go_together(dev: Config, training: Config, said: str) -> None:
    dev["slipway:training"] |= training
    (problem,) = problems(dev)
    assert problem == f"slipway:training.max_wait_seconds: {said}"


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("processing_instance_type", "ml.inf2.xlarge", "Inferentia only serves"),
        ("processing_instance_type", "ml.p5.48xlarge", "offers it for training and hosting only"),
        ("schedule", "daily", "must match"),
        ("retrain_alarm_arns", ["drift"], "must match"),
        ("data_prefix", "flights", "must match"),
    ],
)
def test_a_pipeline_that_cannot_run_is_refused(dev: Config, key: str, value: str, said: str) -> None:
    dev["slipway:training"]["pipeline"][key] = value
    (problem,) = problems(dev)
    assert problem.startswith(f"slipway:training.pipeline.{key}")
    assert said in problem


def test_the_stacks_own_account_is_no_reader_of_its_registry(dev: Config) -> None:
    dev["slipway:registry"] = {"reader_accounts": [dev["slipway:stack"]["account"]]}
    (problem,) = problems(dev)
    assert problem.startswith("slipway:registry.reader_accounts: must name other accounts")
    dev["slipway:registry"] = {"reader_accounts": ["222233334444"]}
    assert load_stack_settings(dev).registry.reader_accounts == ("222233334444",)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"zone": "captures"}, "zone"),
        ({"name": "Flights"}, "name"),
        ({"columns": {}}, "columns"),
        ({"columns": {"a": "text"}}, "columns.a"),
        ({"columns": {"a-b": "int"}}, "columns"),
    ],
)
def test_a_table_that_glue_would_refuse_is_refused_here(dev: Config, table: Config, says: str) -> None:
    whole = {"zone": "curated", "name": "flights", "columns": {"a": "int"}, **table}
    dev["slipway:lake"]["tables"] = [whole]
    with pytest.raises(SettingsError, match=re.escape(f"slipway:lake.tables.0.{says}")):
        load_stack_settings(dev)


def test_two_tables_of_one_name_in_one_zone_are_refused(dev: Config) -> None:
    table = {"zone": "curated", "name": "flights", "columns": {"a": "int"}}
    dev["slipway:lake"]["tables"] = [table, {**table, "zone": "features"}, {**table, "columns": {"b": "int"}}]
    with pytest.raises(SettingsError, match=r"tables names curated\.flights more than once"):
        load_stack_settings(dev)


def test_a_shadow_stands_beside_the_current_release_and_both_answer_in_real_time(
    dev: Config, pinned_release: Callable[..., Config]
) -> None:
    one, two, three = (pinned_release(number) for number in (1, 2, 3))
    shadow = {"release": three, "beside": two["digest"], "percentage": 50}
    dev["slipway:release"] = {"current": two, "previous": one, "shadow": shadow}
    release = load_stack_settings(dev).release
    assert release is not None
    assert release.shadow is not None
    assert release.shadow.release.digest == three["digest"]

    dev["slipway:release"]["shadow"] = {**shadow, "beside": one["digest"]}
    (problem,) = problems(dev)
    assert problem.startswith(f"slipway:release.shadow.beside: must be {two['digest']}, slipway:release.current, while")
    dev["slipway:release"]["shadow"]["ended"] = True
    load_stack_settings(dev)

    dev["slipway:release"]["shadow"] = {**shadow, "release": two}
    (problem,) = problems(dev)
    assert problem.startswith("slipway:release.shadow.release: must be another release")

    dev["slipway:release"] = {"current": pinned_release(2, kind="async"), "shadow": shadow}
    dev["slipway:release"]["shadow"] = {**shadow, "beside": dev["slipway:release"]["current"]["digest"]}
    (problem,) = problems(dev)
    assert problem.startswith("slipway:release.current.kind: must be realtime where there is a shadow")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"max_parallel_jobs": 11}, "max_parallel_jobs: must be at most max_jobs, 10, got 11;"),
        ({"ranges": {}}, "ranges: "),
        ({"ranges": {"l": {"minimum": 2, "maximum": 1}}}, "ranges.l.maximum: must be above minimum, 2, got 1.0;"),
        (
            {"ranges": {"l": {"minimum": 1.5, "maximum": 3, "whole": True}}},
            "ranges.l: must begin and end with whole numbers",
        ),
        (
            {"ranges": {"l": {"minimum": 0, "maximum": 1, "scale": "Logarithmic"}}},
            "ranges.l.minimum: must be above 0 where scale is Logarithmic, got 0.0;",
        ),
        (
            {"ranges": {"l": {"minimum": 0, "maximum": 2, "scale": "ReverseLogarithmic"}}},
            "ranges.l.scale: ReverseLogarithmic is for numbers from 0 to below 1",
        ),
    ],
)
def test_a_search_for_hyperparameters_has_ranges_to_search_in(dev: Config, changes: Config, said: str) -> None:
    tuning = {"max_jobs": 10, "ranges": {"num_leaves": {"minimum": 8, "maximum": 64, "whole": True}}}
    dev["slipway:training"]["pipeline"]["tuning"] = tuning
    load_stack_settings(dev)
    dev["slipway:training"]["pipeline"]["tuning"] = {**tuning, **changes}
    (problem,) = problems(dev)
    assert problem.startswith(f"slipway:training.pipeline.tuning.{said}")


def test_drift_is_not_looked_for_beside_a_release_that_captures_nothing(
    stack_config: Callable[[str], Config], pinned_release: Callable[..., Config]
) -> None:
    staging = stack_config("staging")
    account = staging["slipway:stack"]["account"]
    staging["slipway:release"] = {"current": pinned_release(1, account, capture_percentage=20)}
    load_stack_settings(staging)
    staging["slipway:release"] = {"current": pinned_release(1, account, capture_percentage=0)}
    (problem,) = problems(staging)
    assert problem.startswith("slipway:monitoring.drift: cannot be beside release")
