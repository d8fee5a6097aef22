from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from slipway.ephemeral import lease, reaping
from slipway.ephemeral.clock import Clock
from slipway.ephemeral.life import Life, Unclear
from slipway.ephemeral.stacks import Listed
from slipway.ephemeral.work import Place
from slipway.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway.ephemeral.reaping import Reaped

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


@dataclass
class Backend:
    """A state backend of which a test says what is in it; nothing in it can be ended."""

    lives: dict[str, Life | Exception | None]
    gone: set[str] = field(default_factory=set)
    """Stacks that somebody takes away between the list and the look at their tags."""
    at_once: int = 0
    most: int = 0
    look: Callable[[], None] = lambda: None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def listed(self, _: str | None) -> list[Listed]:
        return [Listed(project="slipway", stack=stack, resources=1) for stack in self.lives]

    def find(self, pull_request: int, project: str) -> Listed | None:
        stack = f"pr-{pull_request}"
        return None if stack in self.gone else Listed(project=project, stack=stack, resources=1)

    def life(self, listed: Listed) -> Life | None:
        with self._lock:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        self.look()
        with self._lock:
            self.at_once -= 1
        found = self.lives[listed.stack]
        if isinstance(found, Exception):
            raise found
        return found


class NoStore:
    """A store that cannot be reached."""

    def __getattr__(self, name: str) -> Any:
        raise OSError(f"no route to the store ({name})")


def reap(backend: Backend, at_once: int = 2) -> tuple[list[Reaped], list[str]]:
    heard: list[str] = []
    nothing = cast("Any", None)
    place = Place(
        stacks=cast("Any", backend),
        store=cast("Any", NoStore()),
        clock=Clock(moment=lambda: NOON),
        me=lease.here(),
        logs=nothing,
        patience_seconds=1,
        account=nothing,
    )
    results = reaping.reap(
        place,
        project=None,
        at_once=at_once,
        tell=lambda listed, text: heard.append(f"{listed.stack} {text}"),
        told=lambda one: heard.append(one.listed.stack),
    )
    return results, heard


def life(hours: float) -> Life:
    moment = NOON + timedelta(hours=hours)
    return Life(account="1" * 12, region="us-east-1", owner="me", commit="", expires=moment, status="up")


def test_what_is_not_ours_or_has_time_left_is_left_alone() -> None:
    results, heard = reap(Backend({"pr-1": None, "pr-2": life(1)}))
    assert [one.left_alone for one in results] == [
        "not made by `slipway ephemeral`",
        "expires 2026-11-25T13:00:00+00:00",
    ]
    assert all(one.good for one in results)
    assert sorted(heard) == ["pr-1", "pr-2"]


def test_a_failure_stays_with_its_stack_and_all_are_told_of() -> None:
    lives = {"pr-1": Failure("cannot be asked"), "pr-2": life(1), "pr-3": Unclear("half a tag"), "pr-4": None}
    results, heard = reap(Backend(cast("Any", lives)))
    assert results[0].failure == "cannot be asked"
    assert "no route to the store" in results[2].failure, "what half a tag means is seen under the lease"
    assert [bool(one.left_alone) for one in results] == [False, True, False, True]
    assert sorted(heard) == ["pr-1", "pr-2", "pr-3", "pr-4"]


def test_a_state_that_somebody_damaged_stops_no_other_stack() -> None:
    results, heard = reap(Backend(cast("Any", {"pr-1": KeyError("type"), "pr-2": life(1)})))
    assert "type" in results[0].failure
    assert results[1].left_alone
    assert sorted(heard) == ["pr-1", "pr-2"]


def test_a_stack_that_another_reap_took_away_first_is_no_failure() -> None:
    gone = Failure("no stack named 'pr-1' found")
    results, _ = reap(Backend(cast("Any", {"pr-1": gone}), gone={"pr-1"}))
    assert (results[0].failure, results[0].left_alone) == ("", reaping.MEANWHILE)
    assert results[0].good


def test_no_more_stacks_than_asked_for_are_worked_on_at_once() -> None:
    both = threading.Barrier(2, timeout=30)
    backend = Backend({f"pr-{number}": life(1) for number in range(1, 9)}, look=lambda: (both.wait(), None)[1])
    reap(backend, at_once=2)
    assert backend.most == 2
