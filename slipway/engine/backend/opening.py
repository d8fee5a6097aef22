"""Which backend a command works on."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from slipway.engine.backend.bucket import Bucket
from slipway.engine.backend.credentials import current_url
from slipway.engine.backend.folder import Folder
from slipway.engine.backend.stacks import Backend
from slipway.engine.backend.storage import Storage
from slipway.engine.errors import EngineError, UnsupportedError
from slipway.engine.project import Project


def backend_url(project: Project | None) -> str:
    """Return the URL in force: PULUMI_BACKEND_URL, then the project's, then the login's."""
    url = os.environ.get("PULUMI_BACKEND_URL") or (project.backend_url if project else None) or current_url()
    if not url:
        raise EngineError(
            "no state backend is chosen: set PULUMI_BACKEND_URL=file://FOLDER or s3://BUCKET/PREFIX?region=REGION, or "
            "run `pulumi login` with one of them (`pulumi login --local` for the home folder)"
        )
    return url


def open_backend(project: Project | None) -> Backend:
    """Open the backend in force."""
    return Backend(open_storage(backend_url(project)))


def open_storage(url: str) -> Storage:
    """Return the storage that a URL names; kinds that the engine does not have are refused by name."""
    scheme = urlsplit(url).scheme
    if scheme == "file":
        return Folder(_folder_of(url), url)
    if scheme == "s3":
        return Bucket(url)
    name = f"backend {scheme}://" if scheme else f"backend {url!r}"
    raise UnsupportedError(name, "use file://FOLDER or s3://BUCKET/PREFIX?region=REGION, or the real `pulumi`")


def _folder_of(url: str) -> Path:
    text = unquote(url.removeprefix("file://").split("?", 1)[0])
    if text.startswith("~"):
        return Path(text).expanduser()
    folder = Path(text or ".").absolute()
    if not folder.is_dir():
        raise EngineError(
            f"unable to open bucket {url}: the folder {folder} does not exist; make it with `mkdir -p {folder}`"
        )
    return folder
