"""Reads a stack file; rewrites one setting of it and leaves every other byte alone."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, PlainScalarString
from ruamel.yaml.tokens import CommentToken

from slipway.failure import Failure, Misuse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CONFIG = "config"
CONFLICT = re.compile(r"^(<{7}|={7}|>{7})( |$)", re.MULTILINE)


@dataclass(frozen=True)
class _Place:
    """Where a setting stands: lines [start, end) of the file, its key indented by `indent`."""

    start: int
    end: int
    indent: int


def require(file: Path) -> None:
    """Raise Misuse for a stack that has no file, with the stacks that the project has."""
    if not file.is_file():
        stacks = sorted(path.name.split(".")[1] for path in file.parent.glob("Pulumi.*.yaml"))
        raise Misuse(f"there is no {file.name} in {file.parent}: its stacks are {', '.join(stacks) or 'none'}")


def settings(text: str, *, name: str) -> dict[str, Any]:
    """Return everything under `config:` as plain Python; `name` is the file's name for messages."""
    found: dict[str, Any] = _plain(_config(_load(text, name), name) or {})
    return found


def put(text: str, key: str, value: Mapping[str, Any], *, name: str) -> str:
    """Return the file's text with the setting `key` (a mapping) set to `value`.

    Comments inside the setting stay where their key stays, those of keys that go stand below the setting's own key; the
    text before and after it is not touched at all.
    `name` is the file's name for messages. Raises Failure for a file that is not YAML or has no mapping there.
    """
    if "\r\n" in text and re.search(r"(?<!\r)\n", text):
        raise Failure(f"{name} has line ends of two kinds: settle on one, every other line would change otherwise")
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.replace("\r\n", "\n").split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    document = _load("\n".join(lines), name)
    config = _config(document, name)
    if not config:
        lines, place = _open_config(lines, document)
        old = None
    else:
        place, old = _locate(lines, document, config, key, name), config.get(key)
    if old is not None:
        # loaded again without what follows: a comment after the setting would otherwise belong to its last line
        old = _load("\n".join(lines[: place.end]), name)[CONFIG][key]
    orphans: list[CommentToken] = []
    merged = _merge(old if isinstance(old, CommentedMap) else CommentedMap(), value, orphans)
    block = _render(key, merged, place.indent)
    if old is not None and lines[place.start].split("#")[0].rstrip() == block[0]:
        block[0] = lines[place.start]  # a comment beside the key itself
    kept = [" " * (2 * place.indent) + comment for comment in _lines_of(orphans)]
    return newline.join([*lines[: place.start], block[0], *kept, *block[1:], *lines[place.end :], ""])


def require_kept(before: str, after: str, key: str, value: Mapping[str, Any], *, name: str) -> None:
    """Raise Failure when a rewritten file says anything else than before but for one setting, which says `value`."""
    old = _said(before, name) | {(CONFIG, key): _plain(value)}
    try:
        new = _said(after, name)
    except Failure:  # the settings stand in a way that nothing can be put beside them
        new = {}
    differs = sorted(" ".join(place) for place in {*old, *new} if old.get(place) != new.get(place))
    if differs:
        told = f"changing `{'`, `'.join(differs)}`" if new else "breaking it"
        raise Failure(
            f"{name} can't be rewritten without {told}: write its settings in YAML's block style, without anchors, and "
            "put none behind a text of several lines"
        )


def _said(text: str, name: str) -> dict[tuple[str, ...], Any]:
    """Return everything that a stack file says: top-level keys, and settings one by one."""
    document = _plain(_load(text, name)) or {}
    settings = document.pop(CONFIG, None) or {}
    return {(top,): value for top, value in document.items()} | {(CONFIG, one): settings[one] for one in settings}


def _load(text: str, name: str) -> Any:
    conflict = CONFLICT.search(text)
    if conflict:
        line = text.count("\n", 0, conflict.start()) + 1
        raise Failure(f"{name} line {line} is a mark of an unfinished merge: settle it first")
    try:
        return _yaml().load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        where = "" if mark is None else f" line {mark.line + 1}"
        raise Failure(f"{name}{where} is not valid YAML: {error.problem}") from error
    except YAMLError as error:
        raise Failure(f"{name} is not valid YAML: {' '.join(str(error).split())}") from error


def _config(document: Any, name: str) -> CommentedMap | None:
    if document is None:
        return None
    if not isinstance(document, CommentedMap):
        raise Failure(f"{name} holds no mapping at its top: a stack file starts with `config:`")
    config = document.get(CONFIG)
    if config is not None and not isinstance(config, CommentedMap):
        raise Failure(f"`config` in {name} is {config!r}: a mapping is expected")
    return config


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 1 << 16  # never fold a long ARN
    return yaml


def _open_config(lines: list[str], document: CommentedMap | None) -> tuple[list[str], _Place]:
    """Give a file without any setting an open `config:` line."""
    if document is None or CONFIG not in document:
        return [*lines, f"{CONFIG}:"], _Place(len(lines) + 1, len(lines) + 1, 2)
    line = int(document.lc.key(CONFIG)[0])
    return [*lines[:line], lines[line].replace("{}", "").rstrip(), *lines[line + 1 :]], _Place(line + 1, line + 1, 2)


def _locate(lines: list[str], document: CommentedMap, config: CommentedMap, key: str, name: str) -> _Place:
    if config.fa.flow_style():
        raise Failure(f"`config` in {name} is written in braces: write it as one setting a line")
    limit = _next_line(document, CONFIG, len(lines))
    keys = list(config)
    if key in config:
        start, indent = config.lc.key(key)
        return _Place(start, _trim(lines, start, _next_line(config, key, limit)), indent)
    _, indent = config.lc.key(keys[0])
    end = _trim(lines, config.lc.key(keys[-1])[0], limit)
    return _Place(end, end, indent)


def _next_line(mapping: CommentedMap, key: str, limit: int) -> int:
    keys = list(mapping)
    after = keys[keys.index(key) + 1 :]
    return int(mapping.lc.key(after[0])[0]) if after else limit


def _trim(lines: list[str], start: int, end: int) -> int:
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end


def _merge(old: CommentedMap, new: Mapping[str, Any], orphans: list[CommentToken]) -> CommentedMap:
    """Bring `old` to the values of `new` in place, so that the comments of keys that stay are kept.

    Comments of keys that go (also what stands above the next key: YAML counts it to the line before) join `orphans`.
    """
    for gone in [key for key in old if key not in new]:
        orphans += _comments(old.ca.items.pop(gone, None)) + _comments(old[gone])
        del old[gone]
    for key, value in new.items():
        if isinstance(value, dict):
            before = old.get(key)
            old[key] = _merge(before if isinstance(before, CommentedMap) else CommentedMap(), value, orphans)
        elif old.get(key) != value:
            old[key] = _safe(value)
    return old


def _safe(value: Any) -> Any:
    """Put quotes around what some reader of YAML takes for a number: the digest 1234e567 is infinite in Go.

    Everything else says that it is plain; a new value would otherwise take over the quotes of the one before it.
    """
    if not isinstance(value, str):
        return value
    return DoubleQuotedScalarString(value) if value[:1].isdigit() else PlainScalarString(value)


def _lines_of(comments: list[CommentToken]) -> list[str]:
    """Return comments in the file's order, each once: ruamel may keep one both at a key and at its value."""
    places = {comment.start_mark.index: comment for comment in comments}
    return [line.strip() for _, comment in sorted(places.items()) for line in comment.value.split("\n") if line.strip()]


def _comments(node: Any) -> list[CommentToken]:
    """Return the comments in a value, or in what ruamel keeps of them beside a key."""
    if isinstance(node, CommentToken):
        return [node]
    if isinstance(node, CommentedMap):
        return _comments([node.ca.comment, *node.ca.items.values(), *node.values()])
    return [comment for one in node for comment in _comments(one)] if isinstance(node, list) else []


def _render(key: str, value: CommentedMap, indent: int) -> list[str]:
    stream = io.StringIO()
    if indent:  # nested under `config` so that comments keep their columns
        _yaml_with(indent).dump(CommentedMap({CONFIG: CommentedMap({key: value})}), stream)
        lines = stream.getvalue().rstrip("\n").split("\n")[1:]
    else:
        _yaml().dump(CommentedMap({key: value}), stream)
        lines = stream.getvalue().rstrip("\n").split("\n")
    return lines


def _yaml_with(indent: int) -> YAML:
    yaml = _yaml()
    yaml.indent(mapping=indent, sequence=indent + 2, offset=indent)
    return yaml


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    for kind in (int, float, str):  # ruamel's own scalars know how they were written
        if isinstance(value, kind):
            return kind(value)
    return value
