"""What `slipway export-terraform` writes of a program, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws
import pytest

from slipway.cli.main import run
from slipway.failure import Failure
from slipway.terraform.document import Document, document
from slipway.terraform.recording import record_program

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[3]


def written(program: Callable[[], None], **config: object) -> Document:
    """Export a program of a test."""
    named = {f"shop:{key}": value for key, value in config.items()}
    return document(record_program(program, name="shop", stack="test", config=named))


def resources(program: Callable[[], None], **config: object) -> dict[str, Any]:
    """Return what stands below `resource`."""
    found: dict[str, Any] = json.loads(written(program, **config).text())["resource"]
    return found


def bucket_with_a_policy() -> None:
    bucket = aws.s3.Bucket("lake.raw")
    statement = {"Resource": "${aws:username}"}
    aws.s3.BucketPolicy(
        "lake", bucket=bucket.bucket, policy=bucket.arn.apply(lambda arn: json.dumps({**statement, "NotResource": arn}))
    )


def test_outputs_are_references_and_templates_of_the_program_are_not() -> None:
    policy = resources(bucket_with_a_policy)["aws_s3_bucket_policy"]["lake"]
    assert policy["bucket"] == "${aws_s3_bucket.lake-raw.bucket}"
    said = json.loads(policy["policy"])
    assert said == {"Resource": "$${aws:username}", "NotResource": "${aws_s3_bucket.lake-raw.arn}"}


def test_blocks_are_lists_by_their_singular_names_at_every_depth() -> None:
    def program() -> None:
        aws.s3.BucketLifecycleConfiguration(
            "lake",
            bucket="b",
            rules=[
                aws.s3.BucketLifecycleConfigurationRuleArgs(
                    id="old",
                    status="Enabled",
                    noncurrent_version_expiration=aws.s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
                        noncurrent_days=30
                    ),
                )
            ],
        )
        aws.cloudwatch.MetricAlarm(
            "errors", comparison_operator="GreaterThanThreshold", evaluation_periods=1, dimensions={"EndpointName": "e"}
        )

    made = resources(program)
    (rule,) = made["aws_s3_bucket_lifecycle_configuration"]["lake"]["rule"]
    assert rule == {"id": "old", "status": "Enabled", "noncurrent_version_expiration": [{"noncurrent_days": 30}]}
    alarm = made["aws_cloudwatch_metric_alarm"]["errors"]
    assert alarm["dimensions"] == {"EndpointName": "e"}  # a map's keys are nobody's names
    assert alarm["alarm_name"] == "errors"  # Pulumi names it where the program does not


def test_protection_order_and_owned_properties_are_said() -> None:
    def program() -> None:
        key = aws.kms.Key("key", opts=pulumi.ResourceOptions(protect=True, ignore_changes=["tags['seen']"]))
        aws.sns.Topic("topic", opts=pulumi.ResourceOptions(depends_on=[key]))

    made = resources(program)
    assert made["aws_kms_key"]["key"]["lifecycle"] == [{"prevent_destroy": True, "ignore_changes": ["tags"]}]
    assert made["aws_sns_topic"]["topic"]["depends_on"] == ["aws_kms_key.key"]


def test_no_secret_is_written() -> None:
    def program() -> None:
        told = pulumi.Config().require_secret("token")
        aws.ssm.Parameter("token", type="SecureString", value=told)
        aws.ssm.Parameter("joined", type="SecureString", value=pulumi.Output.secret("hunter2").apply("x-{}".format))
        aws.lambda_.Function("f", role="r", environment={"variables": {"TOKEN": pulumi.Output.secret("hunter2")}})
        pulumi.export("token", pulumi.Output.secret("hunter2"))

    made = written(program, token={"secure": "v1:abc:cipher"})
    assert "hunter2" not in made.text()
    assert "cipher" not in made.text()
    assert made.content["resource"]["aws_ssm_parameter"]["token"]["value"] == "${var.shop_token}"
    assert set(made.variables) == set(made.content["variable"])
    assert len(made.variables) == 3
    assert all(one == {"type": "string", "sensitive": True} for one in made.content["variable"].values())
    assert made.content["output"]["token"] == {"value": None, "sensitive": True}


def test_each_provider_has_its_resources_where_there_are_several() -> None:
    def program() -> None:
        for region in ("eu-west-1", "us-east-1"):
            tags = aws.ProviderDefaultTagsArgs(tags={"owner": "us"})
            there = aws.Provider(region, region=region, default_tags=tags)
            aws.sns.Topic(f"topic-{region}", opts=pulumi.ResourceOptions(provider=there))

    made = written(program).content
    first = {"alias": "eu-west-1", "region": "eu-west-1", "default_tags": [{"tags": {"owner": "us"}}]}
    assert made["provider"]["aws"][0] == first
    assert made["resource"]["aws_sns_topic"]["topic-us-east-1"]["provider"] == "aws.us-east-1"


def test_a_type_without_a_name_is_refused_with_all_others() -> None:
    def program() -> None:
        aws.acm.Certificate("one")
        aws.amp.Workspace("two")

    with pytest.raises(Failure, match=r"aws:acm/certificate:Certificate, aws:amp/workspace:Workspace: add it to TYPES"):
        written(program)


def test_a_property_without_a_name_is_refused() -> None:
    def program() -> None:
        aws.sns.Topic("topic", region="eu-west-1")

    with pytest.raises(Failure, match=r"aws:sns/topic:Topic 'topic' gives 'region', which has no name"):
        written(program)


def test_names_that_terraform_cannot_tell_apart_are_refused() -> None:
    def program() -> None:
        aws.sns.Topic("a.b")
        aws.sns.Topic("a/b")

    with pytest.raises(Failure, match=r"two resources have one name.* aws:sns/topic:Topic 'a-b'"):
        written(program)


def test_a_program_that_asks_aws_is_refused() -> None:
    def program() -> None:
        aws.get_caller_identity()

    with pytest.raises(Failure, match=r"the program asks AWS while it runs .*getCallerIdentity"):
        written(program)


def test_the_program_s_own_refusal_is_told_as_it_is() -> None:
    def program() -> None:
        raise pulumi.RunError("no such zone")

    with pytest.raises(Failure, match=r"^no such zone$"):
        written(program)


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_the_stacks_of_the_project_are_written_alike_twice(
    stack: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    texts = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        assert run(["export-terraform", "-s", stack, "--folder", str(folder)]) == 0
        texts.append((folder / "main.tf.json").read_text(encoding="utf-8"))
    assert texts[0] == texts[1]
    made = json.loads(texts[0])
    assert f"{folder / 'main.tf.json'}: {sum(map(len, made['resource'].values()))} resources" in capsys.readouterr().out
    assert "@{" not in texts[0], "a reference was not written out"
    assert made["provider"]["aws"][0]["allowed_account_ids"]
    assert set(made["resource"]["aws_s3_bucket"]) >= {"lake-raw", "lake-curated", "lake-logs"}


def test_a_stack_without_a_file_is_misuse(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    assert run(["export-terraform", "-s", "moon"]) == 2
    assert "there is no Pulumi.moon.yaml" in capsys.readouterr().err


def test_wrong_settings_are_told_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("Pulumi.yaml", "__main__.py", "Pulumi.dev.yaml", "infra", "training", "serving"):
        (tmp_path / name).symlink_to(ROOT / name)
    stack = (ROOT / "Pulumi.dev.yaml").read_text(encoding="utf-8").replace("region: us-east-1", "region: moon")
    (tmp_path / "Pulumi.wrong.yaml").write_text(stack, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert run(["export-terraform", "-s", "wrong"]) == 1
    assert "region" in capsys.readouterr().err
    assert not (tmp_path / ".slipway/terraform").exists()
