"""PULUMI_HOME: the login in credentials.json, and which stack is selected in which project."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from slipway.engine.backend.durable import read_bytes, write_durably
from slipway.engine.errors import EngineError
from slipway.engine.project import Project


def pulumi_home() -> Path:
    """Return PULUMI_HOME, default ~/.pulumi."""
    home = os.environ.get("PULUMI_HOME")
    return Path(home).expanduser() if home else Path.home() / ".pulumi"


def _read(path: Path) -> dict[str, Any]:
    data = read_bytes(path)
    if not data:
        return {}
    try:
        found = json.loads(data)
    except ValueError as error:
        raise EngineError(f"{path} is no valid JSON: {error}; correct or remove it") from error
    return found if isinstance(found, dict) else {}


def _write(path: Path, value: dict[str, Any]) -> None:
    write_durably(path, json.dumps(value, indent=4).encode(), mode=0o600)


def current_url() -> str | None:
    """Return the backend that the last login chose."""
    return _read(pulumi_home() / "credentials.json").get("current") or None


def store_login(url: str | None) -> None:
    """Remember a login, or forget the current one (None)."""
    path = pulumi_home() / "credentials.json"
    stored = _read(path)
    if url is None:
        old = stored.pop("current", None)
        for part in ("accessTokens", "accounts"):
            (stored.get(part) or {}).pop(old, None)
    else:
        stored["current"] = url
        # The real command line lists every backend of a login here, with an empty token for those without.
        stored.setdefault("accessTokens", {}).setdefault(url, "")
        stored.setdefault("accounts", {}).setdefault(url, {"lastValidatedAt": "0001-01-01T00:00:00Z"})
    _write(path, stored)


def _workspace_file(project: Project) -> Path:
    # The name is the real one's: project name and SHA-1 of the path of Pulumi.yaml.
    digest = hashlib.sha1(str(project.file).encode(), usedforsecurity=False).hexdigest()
    return pulumi_home() / "workspaces" / f"{project.name}-{digest}-workspace.json"


def selected_stack(project: Project) -> str | None:
    """Return the stack that is selected: PULUMI_STACK, else what `stack select` or `stack init` chose."""
    return os.environ.get("PULUMI_STACK") or _read(_workspace_file(project)).get("stack") or None


def select_stack(project: Project, stack: str | None) -> None:
    """Select a stack for this project, or none."""
    path = _workspace_file(project)
    stored = _read(path)
    if stack is None:
        stored.pop("stack", None)
        path.unlink(missing_ok=True) if not stored else _write(path, stored)
        return
    stored["stack"] = stack
    _write(path, stored)
