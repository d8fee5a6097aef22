"""Sessions end, as on AWS."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from slipway.sandbox.gateway.errors import RefusalError
from slipway.sandbox.gateway.http import Request
from slipway.sandbox.gateway.sigv4 import Claim
from slipway.sandbox.iam.authority import Authority
from slipway.sandbox.iam.denials import Denials, read
from slipway.sandbox.iam.holdings import Grant, Guarded, Identity
from slipway.sandbox.iam.principals import Caller

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from slipway.sandbox.iam.dependents import Encryption
    from slipway.sandbox.iam.resources import Place

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
CALLER = Caller(
    "role", "arn:aws:sts::123456789012:assumed-role/r/s", "123456789012", role_arn="arn:aws:iam::123456789012:role/r"
)
EVERYTHING = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}'


class OneSession:
    """A store that knows one session and nothing else."""

    def identity(self, access_key: str, account: str) -> Identity:
        assert (access_key, account) == ("ASIA", "123456789012")
        return Identity(CALLER, (EVERYTHING,), token="token", expires=NOW + timedelta(hours=1))

    def principal(self, arn: str) -> Identity | None:
        raise AssertionError(arn)

    def guarded(self, action: str, resource: str, place: Place) -> Guarded:
        assert action
        assert resource
        return Guarded(place.account)

    def grants(self, key: str) -> tuple[Grant, ...]:
        raise AssertionError(key)

    def tags(self, arn: str) -> Mapping[str, str]:
        raise AssertionError(arn)

    def lookup(self, rule: str, value: str, place: Place) -> str | None:
        raise AssertionError((rule, value, place))

    def absent(self, bucket: str, key: str) -> bool:
        raise AssertionError((bucket, key))

    def stored(self, bucket: str, key: str) -> Encryption | None:
        raise AssertionError((bucket, key))

    def default(self, bucket: str, key: str, named: str, place: Place) -> Encryption | None:
        raise AssertionError((bucket, key, named, place))


def ask(file: Path, now: datetime, operation: str = "AmazonSQS.ListQueues", service: str = "sqs") -> None:
    headers = {"host": "127.0.0.1", "x-amz-target": operation, "x-amz-security-token": "token"}
    claim = Claim("ASIA", "20260601", "us-east-1", service, ("host",), "", "", presigned=False)
    authority = Authority(OneSession(), Denials(file), lambda: now)
    authority.require(Request("POST", "/", "", headers, b"{}"), claim, "123456789012")


def test_a_session_may_act_until_its_time_is_over(tmp_path: Path) -> None:
    ask(tmp_path / "denials", NOW + timedelta(minutes=59))
    with pytest.raises(RefusalError, match="expired") as refused:
        ask(tmp_path / "denials", NOW + timedelta(minutes=61))
    assert refused.value.code == "ExpiredToken"
    assert read(tmp_path / "denials") == []


def test_what_is_denied_is_kept_with_the_time_of_the_clock(tmp_path: Path) -> None:
    with pytest.raises(RefusalError, match="sns:ListTopics"):
        ask(tmp_path / "denials", NOW, "SNS.ListTopics", "sns")
    (denial,) = read(tmp_path / "denials")
    assert (denial.time, denial.action, denial.caller) == ("2026-06-01T12:00:00+00:00", "sns:ListTopics", CALLER.arn)
