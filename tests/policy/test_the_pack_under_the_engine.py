"""The pack under the embedded engine: our three stacks pass, and one planted mistake a family is stopped."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
ACCOUNTS = {"dev": "123456789012", "staging": "222233334444", "prod": "333344445555"}

# As policy/__main__.py, on a day that stays the same.
PACK = """
import sys
from datetime import date
sys.path[0] = {project!r}
from policy.pack import run
run(today=date(2026, 12, 1))
"""

# The project's program, with a mistake put into it on its way to the engine.
PROGRAM = """
import json, os
import pulumi, pulumi_aws as aws
from infra.program import deploy

mistake = json.loads(os.environ["MISTAKE"])

def plant(args):
    if args.type_ != mistake.get("type") or mistake.get("name") not in (None, args.name):
        return None
    if "protect" in mistake:
        args.opts.protect = mistake["protect"]
    return pulumi.ResourceTransformationResult({**args.props, **mistake.get("props", {})}, args.opts)

pulumi.runtime.register_stack_transformation(plant)
deploy()
if "declare" in mistake:
    service, kind = mistake["declare"].split(".")
    provider = aws.Provider("own", region="us-east-1", default_tags={"tags": dict.fromkeys(
        ("project", "stack", "environment", "owner"), "x")})
    make = getattr(getattr(aws, service), kind)
    make("planted", **mistake["with"], opts=pulumi.ResourceOptions(provider=provider, protect=True))
"""

OPEN_TRUST = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": "arn:aws:iam::333344445555:oidc-provider/token.actions.githubusercontent.com"},
        "Condition": {"StringLike": {"token.actions.githubusercontent.com:sub": "repo:ours/*"}},
    },
}
WIDE = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}
VARIANT = {"variant_name": "primary", "model_name": "m", "instance_type": "ml.m5.large", "initial_instance_count": 2}
ENDPOINT_CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"

MISTAKES: dict[str, dict[str, Any]] = {
    "models-with-network": {"type": "aws:sagemaker/model:Model", "props": {"enable_network_isolation": False}},
    "fixed-release-names": {"type": "aws:sagemaker/model:Model", "props": {"name": "release-20261125"}},
    "endpoints-with-one-instance": {
        "type": ENDPOINT_CONFIGURATION,
        "props": {"production_variants": [{**VARIANT, "initial_instance_count": 1}]},
    },
    "accelerators-not-allowed": {
        "type": ENDPOINT_CONFIGURATION,
        "props": {"production_variants": [{**VARIANT, "instance_type": "ml.g6.xlarge"}]},
    },
    "costs-over-the-ceiling": {
        "type": ENDPOINT_CONFIGURATION,
        "props": {"production_variants": [{**VARIANT, "instance_type": "ml.m5.24xlarge"}]},
    },
    "endpoints-without-alarm": {
        "type": "aws:cloudwatch/metricAlarm:MetricAlarm",
        "props": {"dimensions": {"EndpointName": "slipway-prod"}},
    },
    "training-without-limit": {
        "declare": "sagemaker.Pipeline",
        "with": {
            "pipeline_name": "retrain",
            "pipeline_display_name": "retrain",
            "role_arn": "arn:aws:iam::333344445555:role/pipeline",
            "pipeline_definition": json.dumps({"Steps": [{"Name": "train", "Type": "Training", "Arguments": {}}]}),
        },
    },
    "public-buckets": {
        "type": "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "name": "lake-raw",
        "props": {"block_public_policy": False},
    },
    "buckets-without-versions": {
        "type": "aws:s3/bucketVersioning:BucketVersioning",
        "props": {"versioning_configuration": {"status": "Suspended"}},
    },
    "buckets-without-tls": {"type": "aws:s3/bucketPolicy:BucketPolicy", "props": {"policy": json.dumps(WIDE)}},
    "keys-without-rotation": {"type": "aws:kms/key:Key", "props": {"enable_key_rotation": False}},
    "wildcard-actions": {"type": "aws:iam/rolePolicy:RolePolicy", "props": {"policy": json.dumps(WIDE)}},
    "roles-for-any-workflow": {
        "type": "aws:iam/role:Role",
        "name": "training",
        "props": {"assume_role_policy": json.dumps(OPEN_TRUST)},
    },
    "images-that-change": {"type": "aws:ecr/repository:Repository", "props": {"image_tag_mutability": "MUTABLE"}},
    "logs-kept-for-ever": {"type": "aws:cloudwatch/logGroup:LogGroup", "props": {"retention_in_days": None}},
    "logs-without-key": {"type": "aws:cloudwatch/logGroup:LogGroup", "props": {"kms_key_id": None}},
    "untagged-resources": {"type": "pulumi:providers:aws", "props": {"default_tags": None}},
    "unprotected-data": {"type": "aws:s3/bucket:Bucket", "name": "lake-raw", "protect": False},
    "networks-open-to-the-world": {
        "declare": "ec2.SecurityGroup",
        "with": {
            "ingress": [{"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"]}],
            "description": "planted",
        },
    },
}


@dataclass
class Project:
    """A copy of the project beside a running sandbox."""

    folder: Path
    environment: dict[str, str]

    def preview(self, stack: str, *words: str, mistake: Any = None) -> subprocess.CompletedProcess[str]:
        """Preview with the pack; the test looks at the exit code."""
        return subprocess.run(
            [sys.executable, "-m", "slipway.engine", "preview", "-s", stack, *(words or ("--policy-pack", "pack"))],
            cwd=self.folder,
            env={**self.environment, "AWS_ACCESS_KEY_ID": ACCOUNTS[stack], "MISTAKE": json.dumps(mistake or {})},
            capture_output=True,
            text=True,
            check=False,
        )

    def change(self, stack: str, section: str, value: Any) -> None:
        """Write a section of a stack file."""
        file = self.folder / f"Pulumi.{stack}.yaml"
        content = yaml.safe_load(file.read_text("utf-8"))
        content["config"][section] = value
        file.write_text(yaml.safe_dump(content), encoding="utf-8")

    def section(self, stack: str, section: str) -> Any:
        """Read a section of a stack file."""
        return yaml.safe_load((self.folder / f"Pulumi.{stack}.yaml").read_text("utf-8"))["config"][section]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("project")
    for room in ("infra", "policy", "prices"):
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ["Pulumi.yaml", *(f"Pulumi.{stack}.yaml" for stack in ACCOUNTS)]:
        shutil.copy(ROOT / file, folder / file)
    (folder / "__main__.py").write_text(PROGRAM, encoding="utf-8")
    (folder / "pack").mkdir()
    (folder / "pack" / "PulumiPolicy.yaml").write_text("runtime: python\n", encoding="utf-8")
    (folder / "pack" / "__main__.py").write_text(PACK.format(project=str(folder)), encoding="utf-8")
    for code in ("training", "serving", "monitoring"):
        (folder / code).mkdir()
        (folder / code / "__main__.py").write_text(f'"""The {code} code."""\n', encoding="utf-8")
    (folder / ".venv").symlink_to(Path(sys.prefix), target_is_directory=True)
    sandbox = [sys.executable, "-m", "slipway.sandbox"]
    subprocess.run([*sandbox, "up", "--port", "0"], cwd=folder, check=True, capture_output=True)
    try:
        told = subprocess.run([*sandbox, "env", "--json"], cwd=folder, check=True, capture_output=True)
        environment = {**os.environ, **json.loads(told.stdout)}
        for stack in ACCOUNTS:
            init = [sys.executable, "-m", "slipway.engine", "stack", "init", stack]
            subprocess.run(init, cwd=folder, env=environment, check=True, capture_output=True)
        yield Project(folder, environment)
    finally:
        subprocess.run([*sandbox, "down"], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def project(running: Project, pinned_release: Callable[..., dict[str, Any]]) -> Iterator[Project]:
    """Pin a release in every stack of the project, and put the stack files back."""
    before = {file: file.read_bytes() for file in running.folder.glob("Pulumi.*.yaml")}
    for stack, account in ACCOUNTS.items():
        shape = running.section(stack, "slipway:serving")
        pins = [
            pinned_release(
                number,
                account,
                instance_type=shape["instance_type"],
                initial_instance_count=shape["initial_instance_count"],
                capture_percentage=shape["capture_percentage"],
            )
            for number in (2, 1)
        ]
        running.change(stack, "slipway:release", {"current": pins[0], "previous": pins[1]})
    yield running
    for file, content in before.items():
        file.write_bytes(content)


def findings(output: str, level: str) -> set[str]:
    return set(re.findall(rf"- \[{level}\]\s+(\S+)", output))


@pytest.mark.parametrize("stack", ACCOUNTS)
def test_our_stacks_have_no_mandatory_finding_and_say_what_they_waive(stack: str, project: Project) -> None:
    preview = project.preview(stack)
    assert preview.returncode == 0, preview.stdout + preview.stderr
    assert findings(preview.stdout, "mandatory") == set()
    assert "models-from-outside-the-vpc: imageConfig.repositoryAccessMode is not given" in preview.stdout
    assert "let pass until 2027-10-31 by the stack file, because images come by digest" in preview.stdout
    allowed = {"waived"} | ({"endpoints-with-one-instance"} if stack == "dev" else set())
    assert findings(preview.stdout, "advisory") <= allowed


def test_what_a_preview_cannot_know_is_said_and_not_passed(project: Project) -> None:
    told = project.preview("prod").stdout
    assert "NOT CHECKED" in told
    assert "can't judge serving-key because policy is not known yet" in told


@pytest.mark.parametrize("rule", MISTAKES)
def test_a_planted_mistake_fails_the_preview_of_prod(rule: str, project: Project) -> None:
    preview = project.preview("prod", mistake=MISTAKES[rule])
    assert rule in findings(preview.stdout, "mandatory"), preview.stdout + preview.stderr
    assert preview.returncode == 1


def test_a_mistake_is_advice_in_dev(project: Project) -> None:
    preview = project.preview("dev", mistake=MISTAKES["models-with-network"])
    assert "models-with-network" in findings(preview.stdout, "advisory")
    assert preview.returncode == 0


def test_a_waiver_that_ended_stops_prod_with_what_it_let_pass(project: Project) -> None:
    section = project.section("prod", "slipway:policy")
    section["waivers"][0]["expires"] = "2026-11-30"
    project.change("prod", "slipway:policy", section)
    preview = project.preview("prod")
    assert {"bad-waivers", "models-from-outside-the-vpc"} <= findings(preview.stdout, "mandatory")
    assert "it expired on 2026-11-30" in preview.stdout
    assert preview.returncode == 1


def test_a_waiver_in_the_stack_file_lets_a_mistake_pass_loudly(project: Project) -> None:
    section = project.section("prod", "slipway:policy")
    waiver = {"rule": "keys-without-rotation", "resource": "key", "reason": "rotated by hand", "expires": "2027-01-31"}
    section["waivers"].append(waiver)
    project.change("prod", "slipway:policy", section)
    preview = project.preview("prod", mistake=MISTAKES["keys-without-rotation"])
    assert preview.returncode == 0, preview.stdout + preview.stderr
    assert "let pass until 2027-01-31 by the stack file, because rotated by hand" in preview.stdout


def test_the_folder_itself_is_a_pack_and_takes_a_configuration(project: Project) -> None:
    config = project.folder / "pack.json"
    config.write_text(json.dumps({"keys-without-rotation": "disabled"}), encoding="utf-8")
    words = ("--policy-pack", "policy", "--policy-pack-config", str(config))
    mistake = MISTAKES["keys-without-rotation"]
    assert "keys-without-rotation" not in project.preview("dev", *words, mistake=mistake).stdout
    assert "keys-without-rotation" in project.preview("dev", "--policy-pack", "policy", mistake=mistake).stdout
