"""An independent scanner agrees with the policy pack: Checkov over the stacks, exported as Terraform."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.client_environment import environment_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway.terraform.document import Document

STACKS = ("dev", "staging", "prod")
SKIPS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "skips.yaml").read_text(encoding="utf-8"))
Finding = tuple[str, str]
"""A check's id, and the name of the resource that failed it."""


@dataclass(frozen=True)
class Scan:
    """What Checkov says of one stack."""

    passed: int
    failed: frozenset[Finding]


def explained(stack: str) -> set[Finding]:
    """Return the findings that the list explains for a stack."""
    return {
        (skip["check"], name) for skip in SKIPS if stack in skip.get("stacks", STACKS) for name in skip["resources"]
    }


def scanned(folder: Path, document: Document) -> Scan:
    """Hold a stack against every check that Checkov has for Terraform."""
    (folder / "main.tf.json").write_text(document.text(), encoding="utf-8")
    words = ["--directory", str(folder), "--framework", "terraform_json", "--output", "json"]
    words += ["--skip-download", "--quiet"]
    done = subprocess.run(
        [str(environment_of("checkov").with_name("checkov")), *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        # it would look for updates and report home otherwise
        env={
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            "CHECKOV_RUN_SCA_PACKAGE_SCAN": "false",
            "LOG_LEVEL": "ERROR",
        },
    )
    found = json.loads(done.stdout)
    assert not found["results"].get("parsing_errors"), found["results"]["parsing_errors"]
    # `aws_cloudtrail.trail` of some checks is `resource.trail` of others
    failed = frozenset(
        (one["check_id"], one["resource"].rpartition(".")[2]) for one in found["results"]["failed_checks"]
    )
    return Scan(passed=found["summary"]["passed"], failed=failed)


@pytest.mark.parametrize("skip", SKIPS, ids=[skip["check"] for skip in SKIPS])
def test_every_skip_has_a_reason_and_names_resources_that_a_stack_declares(
    skip: dict[str, Any], exported: Callable[[str], Document]
) -> None:
    assert all(skip[key].strip() for key in ("says", "reason", "instead"))
    declared = {
        name
        for stack in skip.get("stacks", STACKS)
        for name in exported(stack).content["resource"].get(skip["type"], {})
    }
    assert set(skip["resources"]) <= declared


def test_no_check_is_skipped_twice() -> None:
    checks = [skip["check"] for skip in SKIPS]
    assert len(checks) == len(set(checks))


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_checkov_finds_in_the_stacks_what_the_list_explains_and_nothing_else(
    tmp_path: Path, exported: Callable[[str], Document]
) -> None:
    needed: set[Finding] = set()
    for stack in STACKS:
        folder = tmp_path / stack
        folder.mkdir()
        found = scanned(folder, exported(stack))
        print(f"{stack}: {found.passed} passed, {len(found.failed)} explained")
        assert found.passed > 150, "the scanner did not see the stack"
        assert found.failed - explained(stack) == set(), f"{stack}: fix it, or explain it in tests/scan/skips.yaml"
        needed |= found.failed
    every = {finding for stack in STACKS for finding in explained(stack)}
    assert every - needed == set(), "explained, but Checkov finds nothing there any more: take it out of skips.yaml"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_checkov_sees_mistakes_that_are_planted_in_the_export(
    tmp_path: Path, exported: Callable[[str], Document]
) -> None:
    planted = exported("prod")
    made = planted.content["resource"]
    made["aws_s3_bucket_public_access_block"]["lake-raw"]["block_public_acls"] = False
    made["aws_kms_key"]["key"]["enable_key_rotation"] = False
    made["aws_sagemaker_endpoint_configuration"] = {
        name: {key: value for key, value in one.items() if key != "kms_key_arn"}
        for name, one in made["aws_sagemaker_endpoint_configuration"].items()
    }
    del made["aws_s3_bucket_versioning"]["lake-curated"]
    (policy,) = [one for name, one in made["aws_iam_role_policy"].items() if name == "training-data"]
    policy["policy"] = json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
    (configuration,) = made["aws_sagemaker_endpoint_configuration"]
    news = scanned(tmp_path, planted).failed - explained("prod")
    assert {
        ("CKV_AWS_53", "lake-raw"),
        ("CKV_AWS_7", "key"),
        ("CKV_AWS_98", configuration),
        ("CKV_AWS_21", "lake-curated"),
        ("CKV_AWS_63", "training-data"),
    } <= news
