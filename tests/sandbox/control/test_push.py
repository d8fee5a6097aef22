"""`slipway sandbox push`: the project's images get into their repositories without docker."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.slow

HOST = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
SERVING, TRAINING = f"{HOST}/slipway-dev/serving:1", f"{HOST}/slipway-dev/training:1"


@pytest.fixture
def pushing(start_sandbox: Callable[..., Any], control_word: Callable[..., Any], tmp_path: Path) -> Any:
    """Return a sandbox over a project with two images and their repositories, the project, and its `push`."""
    project = tmp_path / "project"
    for name in ("serving", "training"):
        (project / name).mkdir(parents=True)
        (project / name / "__main__.py").write_text(f"print('{name}')\n", encoding="utf-8")
        (project / name / "Dockerfile").write_text(f"FROM scratch\nCOPY {name} /opt/{name}\n", encoding="utf-8")
    sandbox = start_sandbox("state", "--port", "0", "--project", str(project))
    for name in ("serving", "training"):
        sandbox.client("ecr").create_repository(repositoryName=f"slipway-dev/{name}", imageTagMutability="IMMUTABLE")
    return sandbox, project, lambda *words: control_word("push", *words, state=sandbox.state)


def digests(sandbox: Any, name: str) -> dict[str, str]:
    details = sandbox.client("ecr").describe_images(repositoryName=f"slipway-dev/{name}")["imageDetails"]
    return {tag: each["imageDigest"] for each in details for tag in each["imageTags"]}


def test_images_are_pushed_by_content_and_a_second_time_too(pushing: Any) -> None:
    sandbox, _, push = pushing
    first = push(SERVING, TRAINING)
    assert first.returncode == 0, first.stderr
    serving, training = digests(sandbox, "serving")["1"], digests(sandbox, "training")["1"]
    assert first.stdout.splitlines() == [f"{SERVING} {serving}", f"{TRAINING} {training}"]
    assert serving != training

    again = push(SERVING)
    assert (again.returncode, again.stdout) == (0, f"{SERVING} {serving} (pushed before)\n")
    other_tag = push("--json", SERVING.replace(":1", ":2"))
    assert [each["digest"] for each in json.loads(other_tag.stdout)] == [serving]


def test_other_content_under_the_same_tag_is_refused_with_the_way_out(pushing: Any) -> None:
    sandbox, project, push = pushing
    assert push(SERVING).returncode == 0
    before = digests(sandbox, "serving")
    (project / "serving/__main__.py").write_text("print('changed')\n", encoding="utf-8")
    refused = push(SERVING)
    assert refused.returncode == 1
    assert "raise the tag of this image in the stack file (`slipway:images`)" in refused.stderr
    assert digests(sandbox, "serving") == before
    assert push(SERVING.replace(":1", ":2")).returncode == 0
    assert len(set(digests(sandbox, "serving").values())) == 2


def test_what_cannot_be_pushed_is_told(pushing: Any) -> None:
    _, project, push = pushing
    missing = push(SERVING.replace("slipway-dev", "nobody"))
    assert missing.returncode == 1
    assert "has no repository nobody/serving in us-east-1: make the stack first" in missing.stderr
    unknown = push(f"{HOST}/slipway-dev/triton:1")
    assert unknown.returncode == 1
    assert f"the image's folder in the project has no Dockerfile: {project}/triton/Dockerfile" in unknown.stderr
    for wrong in ("serving:1", f"{HOST}/slipway-dev/serving", f"{SERVING}@sha256:{'0' * 64}"):
        misuse = push(wrong)
        assert misuse.returncode == 2
        assert "an image is ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG" in misuse.stderr


def test_another_account_and_region_have_their_own_repositories(pushing: Any) -> None:
    sandbox, _, push = pushing
    account, region = "222233334444", "eu-west-1"
    ecr = sandbox.client("ecr", account=account, region=region)
    ecr.create_repository(repositoryName="slipway-prod/serving")
    assert push(f"{account}.dkr.ecr.{region}.amazonaws.com/slipway-prod/serving:7").returncode == 0
    assert ecr.list_images(repositoryName="slipway-prod/serving")["imageIds"][0]["imageTag"] == "7"


def test_a_push_needs_a_running_sandbox(control_word: Callable[..., Any], tmp_path: Path) -> None:
    done = control_word("push", SERVING, state=tmp_path / "nothing")
    assert done.returncode == 1
    assert "start it with `slipway sandbox up`" in done.stderr
