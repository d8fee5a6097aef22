"""Errors of AWS's own client say what to do, and only those that have a way out."""

from botocore.exceptions import EndpointConnectionError, NoCredentialsError

from slipway.failure import Failure, in_our_words


def test_a_sandbox_that_is_gone_is_said_with_the_way_out() -> None:
    said = in_our_words(EndpointConnectionError(endpoint_url="http://127.0.0.1:1/"))
    assert isinstance(said, Failure)
    assert "http://127.0.0.1:1/" in str(said)
    assert "`slipway sandbox up`" in str(said)


def test_missing_credentials_are_said_with_the_way_out() -> None:
    assert "slipway sandbox env" in str(in_our_words(NoCredentialsError()))


def test_any_other_error_stays_what_it_is() -> None:
    error = KeyError("x")
    assert in_our_words(error) is error
