"""moto has no lock: what one request walks over, another one may change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from slipway.sandbox.gateway.http import Request
from slipway.sandbox.gateway.sigv4 import Claim
from slipway.sandbox.moto_adapter.mount import TRIES, Moto
from slipway.sandbox.moto_adapter.quiet import QuietLock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Busy(Moto):
    """A moto that breaks on some requests before it answers."""

    def __init__(self, breaks: int, error: type[Exception] = RuntimeError) -> None:
        super().__init__(QuietLock(), load_state=lambda: None, keep=lambda: None)
        self.breaks, self.error, self.bodies = breaks, error, list[bytes]()

    def load(self) -> Any:
        """Give the application."""

        def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
            self.bodies.append(environ["wsgi.input"].read())
            if len(self.bodies) <= self.breaks:
                raise self.error("dictionary changed size during iteration")
            start("200 OK", [])
            return [b"answered"]

        return application


BODY = b"Action=ListRoles&Version=2010-05-08"
HEADERS = {"host": "127.0.0.1:1", "content-type": "application/x-www-form-urlencoded"}
CLAIM = Claim(
    access_key="123456789012",
    date="20261125",
    region="us-east-1",
    service="iam",
    signed_headers=("host",),
    signature="s",
    timestamp="20261125T000000Z",
    presigned=False,
)


def ask(moto: Busy) -> Any:
    return moto.answer(Request("POST", "/", "", HEADERS, BODY), CLAIM, "123456789012")


@pytest.mark.parametrize("breaks", [0, 1, TRIES - 1])
def test_a_request_that_meets_a_change_is_asked_again_whole(breaks: int) -> None:
    moto = Busy(breaks)
    assert ask(moto).body == b"answered"
    assert moto.bodies == [BODY] * (breaks + 1)


def test_what_breaks_again_and_again_is_not_hidden() -> None:
    with pytest.raises(RuntimeError, match="changed size"):
        ask(Busy(TRIES))


def test_an_operation_that_is_not_there_is_asked_for_once() -> None:
    moto = Busy(1, NotImplementedError)
    assert ask(moto).status == 501
    assert len(moto.bodies) == 1
