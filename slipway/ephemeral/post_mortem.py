"""What is left to read of a stack that could not be made: events, the engine's words, logs, state, in one file."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from slipway.ephemeral.inventory import jobs, watching
from slipway.ephemeral.inventory.owner import Owner
from slipway.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slipway.ephemeral.account import Account
    from slipway.ephemeral.life import Life
    from slipway.ephemeral.stacks import Listed
    from slipway.ephemeral.work import Place

MOST_EVENTS = 10_000
"""Log lines of one group at most, the newest; what a job printed a million times is not read by anybody."""


def write(place: Place, listed: Listed, account: Account, life: Life, *, label: str, reason: str) -> Path:
    """Write the post-mortem of a stack as a ZIP file and return where it is; what can't be had is named in it."""
    file = place.logs / f"{listed.project}-{listed.stack}-post-mortem.zip"
    file.parent.mkdir(parents=True, exist_ok=True)
    missing: list[str] = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in (f"{label}.events.jsonl", f"{label}.log"):
            source = place.logs / name
            if source.is_file():
                archive.write(source, name)
            else:
                missing.append(name)
        try:
            state = place.stacks.state(listed)
            archive.writestr("state.json", json.dumps(state, indent=1))  # secrets are still encrypted in it
            owner = Owner(project=listed.project, stack=listed.stack, account=life.account, region=life.region)
            for group, text in _logs(account, owner):
                archive.writestr(f"logs{group}.log" if group.startswith("/") else f"logs/{group}.log", text)
        except (Failure, ClientError, BotoCoreError) as error:
            missing.append(f"state and logs: {error}")
        told = [
            f"stack {listed.stack} of project {listed.project}, account {life.account}, region {life.region}",
            f"commit {life.commit or 'unknown'}, owner {life.owner}",
            "",
            reason,
            *(["", "not in this file:", *missing] if missing else []),
        ]
        archive.writestr("summary.txt", "\n".join(told) + "\n")
    return file


def _logs(account: Account, owner: Owner) -> Iterator[tuple[str, str]]:
    """Yield every log group of the stack, and its jobs' streams in the groups that the account shares."""
    logs = account.client("logs")
    for thing in watching.log_groups(account, owner):
        yield thing.name, _text(logs.filter_log_events(logGroupName=thing.name, limit=MOST_EVENTS))
    for group in jobs.SHARED_GROUPS:
        streams = jobs.own_streams(account, owner, group, set())
        for stream in streams:
            events = logs.get_log_events(logGroupName=group, logStreamName=stream, limit=MOST_EVENTS)
            yield f"{group}/{stream}", _text(events)


def _text(answer: dict[str, list[dict[str, object]]]) -> str:
    return "".join(f"{event.get('message', '')}\n" for event in answer.get("events", []))
