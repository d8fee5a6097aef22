"""The command line on a bucket: every command works as on a folder, and what AWS refuses is said in words."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest

from tests.aws_doubles import OneAnswer, s3_refusal

Ok = Callable[..., str]
Run = Callable[..., CompletedProcess[str]]
STATE = {
    "manifest": {"time": "2026-11-21T06:55:06.496809461Z", "magic": "m", "version": "v3.260.0"},
    "resources": [{"urn": "urn:pulumi:dev::app::pulumi:pulumi:Stack::app-dev", "type": "pulumi:pulumi:Stack"}],
}


@pytest.fixture
def on_bucket(bucket_url: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    assert project.is_dir()
    monkeypatch.setenv("PULUMI_BACKEND_URL", bucket_url)
    return bucket_url


@pytest.fixture
def objects(on_bucket: str, moto: str) -> Callable[[], list[str]]:
    """List the bucket's keys below the prefix, as any other client sees them."""
    client = boto3.client("s3", endpoint_url=moto, region_name="us-east-1")

    def found() -> list[str]:
        answer = client.list_objects_v2(Bucket=urlsplit(on_bucket).netloc)
        return [item["Key"].removeprefix("team/ml/.pulumi/") for item in answer.get("Contents", [])]

    return found


@pytest.mark.slow
def test_a_stack_in_a_bucket_lives_through_every_command(
    ok: Ok, run: Run, objects: Callable[[], list[str]], tmp_path: Path, on_bucket: str
) -> None:
    ok("stack", "init", "dev")
    assert objects() == ["meta.yaml", "stacks/app/dev.json"]
    assert run("stack", "init", "dev").stderr == "error: stack 'organization/app/dev' already exists\n"
    ok("stack", "tag", "set", "owner", "ml")
    file = tmp_path / "in.json"
    file.write_text(json.dumps({"version": 3, "deployment": STATE}))
    ok("stack", "import", "--file", str(file))
    names = ["backups/app/dev/dev.#.json", "meta.yaml", "stacks/app/dev.json", "stacks/app/dev.json.bak"]
    assert [_masked(key) for key in objects()] == [*names, "stacks/app/dev.pulumi-tags"]
    exported = json.loads(ok("stack", "export"))["deployment"]
    assert exported["resources"] == STATE["resources"]
    (listed,) = json.loads(ok("stack", "ls", "--json", "--tag", "owner=ml"))
    assert (listed["name"], listed["resourceCount"]) == ("dev", 1)
    ok("stack", "rename", "blue")
    assert "urn:pulumi:blue::app::" in ok("stack", "export")
    assert ok("stack", "tag", "get", "owner") == "ml\n"
    assert f"Backend URL: {on_bucket}\nToken type: none (s3 backend)" in ok("whoami", "--verbose")
    assert json.loads(ok("stack", "history", "--json")) == []
    assert "(0 lock(s) deleted)" in ok("cancel", "--yes")
    ok("stack", "rm", "blue", "--yes", "--force", "--remove-backups")
    assert [_masked(key) for key in objects()] == ["backups/app/dev/dev.#.json", "meta.yaml", "stacks/app/dev.json.bak"]


def _masked(key: str) -> str:
    return ".".join("#" if part.isdigit() else part for part in key.split("."))


def test_a_bucket_is_found_by_login_and_by_the_project_file(
    ok: Ok, run: Run, on_bucket: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PULUMI_BACKEND_URL")
    assert f"({on_bucket})" in ok("login", on_bucket)
    ok("stack", "init", "dev")
    ok("logout")
    assert "no state backend is chosen" in run("stack", "ls").stderr
    (project / "Pulumi.yaml").write_text(f"name: app\nruntime: python\nbackend:\n  url: {on_bucket}\n")
    assert ok("stack", "--show-name") == "dev\n"


@pytest.mark.slow
def test_a_state_moves_between_a_folder_and_a_bucket_by_export_and_import(
    ok: Ok, on_bucket: str, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert on_bucket
    ok("stack", "init", "dev")
    (tmp_path / "in.json").write_text(json.dumps({"version": 3, "deployment": STATE}))
    ok("stack", "import", "--file", str(tmp_path / "in.json"))
    exported = ok("stack", "export")
    (tmp_path / "out.json").write_text(exported)
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{state}")
    ok("stack", "init", "dev")
    ok("stack", "import", "--file", str(tmp_path / "out.json"))
    assert json.loads(ok("stack", "export")) == json.loads(exported)


@pytest.fixture
def answering() -> Iterator[Callable[..., OneAnswer]]:
    with ExitStack() as servers:
        yield lambda *answer: servers.enter_context(OneAnswer(*answer))


@pytest.mark.usefixtures("identity", "project")
@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (404, "NoSuchBucket", "there is no bucket 'state'; correct the URL, or make the bucket: `aws s3api create-b"),
        (403, "AccessDenied", "access denied; the credentials must be allowed s3:ListBucket on the bucket and s3:GetO"),
        (403, "InvalidAccessKeyId", "AWS does not know these credentials, or their secret is another; set AWS_PROFILE"),
        (403, "SignatureDoesNotMatch", "AWS does not know these credentials, or their secret is another; set AWS_PROF"),
        (400, "ExpiredToken", "the AWS credentials have expired; set AWS_PROFILE"),
        (403, "RequestTimeTooSkewed", "this machine's clock differs too much from AWS's; set it right"),
        (418, "Teapot", "ListObjectsV2 is refused: Teapot: no; check the URL's endpoint=http://127.0.0.1:"),
    ],
)
def test_what_s3_refuses_is_said_with_the_url_and_the_way_out(
    run: Run, answering: Any, monkeypatch: pytest.MonkeyPatch, status: int, code: str, words: str
) -> None:
    server = answering(status, s3_refusal(code))
    url = f"s3://state/p?region=us-east-1&endpoint={server.endpoint}"
    monkeypatch.setenv("PULUMI_BACKEND_URL", url)
    done = run("stack", "ls")
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: could not list s3://state/p/.pulumi/stacks/ (backend {url}): {words}")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.usefixtures("identity", "project")
def test_a_bucket_of_another_region_is_named_with_its_region(
    run: Run, answering: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = s3_refusal("AuthorizationHeaderMalformed")
    server = answering(400, body, {"x-amz-bucket-region": "eu-central-1"})
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"s3://state?region=us-east-1&endpoint={server.endpoint}")
    assert "the bucket lies in another region; say region=eu-central-1 in the URL" in run("stack", "ls").stderr


@pytest.mark.usefixtures("identity", "project")
def test_an_endpoint_that_is_no_s3_is_named(run: Run, answering: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    server = answering(200, "<html><body>hello<br>")
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"s3://state?region=us-east-1&endpoint={server.endpoint}")
    assert f"check the URL's endpoint={server.endpoint}" in run("stack", "ls").stderr


@pytest.mark.usefixtures("identity", "project")
def test_an_endpoint_where_nothing_answers_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    server = OneAnswer(200, "")
    server.stop()
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"s3://state?region=us-east-1&endpoint={server.endpoint}")
    stderr = run("stack", "ls").stderr
    assert "no answer (Could not connect to the endpoint URL" in stderr
    assert f"check the URL's endpoint={server.endpoint}, and the network" in stderr


@pytest.mark.usefixtures("project")
def test_without_credentials_the_ways_to_have_some_are_named(
    run: Run, on_bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    done = run("login", on_bucket)
    assert done.returncode == 1
    assert "no usable AWS credentials (Unable to locate credentials); set AWS_PROFILE, or AWS_ACC" in done.stderr
    done = run("login", f"{on_bucket}&profile=nobody")
    assert "profile (nobody) could not be found; `aws configure list-profiles`" in done.stderr


@pytest.mark.parametrize("url", ["s3://", "s3:///prefix", "s3://b$d"])
def test_a_url_without_a_bucket_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"{url}?region=us-east-1")
    assert "write s3://BUCKET/PREFIX?region=REGION" in run("stack", "ls").stderr
