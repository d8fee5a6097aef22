"""Makes or updates the stack of a pull request: dev's values made small, in an account that was asked first."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import yaml

from slipway import stack_file
from slipway.ephemeral import engine_lock, guard, lease, life, naming, post_mortem, smallness, workspace
from slipway.ephemeral.life import Life
from slipway.ephemeral.stacks import Listed
from slipway.ephemeral.work import Watched, Work
from slipway.event_log import is_custom
from slipway.failure import Failure, Misuse
from slipway.pulumi_cli import Stack

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta
    from pathlib import Path
    from typing import Any

    from slipway.ephemeral.work import Place
    from slipway.event_log import EventLog

BASE = "Pulumi.dev.yaml"


@dataclass(frozen=True, kw_only=True)
class Order:
    """What was asked for."""

    project: Path
    pull_request: int
    ttl: timedelta
    keep_failed: timedelta
    """How long a stack that could not be made stays for whoever wants to look."""
    commit: str
    owner: str | None = None
    """Left out: dev's owner."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """A stack that stands."""

    listed: Listed
    life: Life
    changes: dict[str, int]
    """The engine's own count, by operation."""
    seconds: float


def make(place: Place, order: Order, *, tell: Callable[[str], None], progress: Callable[[EventLog], None]) -> Made:
    """Bring the stack of a pull request up, whatever of it there is already.

    Raises Failure where it could not be made: what there is of it stays for `keep_failed`, with a post-mortem file.
    """
    started = place.clock.now()
    project = workspace.project_name(order.project)
    listed = Listed(project=project, stack=naming.stack_of(order.pull_request), resources=0)
    config = _config(order)
    settings = smallness.settings(config, file=f"{BASE} made small for {listed.stack}")
    account = place.account(settings.stack.region)
    account.require(settings.stack.account, stack=listed.stack)
    wanted = Life(
        account=settings.stack.account,
        region=settings.stack.region,
        owner=settings.stack.owner,
        commit=order.commit,
        expires=place.clock.moment() + order.ttl,
        status="making",
    )
    with (
        lease.held(place.store, project, listed.stack, "up", clock=place.clock, me=place.me, tell=tell) as held,
        workspace.beside(order.project, listed.stack, config) as folder,
    ):
        work = Work(place=place, listed=listed, lease=held, tell=tell, progress=progress)
        stack = Stack(place.stacks.engine, folder, listed.stack, logs=place.logs)
        wanted = _prepare(work, stack, order.project, wanted)
        label = f"{work.name}-up"
        watched = Watched(work)
        try:
            events = stack.up(label, progress=watched)
        except Failure as error:
            if not watched.begun:  # nothing was changed: what stood before goes on standing
                raise
            kept = place.clock.moment() + order.keep_failed
            place.stacks.tell(listed, {life.STATUS: "failed", life.EXPIRES: _moment(kept)})
            file = post_mortem.write(place, listed, account, wanted, label=label, reason=str(error))
            raise Failure(
                f"stack {listed.stack} could not be made: {error}\n  post-mortem: {file}\n"
                f"  what there is of it stays until {_moment(kept)}; `slipway ephemeral down --pr "
                f"{order.pull_request}` ends it at once"
            ) from error
        if wanted.status != "up":
            place.stacks.tell(listed, {life.STATUS: "up"})
    counted = events.changes or {}
    resources = sum(1 for urn in events.operations if is_custom(urn))
    return Made(
        listed=replace(listed, resources=resources),
        life=replace(wanted, status="up"),
        changes=counted,
        seconds=place.clock.now() - started,
    )


def _config(order: Order) -> dict[str, Any]:
    file = order.project / BASE
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Misuse(f"{file} can't be read ({error}): an ephemeral stack is made of dev's values") from error
    return smallness.config(stack_file.settings(text, name=BASE), order.pull_request, owner=order.owner)


def _secrets_provider(project: Path) -> str | None:
    """Return the key that dev's secrets are under, for those of its test stacks; None for a passphrase."""
    found = yaml.safe_load((project / BASE).read_text("utf-8")).get("secretsprovider")
    return None if found is None else str(found)


def _prepare(work: Work, stack: Stack, project: Path, wanted: Life) -> Life:
    """Make the stack in the backend, or see that the one there is ours, and tag it before anything is made in it.

    Returns what the tags say then: an expiry that somebody set later than this `up` would is kept.
    """
    place, listed, found = work.place, work.listed, None
    there = place.stacks.find(listed.pull_request, listed.project)
    if there is None:
        stack.init(secrets_provider=_secrets_provider(project))
    else:
        with suppress(life.Unclear):  # killed between two tags: they are set anew
            found = place.stacks.life(listed)
        state = place.stacks.state(listed)
        workspace.know_secrets(stack.folder, listed.stack, state)
        if found is None and state.get("resources"):
            raise Failure(
                f"there is a stack {listed.stack} of project {listed.project} already, and `slipway ephemeral` did not "
                f"make it (it has no tag {life.PLACE}): rename it with `pulumi stack rename`"
            )
        if found is not None:
            if (found.account, found.region) != (wanted.account, wanted.region):
                raise Failure(
                    f"stack {listed.stack} lives in {found.account}/{found.region}, {BASE} says "
                    f"{wanted.account}/{wanted.region}: end it first with `slipway ephemeral down --pr "
                    f"{listed.pull_request}`"
                )
            guard.check(state, found, project=listed.project, stack=listed.stack, pull_request=listed.pull_request)
        engine_lock.settle(work)
    if found is not None and found.status == "up":
        wanted = replace(wanted, status="up", expires=max(wanted.expires, found.expires))
    before = {} if found is None else found.tags()
    place.stacks.tell(listed, {name: value for name, value in wanted.tags().items() if before.get(name) != value})
    return wanted


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
