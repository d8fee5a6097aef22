import pytest

from slipway.sandbox.provider.clients import is_loopback
from slipway.sandbox.provider.configuration import configure, parsed, problems
from slipway.sandbox.provider.problems import Problem

GIVEN = {"region": "us-east-1", "accessKey": "123456789012", "secretKey": "s"}


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY", raising=False)


@pytest.mark.parametrize("url", ["http://127.0.0.1:4747", "http://localhost:1", "http://[::1]:1", "http://127.9.9.9"])
def test_loopback_addresses(url: str) -> None:
    assert is_loopback(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://s3.amazonaws.com",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://127.0.0.1@example.com",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "127.0.0.1:4747",
        "",
    ],
)
def test_what_only_looks_like_loopback(url: str) -> None:
    assert not is_loopback(url)


def test_one_foreign_endpoint_among_many_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://s3.amazonaws.com")
    with pytest.raises(Problem, match="the endpoint of s3 is https:"):
        configure(GIVEN)


def test_credentials_are_never_looked_up_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(Problem, match="no credentials"):
        configure({"region": "us-east-1"})


def test_a_sandbox_that_is_gone_is_said_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(Problem, match=r"no sandbox answers: .*127.0.0.1:1.*`slipway sandbox up`"):
        configure({**GIVEN, "allowedAccountIds": '["123456789012"]'})


def test_a_missing_region_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(Problem, match="no region"):
        configure({"accessKey": "1", "secretKey": "2"})


def test_inputs_travel_as_json_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert parsed({"skipMetadataApiCheck": "true", "region": "us-east-1"}) == {
        "skipMetadataApiCheck": True,
        "region": "us-east-1",
    }
    found = configure({**GIVEN, "defaultTags": '{"tags":{"team":"ml"}}'})
    assert found.default_tags == {"team": "ml"}
    assert found.region == "us-east-1"


def test_inputs_that_mean_another_aws_are_refused() -> None:
    assert [name for name, _ in problems({"assumeRoles": "[]", "region": "us-east-1"})] == ["assumeRoles"]
