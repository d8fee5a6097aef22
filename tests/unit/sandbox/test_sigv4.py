"""Our verification against botocore's own signer, without a server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from slipway.sandbox.gateway.errors import RefusalError
from slipway.sandbox.gateway.http import Request
from slipway.sandbox.gateway.sigv4 import claim_of, verify

ACCOUNT, SECRET = "123456789012", "a secret"
HOST = "127.0.0.1:4747"


def now() -> datetime:
    return datetime.now(UTC)


def signed(service: str, method: str, path: str, query: str = "", body: bytes = b"") -> Request:
    url = f"http://{HOST}{path}" + (f"?{query}" if query else "")
    request = AWSRequest(method, url, data=body, headers={"Host": HOST, "X-Custom": "  two   words "})
    signer = S3SigV4Auth if service == "s3" else SigV4Auth
    signer(Credentials(ACCOUNT, SECRET), service, "us-east-1").add_auth(request)
    return Request(method, path, query, {name.lower(): value for name, value in request.headers.items()}, body)


def check(request: Request, secret: str = SECRET, at: datetime | None = None) -> None:
    claim = claim_of(request)
    assert claim is not None
    assert claim.access_key == ACCOUNT
    verify(request, claim, secret, lambda: at or now())


text = st.text(min_size=0, max_size=12)


@given(
    st.sampled_from(["s3", "sagemaker", "lambda"]), st.lists(text, max_size=4), st.dictionaries(text, text), st.binary()
)
def test_whatever_botocore_signs_is_accepted(
    service: str, parts: list[str], pairs: dict[str, str], body: bytes
) -> None:
    path = "/" + "/".join(quote(part, safe="~") for part in parts)
    query = "&".join(f"{quote(key, safe='~')}={quote(value, safe='~')}" for key, value in pairs.items() if key)
    check(signed(service, "POST", path, query, body))


@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("PUT", "/a/b", "x=1", b"text"),
        ("GET", "/a/c", "x=1", b"text"),
        ("GET", "/a/b", "x=2", b"text"),
        ("GET", "/a/b", "x=1", b"Text"),
        ("GET", "/a/b", "", b"text"),
    ],
)
def test_whatever_changes_after_signing_is_refused(method: str, path: str, query: str, body: bytes) -> None:
    original = signed("lambda", "GET", "/a/b", "x=1", b"text")
    check(original)
    with pytest.raises(RefusalError):
        check(Request(method, path, query, original.headers, body))


def test_a_changed_or_missing_signed_header_is_refused() -> None:
    request = signed("s3", "GET", "/a")
    for headers in (
        {**request.headers, "x-custom": "other words"},
        {name: value for name, value in request.headers.items() if name != "x-custom"},
    ):
        with pytest.raises(RefusalError):
            check(Request("GET", "/a", "", headers))


def test_another_secret_is_refused() -> None:
    with pytest.raises(RefusalError, match="own secret"):
        check(signed("s3", "GET", "/a"), secret="another")


def test_a_header_signature_lives_a_quarter_of_an_hour() -> None:
    request = signed("s3", "GET", "/a")
    check(request, at=now() + timedelta(minutes=14))
    for moment in (now() + timedelta(minutes=16), now() - timedelta(minutes=16)):
        with pytest.raises(RefusalError, match="expired"):
            check(request, at=moment)


def test_a_presigned_url_lives_as_long_as_it_says_and_no_longer() -> None:
    request = AWSRequest("GET", f"http://{HOST}/b/k%2F?versionId=1", headers={})
    S3SigV4QueryAuth(Credentials(ACCOUNT, SECRET), "s3", "us-east-1", expires=3600).add_auth(request)
    parts = urlsplit(str(request.url))
    arrived = Request("GET", parts.path, parts.query, {"host": HOST})
    check(arrived, at=now() + timedelta(minutes=59))
    with pytest.raises(RefusalError, match="expired"):
        check(arrived, at=now() + timedelta(minutes=61))
    with pytest.raises(RefusalError):
        check(Request("DELETE", parts.path, parts.query, {"host": HOST}))


def test_a_signature_of_the_wrong_day_is_refused() -> None:
    request = signed("s3", "GET", "/a")
    headers = {**request.headers, "authorization": request.header("authorization").replace("/2", "/1", 1)}
    with pytest.raises(RefusalError):
        check(Request("GET", "/a", "", headers))


def test_a_request_without_a_signature_claims_nothing() -> None:
    assert claim_of(Request("GET", "/", "", {"host": HOST})) is None
