"""The five commands, each in its own order: what is asked for in, what is printed and the exit code out."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from slipway.ephemeral import duration, ending, lease, life, naming, reaping, words
from slipway.ephemeral.account import Account
from slipway.ephemeral.clock import Clock
from slipway.ephemeral.progress import Progress
from slipway.ephemeral.stacks import Stacks
from slipway.ephemeral.store import open_store
from slipway.ephemeral.work import Place
from slipway.failure import Failure, Misuse
from slipway.interruption import interruptible

if TYPE_CHECKING:
    from datetime import timedelta

    from slipway.ephemeral.reaping import Reaped
    from slipway.ephemeral.stacks import Listed
    from slipway.pulumi_cli import Engine

LEFT = 4
"""Exit code of a stack that is not proved to be gone."""
MOST_AT_ONCE = 16
LISTED_AT_ONCE = 4
"""Stacks whose tags are read side by side."""


def up(
    engine: Engine,
    project: Path,
    *,
    pull_request: str,
    ttl: str,
    keep_failed: str,
    commit: str,
    owner: str | None,
    logs: Path | None,
) -> int:
    """Make or update the stack of a pull request."""
    from slipway.ephemeral import making  # noqa: PLC0415 - it alone needs the project's folder

    order = making.Order(
        project=project,
        pull_request=naming.number(pull_request),
        ttl=duration.read(ttl, flag="--ttl"),
        keep_failed=duration.read(keep_failed, flag="--keep-failed"),
        commit=commit,
        owner=owner,
    )
    progress = Progress()
    with interruptible():
        place = _place(engine, logs=logs, patience=duration.read("15m", flag="--patience"))
        made = making.make(place, order, tell=progress.say, progress=progress.of("up"))
    for line in words.made(made, place.clock.moment()):
        progress.say(line)
    return 0


def extend(engine: Engine, *, pull_request: str, ttl: str, project: str | None) -> int:
    """Let a stack live for `ttl` from now on; nothing but its stack tag is touched."""
    number, length = naming.number(pull_request), duration.read(ttl, flag="--ttl")
    stacks, clock = Stacks(engine), Clock()
    listed, found = _ours(stacks, number, project)
    moment = clock.moment() + length
    stacks.tell(listed, {life.EXPIRES: moment.isoformat(timespec="seconds")})
    before, after = (one.isoformat(timespec="seconds") for one in (found.expires, moment))
    print(f"stack {listed.stack} expires {after}, in {duration.said(length)} (was {before})")
    return 0


def show(engine: Engine, *, project: str | None, as_json: bool) -> int:
    """Print every ephemeral stack of the state backend."""
    stacks, now = Stacks(engine), Clock().moment()
    listed = stacks.listed(project)
    unclear: list[str] = []

    def life_of(one: Listed) -> life.Life | None:
        try:
            return stacks.life(one)
        except life.Unclear as error:
            unclear.append(str(error))
            return None

    with ThreadPoolExecutor(LISTED_AT_ONCE) as pool:
        rows = [(one, found) for one, found in zip(listed, pool.map(life_of, listed), strict=True) if found]
    if as_json:
        print(json.dumps(words.as_json(rows, now), indent=1))
    elif rows:
        print("\n".join(words.table(rows, now)))
    else:
        print(f"no ephemeral stacks in {stacks.url()}")
    for text in unclear:
        print(text, file=sys.stderr)
    return 0


def down(engine: Engine, *, pull_request: str, project: str | None, patience: str, logs: Path | None) -> int:
    """End the stack of a pull request and prove it; 4 where anything is left."""
    number, length = naming.number(pull_request), duration.read(patience, flag="--patience")
    progress = Progress()
    with interruptible():
        place = _place(engine, logs=logs, patience=length)
        listed = place.stacks.find(number, project)
        if listed is None:
            print(f"there is no stack {naming.stack_of(number)} in {place.stacks.url()}: nothing to end")
            return 0
        ended = ending.end(place, listed, tell=progress.say, progress=progress.of("destroy"))
    if ended is None:
        print(f"stack {listed.stack} was ended by somebody else meanwhile")
        return 0
    print("\n".join(words.ended(ended)), file=sys.stdout if ended.gone else sys.stderr)
    return 0 if ended.gone else LEFT


def reap(engine: Engine, *, project: str | None, at_once: int, patience: str, logs: Path | None) -> int:
    """End every expired stack; 1 where one failed, else 4 where anything is left."""
    if not 1 <= at_once <= MOST_AT_ONCE:
        raise Misuse(f"--at-once {at_once} is out of bounds: from 1 to {MOST_AT_ONCE} stacks side by side")
    length = duration.read(patience, flag="--patience")

    def tell(listed: Listed, text: str) -> None:
        print(f"{listed.stack}: {text}", flush=True)

    def told(one: Reaped) -> None:
        print("\n".join(words.one_reaped(one)), file=sys.stdout if one.good else sys.stderr, flush=True)

    with interruptible():
        place = _place(engine, logs=logs, patience=length)
        started = place.clock.now()
        results = reaping.reap(place, project=project, at_once=at_once, tell=tell, told=told)
    print("\n".join(words.reaped(results, place.clock.now() - started)))
    if any(one.failure for one in results):
        return 1
    return 0 if all(one.good for one in results) else LEFT


def _ours(stacks: Stacks, number: int, project: str | None) -> tuple[Listed, life.Life]:
    listed = stacks.find(number, project)
    if listed is None:
        raise Failure(
            f"there is no stack {naming.stack_of(number)} in {stacks.url()}: `slipway ephemeral list` shows all"
        )
    found = stacks.life(listed)
    if found is None:
        raise Failure(f"stack {listed.stack} was not made by `slipway ephemeral up`: it has no tag {life.PLACE}")
    return listed, found


def _place(engine: Engine, *, logs: Path | None, patience: timedelta) -> Place:
    stacks = Stacks(engine)
    return Place(
        stacks=stacks,
        store=open_store(stacks.url()),
        clock=Clock(),
        me=lease.here(),
        logs=(Path.cwd() / ".slipway" / "ephemeral" if logs is None else logs).absolute(),
        patience_seconds=patience.total_seconds(),
        account=cache(Account),
    )
