"""The stacks of a state backend, asked and told through the command line that both engines share."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipway import child
from slipway.ephemeral import life, naming, workspace
from slipway.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slipway.ephemeral.life import Life
    from slipway.pulumi_cli import Engine

ORGANIZATION = "organization"
"""What both engines call the organisation of every stack in a folder or a bucket."""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A stack of a pull request as the backend has it."""

    project: str
    stack: str
    resources: int
    """Entries of its state, the stack itself and its provider among them."""

    @property
    def pull_request(self) -> int:
        """The number."""
        found = naming.pull_request_of(self.stack)
        if found is None:
            raise ValueError(self.stack)
        return found

    @property
    def qualified(self) -> str:
        """The name that is understood outside of any project."""
        return f"{ORGANIZATION}/{self.project}/{self.stack}"


class Stacks:
    """The state backend in force: PULUMI_BACKEND_URL, or where the engine is logged in."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def url(self) -> str:
        """Return where the backend is. Raises Failure where none is chosen."""
        return str(json.loads(self._outside("whoami", "--verbose", "--json"))["url"])

    def listed(self, project: str | None = None) -> list[Listed]:
        """Return every stack that is named as a pull request's, of one project or of all."""
        found = []
        for one in json.loads(self._outside("stack", "ls", "--all", "--json")):
            name = str(one["name"]).split("/")
            if len(name) == 3 and naming.pull_request_of(name[2]) is not None and project in (None, name[1]):  # noqa: PLR2004
                found.append(Listed(project=name[1], stack=name[2], resources=int(one.get("resourceCount") or 0)))
        return sorted(found, key=lambda one: (one.project, one.pull_request))

    def find(self, pull_request: int, project: str | None) -> Listed | None:
        """Return a pull request's stack, None when there is none. Raises Failure when several projects have one."""
        stack = naming.stack_of(pull_request)
        found = [one for one in self.listed(project) if one.stack == stack]
        if len(found) > 1:
            projects = ", ".join(one.project for one in found)
            raise Failure(f"the projects {projects} each have a stack {stack}: say which with --project")
        return found[0] if found else None

    def life(self, listed: Listed) -> Life | None:
        """Return what a stack's tags say; None where it is not ephemeral."""
        tags = json.loads(self._outside("stack", "tag", "ls", "--json", "--stack", listed.qualified))
        return life.read({str(name): str(value) for name, value in tags.items()}, stack=listed.stack)

    def tell(self, listed: Listed, tags: Mapping[str, str]) -> None:
        """Set stack tags, in the order given: of a call that is killed the first ones stand."""
        for name, value in tags.items():
            self._outside("stack", "tag", "set", name, value, "--stack", listed.qualified)

    def state(self, listed: Listed) -> dict[str, Any]:
        """Return a stack's deployment, secrets still encrypted; empty before its first update."""
        exported = json.loads(self._outside("stack", "export", "--stack", listed.qualified))
        found: dict[str, Any] = exported.get("deployment") or {}
        return found

    def remove(self, listed: Listed) -> None:
        """Remove a stack that has no resources any more."""
        with workspace.bare(listed.project) as folder:
            self._run(folder, "stack", "rm", listed.stack, "--yes", "--non-interactive")

    def cancel(self, listed: Listed) -> None:
        """Delete the engine's own locks of a stack; what holds one goes on, so ask before whether it lives."""
        with workspace.bare(listed.project) as folder:
            self._run(folder, "cancel", listed.stack, "--yes", "--non-interactive")

    def _outside(self, *words: str) -> str:
        with tempfile.TemporaryDirectory(prefix="slipway-ephemeral-") as name:
            return self._run(Path(name), *words)

    def _run(self, folder: Path, *words: str) -> str:
        environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
        finished = child.run([*self.engine.argv, *words], cwd=folder, env=environment)
        if finished.code != 0:
            said = finished.tail() or f"exit code {finished.code}"
            raise Failure(f"`pulumi {' '.join(words)}` failed with the {self.engine.title}: {said}")
        return finished.stdout
