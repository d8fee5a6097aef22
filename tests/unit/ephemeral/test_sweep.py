from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from slipway.ephemeral import sweep
from slipway.ephemeral.clock import Clock
from slipway.ephemeral.inventory.kind import Kind, Thing
from slipway.ephemeral.inventory.owner import Owner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.ephemeral.account import Account

OWNER = Owner(project="slipway", stack="pr-4", account="123456789012", region="us-east-1")
NOBODY = cast("Account", None)


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "DeleteThing")


@dataclass
class Cloud:
    """Things that resist their deletion for a while."""

    there: dict[str, int]
    """Name to how many deletions are refused."""
    code: str = "ResourceInUse"
    lost: int = 0
    """Lists that nobody answers."""
    seconds: float = 0.0
    told: list[str] = field(default_factory=list)

    def kind(self, name: str = "endpoints", *, order: int = 1) -> Kind:
        return Kind(name=name, order=order, find=self.find, delete=self.delete)

    def find(self, _: Account, __: Owner) -> Iterator[Thing]:
        if self.lost:
            self.lost -= 1
            raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1")
        yield from (Thing(kind="endpoints", name=name) for name in self.there)

    def delete(self, _: Account, thing: Thing) -> None:
        if self.there[thing.name]:
            self.there[thing.name] -= 1
            raise refused(self.code)
        del self.there[thing.name]

    def sweep(self, *, patience: float = 100.0) -> tuple[list[str], dict[str, str]]:
        def wait(seconds: float) -> None:
            self.seconds += seconds

        clock = Clock(now=lambda: self.seconds, wait=wait)
        kinds = [self.kind()]
        found, reasons = sweep.sweep(NOBODY, OWNER, clock, until=patience, tell=self.told.append, kinds=kinds)
        return [thing.name for thing in found.left], {thing.name: reason for thing, reason in reasons.items()}


def test_nothing_to_sweep_takes_no_time() -> None:
    cloud = Cloud({})
    assert cloud.sweep() == ([], {})
    assert cloud.seconds == 0


def test_what_aws_refuses_for_a_while_goes_later_with_growing_pauses() -> None:
    cloud = Cloud({"slipway-pr-4": 5, "other": 0})
    assert cloud.sweep() == ([], {})
    assert cloud.seconds == 0.5 + 1 + 2 + 4 + 8
    assert cloud.told == ["swept 1 endpoints", "swept 1 endpoints"]


def test_what_is_left_when_patience_ends_is_told_with_awss_reason() -> None:
    cloud = Cloud({"slipway-pr-4": 1000})
    assert cloud.sweep(patience=60) == (["slipway-pr-4"], {"slipway-pr-4": "ResourceInUse"})
    assert 60 <= cloud.seconds < 60 + sweep.LONGEST_WAIT


def test_a_refusal_that_no_waiting_changes_is_not_waited_for() -> None:
    cloud = Cloud({"slipway-pr-4": 1000}, code="AccessDeniedException")
    assert cloud.sweep() == (["slipway-pr-4"], {"slipway-pr-4": "AccessDeniedException"})
    assert cloud.seconds == 0


def test_a_network_that_comes_back_in_time_is_waited_for() -> None:
    cloud = Cloud({"slipway-pr-4": 0}, lost=3)
    assert cloud.sweep() == ([], {})
    assert "can't be reached" in cloud.told[0]


def test_a_network_that_stays_away_ends_the_sweep() -> None:
    cloud = Cloud({"slipway-pr-4": 0}, lost=1000)
    with pytest.raises(EndpointConnectionError):
        cloud.sweep(patience=30)


def test_a_kind_that_may_not_be_listed_proves_nothing() -> None:
    def hidden(_: Account, __: Owner) -> Iterator[Thing]:
        raise refused("AccessDenied")

    kind = Kind(name="roles", order=1, find=hidden, delete=lambda *_: None)
    found, _ = sweep.sweep(NOBODY, OWNER, Clock(), until=0, tell=print, kinds=[kind])
    assert found.left == ()
    assert found.unseen == {"roles": "DeleteThing: AccessDenied"}
    assert not found.proves


def test_tags_decide_before_names() -> None:
    assert OWNER.owns("anything", {"stack": "pr-4", "project": "slipway"})
    assert not OWNER.owns("slipway-pr-4", {"stack": "pr-42", "project": "slipway"})
    assert not OWNER.owns("anything", {"stack": "pr-4", "project": "other"})
    assert OWNER.owns("slipway-pr-4", {"team": "ml"})
    assert not OWNER.owns("anything", {})
