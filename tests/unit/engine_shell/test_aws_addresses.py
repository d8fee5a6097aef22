"""URLs of buckets and keys. What the real engine makes of old parameters: pkg/backend/diy/legacy_s3_params_test.go."""

import pytest

from slipway.engine.aws.address import BUCKET, COMMON, read_address
from slipway.engine.aws.clients import Connection
from slipway.engine.errors import EngineError

VALUES = {
    "region": "eu-central-1",
    "endpoint": "https://minio:9000",
    "profile": "ci",
    "rate_limiter_capacity": "10",
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_supported",
    "awssdk": "v2",
    "ssetype": "aws:kms",
    "kmskeyid": "1234abcd",
}


@pytest.mark.parametrize("name", BUCKET)
def test_every_parameter_of_the_real_engine_is_accepted(name: str) -> None:
    value = VALUES.get(name, "true")
    assert read_address(f"s3://b/p?{name}={value}", BUCKET).parameters == {name: value}


@pytest.mark.parametrize("name", ["bogus", "Region", "context_app", "access_key"])
def test_an_unknown_parameter_is_refused_by_name_with_those_that_are_known(name: str) -> None:
    with pytest.raises(EngineError, match=f"unknown query parameter '{name}'; known are: accelerate, .*use_path_style"):
        read_address(f"s3://b?region=eu-central-1&{name}=x", BUCKET)


@pytest.mark.parametrize("name", sorted(set(BUCKET) - set(COMMON)))
def test_what_only_buckets_have_is_refused_for_a_key(name: str) -> None:
    with pytest.raises(EngineError, match=f"unknown query parameter '{name}'; known are: .*context_NAME"):
        read_address(f"awskms://alias/k?{name}=true", COMMON, context=True)


@pytest.mark.parametrize(
    ("query", "endpoint"),
    [
        ("", None),
        ("endpoint=https://minio:9000", "https://minio:9000"),
        ("endpoint=minio:9000", "https://minio:9000"),
        ("endpoint=minio:9000&disableSSL=true", "http://minio:9000"),
        ("endpoint=minio:9000&disable_https=1", "http://minio:9000"),
        ("endpoint=https://minio:9000&disableSSL=true", "https://minio:9000"),
        ("endpoint=minio:9000&disableSSL=false", "https://minio:9000"),
        ("endpoint=http%3A%2F%2F127.0.0.1%3A9000", "http://127.0.0.1:9000"),
    ],
)
def test_an_endpoint_without_a_scheme_gets_the_one_that_the_switch_says(query: str, endpoint: str | None) -> None:
    assert read_address(f"s3://b?{query}", BUCKET).endpoint == endpoint


@pytest.mark.parametrize(
    ("query", "allowed"),
    [
        ("s3ForcePathStyle=banana", "true or false"),
        ("disableSSL=", "true or false"),
        ("ssetype=rot13", "AES256 or aws:fsx or aws:kms"),
        ("request_checksum_calculation=never", "when_supported or when_required"),
        ("rate_limiter_capacity=much", "a whole number"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_with_what_is_allowed(query: str, allowed: str) -> None:
    name, _, value = query.partition("=")
    with pytest.raises(EngineError, match=f"invalid value '{value}' of query parameter '{name}': {allowed}"):
        read_address(f"s3://b?{query}", BUCKET)


@pytest.mark.parametrize("url", ["s3://AKIA:s3cr3t@bucket/p", "awskms://AKIA:s3cr3t@alias/k"])
def test_credentials_in_a_url_are_refused_and_not_shown(url: str) -> None:
    with pytest.raises(EngineError, match="holds no credentials: take them out and set AWS_PROFILE") as refusal:
        read_address(url, COMMON)
    assert "s3cr3t" not in refusal.value.message
    assert "AKIA" not in refusal.value.message


def test_an_encryption_context_is_read_from_its_parameters_each_given_once() -> None:
    address = read_address("awskms://alias/k?context_abc=foo&context_def=b%26r&region=x", COMMON, context=True)
    assert (address.context, address.parameters) == ({"abc": "foo", "def": "b&r"}, {"region": "x"})
    with pytest.raises(EngineError, match="'context_abc' stands in it 2 times"):
        read_address("awskms://alias/k?context_abc=foo&context_abc=bar", COMMON, context=True)


@pytest.mark.usefixtures("identity")
@pytest.mark.parametrize(
    ("query", "addressing", "request_checksums"),
    [
        ("", "auto", "when_supported"),
        ("s3ForcePathStyle=true", "path", "when_supported"),
        ("use_path_style=true&endpoint=https://minio:9000", "path", "when_required"),
        ("hostname_immutable=true&endpoint=https://minio:9000", "path", "when_required"),
        ("endpoint=https://minio:9000&request_checksum_calculation=when_supported", "auto", "when_supported"),
    ],
)
def test_a_client_is_made_as_the_url_says(query: str, addressing: str, request_checksums: str) -> None:
    client = Connection(read_address(f"s3://b?region=eu-central-1&{query}", BUCKET)).client("s3")
    assert (client.meta.config.s3 or {}).get("addressing_style", "auto") == addressing
    assert client.meta.config.request_checksum_calculation == request_checksums
    assert client.meta.region_name == "eu-central-1"


@pytest.mark.usefixtures("identity")
def test_the_region_of_the_url_comes_before_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EngineError, match=r"unable to open s3://b: no AWS region is named; append region=REGION"):
        Connection(read_address("s3://b", BUCKET)).client("s3")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")
    assert Connection(read_address("s3://b", BUCKET)).region == "eu-west-3"
    monkeypatch.setenv("AWS_REGION", "eu-west-2")
    assert Connection(read_address("s3://b", BUCKET)).region == "eu-west-2"
    assert Connection(read_address("s3://b?region=eu-west-1", BUCKET)).region == "eu-west-1"
