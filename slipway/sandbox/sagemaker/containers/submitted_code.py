"""The code that a client of script mode brings, unpacked where the container looks for it."""

import sys
from pathlib import Path
from typing import Any

from slipway.sandbox.sagemaker.containers.archives import unpack
from slipway.sandbox.sagemaker.containers.s3_objects import fetch, parse_uri


def bring_code(s3: Any, submitted: str | None, code: Path, scratch: Path) -> tuple[str, ...]:
    """Unpack an archive of S3 to a folder, unless the code is there already; return what the log must say.

    Foreign requirements are not installed. Raises S3SourceError and UnsafeArchiveError.
    """
    if submitted is not None and submitted.startswith("s3://"):
        archive = scratch / "sourcedir.tar.gz"
        fetch(s3, *parse_uri(submitted), archive)
        unpack(archive, code)
        archive.unlink()
    if (code / "requirements.txt").is_file():
        return (
            "[slipway] requirements.txt is not installed: the sandbox is offline and runs scripts in its own Python",
            f"[slipway] install what the script needs with {sys.executable} -m pip install -r requirements.txt",
        )
    return ()
