"""What `docker build` would make an image from: the Dockerfile, and the project's files that its COPY lines bring.

The rules of .dockerignore are those of https://docs.docker.com/build/concepts/context/#dockerignore-files: the last
pattern that matches a path or one of its folders decides, and `!` lets it in again.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from slipway.sandbox.sagemaker.containers.dockerfile import copied_sources


class BuildContextError(Exception):
    """An image could not be built; the message says what is missing."""


@dataclass(frozen=True)
class BuildContext:
    """The content of a build: its digest in hexadecimal, equal for equal content, and the bytes of the copied files."""

    digest: str
    size: int


def read_context(dockerfile: Path, project: Path) -> BuildContext:
    """Read everything that an image is made from. Raises BuildContextError."""
    recipe = dockerfile.read_bytes()
    digest, size = hashlib.sha256(_entry("Dockerfile", recipe)), 0
    for path in _files(recipe.decode("utf-8"), dockerfile, project):
        content = (project / path).read_bytes()
        digest.update(_entry(path, content))
        size += len(content)
    return BuildContext(digest.hexdigest(), size)


def _entry(path: str, content: bytes) -> bytes:
    # the lengths keep two different sets of files from reading alike
    return f"{len(path.encode())} {len(content)} {path}\n".encode() + content


def _files(recipe: str, dockerfile: Path, project: Path) -> list[str]:
    ignored = _Ignored(project / ".dockerignore")
    found: set[str] = set()
    for source in copied_sources(recipe):
        brought = [path for path in _below(source, project) if not ignored(path)]
        if not brought:
            raise BuildContextError(
                f"{dockerfile} copies {source}, which is not in {project} or left out by .dockerignore"
            )
        found.update(brought)
    return sorted(found)


def _below(source: str, project: Path) -> Iterator[str]:
    """Return the files that a COPY source names: a file, what is in a folder, or what a pattern matches."""
    pattern = source.removeprefix("./").strip("/")
    places = [project] if pattern in {"", "."} else list(project.glob(pattern))
    for place in places:
        for file in [place] if place.is_file() else place.rglob("*"):
            if file.is_file() and file.resolve().is_relative_to(project.resolve()):
                yield file.relative_to(project).as_posix()


class _Ignored:
    """Tells which paths .dockerignore leaves out."""

    def __init__(self, file: Path) -> None:
        lines = [line.strip() for line in file.read_text(encoding="utf-8").splitlines()] if file.is_file() else []
        self._rules = [
            (not line.startswith("!"), _pattern(line.removeprefix("!").strip()))
            for line in lines
            if line and not line.startswith("#")
        ]

    def __call__(self, path: str) -> bool:
        parts = path.split("/")
        prefixes = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
        out = False
        for leaves_out, pattern in self._rules:
            if any(pattern.fullmatch(prefix) for prefix in prefixes):
                out = leaves_out
        return out


def _pattern(text: str) -> re.Pattern[str]:
    words = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", text.removeprefix("./").strip("/"))
    return re.compile("".join(words.get(part, re.escape(part)) for part in parts), re.DOTALL)
