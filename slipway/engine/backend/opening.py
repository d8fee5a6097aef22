"""Which backend a command works on."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from slipway.engine.backend.credentials import current_url
from slipway.engine.backend.file_backend import FileBackend
from slipway.engine.errors import EngineError, UnsupportedError
from slipway.engine.project import Project


def backend_url(project: Project | None) -> str:
    """Return the URL in force: PULUMI_BACKEND_URL, then the project's, then the login's."""
    url = os.environ.get("PULUMI_BACKEND_URL") or (project.backend_url if project else None) or current_url()
    if not url:
        raise EngineError(
            "no state backend is chosen: set PULUMI_BACKEND_URL=file://FOLDER, or run `pulumi login file://FOLDER` "
            "(`pulumi login --local` for the home folder)"
        )
    return url


def open_backend(project: Project | None) -> FileBackend:
    """Open the backend in force."""
    url = backend_url(project)
    return FileBackend(folder_of(url), url)


def folder_of(url: str) -> Path:
    """Return the folder that a file:// URL names; other backends are refused by name."""
    parts = urlsplit(url)
    if parts.scheme != "file":
        name = f"backend {parts.scheme}://" if parts.scheme else f"backend {url!r}"
        raise UnsupportedError(name, "use file://FOLDER (shared storage: a mounted folder), or the real `pulumi`")
    text = unquote(url.removeprefix("file://").split("?", 1)[0])
    if text.startswith("~"):
        return Path(text).expanduser()
    folder = Path(text or ".").absolute()
    if not folder.is_dir():
        raise EngineError(
            f"unable to open bucket {url}: the folder {folder} does not exist; make it with `mkdir -p {folder}`"
        )
    return folder
