"""Reads what `docker run` would need to know from a Dockerfile: entrypoint, command, environment, folder.

And what `docker build` would copy.
"""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_ASSIGNMENT = re.compile(r"""([A-Za-z_][A-Za-z0-9_]*)=("(?:[^"\\]|\\.)*"|'[^']*'|(?:[^\s\\]|\\.)*)""")
_REFERENCE = re.compile(r"\\\$|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$([A-Za-z_][A-Za-z0-9_]*)")


@dataclass
class ImageConfig:
    """What an image remembers of its build, as in `docker inspect`'s Config."""

    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    folder: str | None = None


def parse_dockerfile(text: str) -> ImageConfig:
    """Return the last stage's configuration; a stage built FROM an earlier one inherits its settings.

    The grammar is https://docs.docker.com/reference/dockerfile/; what does not matter to `docker run` is skipped.
    """
    stages: dict[str, ImageConfig] = {}
    arguments: dict[str, str] = {}
    image = ImageConfig()
    for word, rest in _instructions(text):
        if word == "FROM":
            image = _next_stage(rest, stages)
            arguments = {}
        elif word == "ENTRYPOINT":
            # As docker does: an ENTRYPOINT resets the CMD that it inherited.
            image.entrypoint, image.command = _words(rest), ()
        elif word == "CMD":
            image.command = _words(rest)
        elif word == "ARG":
            name, _, default = rest.partition("=")
            arguments[name.strip()] = _unquoted(default.strip())
        elif word == "ENV":
            known = arguments | image.environment
            image.environment.update({name: _expanded(value, known) for name, value in _assignments(rest)})
        elif word == "WORKDIR":
            folder = _expanded(_unquoted(rest), arguments | image.environment)
            image.folder = folder if folder.startswith("/") else f"{image.folder or ''}/{folder}"
    return image


def copied_sources(text: str) -> list[str]:
    """Return the paths, relative to the build's folder, that COPY and ADD bring from there, in their order."""
    found: list[str] = []
    for word, rest in _instructions(text):
        if word not in {"COPY", "ADD"}:
            continue
        options, words = [], list(_copied_words(rest))
        while words and words[0].startswith("--"):
            options.append(words.pop(0))
        if not any(option.startswith("--from=") for option in options):
            found += [each for each in words[:-1] if "://" not in each]
    return found


def _copied_words(rest: str) -> Iterator[str]:
    options, bracket, _ = rest.partition("[")
    if bracket and all(word.startswith("--") for word in options.split()):
        yield from options.split()
        yield from _words(rest[len(options) :])
    else:
        yield from shlex.split(rest)


def _next_stage(rest: str, stages: dict[str, ImageConfig]) -> ImageConfig:
    words = [word for word in rest.split() if not word.startswith("--")]
    base = stages.get(words[0].lower()) if words else None
    image = ImageConfig()
    if base is not None:
        image = ImageConfig(base.entrypoint, base.command, dict(base.environment), base.folder)
    stages[str(len({id(stage) for stage in stages.values()}))] = image
    if len(words) >= 3 and words[1].lower() == "as":  # noqa: PLR2004 - FROM image AS name
        stages[words[2].lower()] = image
    return image


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    lines: list[str] = []
    for line in text.splitlines():
        if line.lstrip().startswith("#") or (lines and not line.strip()):
            continue
        if line.rstrip().endswith("\\"):
            lines.append(line.rstrip()[:-1])
            continue
        lines.append(line)
        word, _, rest = " ".join(lines).strip().partition(" ")
        lines = []
        if word:
            yield word.upper(), rest.strip()


def _words(rest: str) -> tuple[str, ...]:
    if rest.startswith("["):
        try:
            words = json.loads(rest)
        except ValueError:
            words = None
        if isinstance(words, list) and all(isinstance(word, str) for word in words):
            return tuple(words)
    return ("/bin/sh", "-c", rest)


def _assignments(rest: str) -> Iterator[tuple[str, str]]:
    first, _, value = rest.partition(" ")
    if "=" not in first:
        # the old form: ENV NAME everything else
        yield first, value.strip()
        return
    for match in _ASSIGNMENT.finditer(rest):
        yield match.group(1), _unquoted(match.group(2))


def _unquoted(text: str) -> str:
    words = shlex.split(text) if text else []
    return " ".join(words)


def _expanded(text: str, environment: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        if match.group(0) == "\\$":
            return "$"
        name = match.group(1) or match.group(3)
        return environment.get(name) or match.group(2) or ""

    return _REFERENCE.sub(value, text)
