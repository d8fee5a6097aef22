"""Editing Pulumi.STACK.yaml: comments, order and everything not touched stay as they are."""

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from slipway.engine.backend.durable import read_bytes, write_durably
from slipway.engine.config import SECURE, is_secure
from slipway.engine.errors import EngineError

_PROVIDER = ("secretsprovider", "encryptedkey", "encryptionsalt")
"""The keys about secrets, which stand above `config:` in this order."""


def edit(file: Path, change: Callable[[Any], None]) -> None:
    """Load the file for round trips, let `change` edit the document in place, and write it back."""
    # Loaded late: a quarter of a second that only edits need.
    from ruamel.yaml import YAML  # noqa: PLC0415
    from ruamel.yaml.comments import CommentedMap  # noqa: PLC0415
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 2**16
    text = (read_bytes(file) or b"").decode()
    # Go's writer indents by four; a file that a person indented otherwise keeps its own width.
    width = _indentation(text) or 4
    yaml.indent(mapping=width, sequence=width + 2, offset=width)
    try:
        document = yaml.load(text)
    except YAMLError as error:
        raise EngineError(f"{file} is no valid YAML: {' '.join(str(error).split())}") from error
    if document is None:
        document = CommentedMap()
    if not isinstance(document, CommentedMap):
        raise EngineError(f"{file}: a stack file is a mapping with `config:`")
    change(document)
    out = io.StringIO()
    if document:
        yaml.dump(document, out)
    write_durably(file, out.getvalue().encode())


def _indentation(text: str) -> int | None:
    for line in text.splitlines():
        stripped = line.lstrip(" ")
        if stripped and not stripped.startswith(("#", "-")) and line != stripped:
            return len(line) - len(stripped)
    return None


def set_provider(file: Path, provider: Mapping[str, Any], change: Callable[[str], str] | None = None) -> None:
    """Write what a `secrets_providers` object says above `config:`; `change` gives each secret's new ciphertext.

    It is one write: the file names the key that its secrets are encrypted under, or it is as it was before.
    """

    def inner(document: Any) -> None:
        state = provider["state"]
        values = (state.get("url"), state.get("encryptedkey"), state.get("salt"))
        for place, (name, value) in enumerate(zip(_PROVIDER, values, strict=True)):
            if value is None:
                document.pop(name, None)
            elif name in document:
                document[name] = value
            else:
                document.insert(sum(before in document for before in _PROVIDER[:place]), name, value)
        if change is not None:
            _change_secrets(document.get("config"), change, set())

    edit(file, inner)


def _change_secrets(value: Any, change: Callable[[str], str], seen: set[int]) -> None:
    """Change every secret below a value, where it stands; what an alias shows again is changed once."""
    if id(value) in seen or not isinstance(value, dict | list):
        return
    seen.add(id(value))
    if isinstance(value, dict) and is_secure(value):
        value[SECURE] = change(value[SECURE])
        return
    for item in value.values() if isinstance(value, dict) else value:
        _change_secrets(item, change, seen)


def edit_config(file: Path, change: Callable[[Any], None]) -> None:
    """Edit the mapping under `config:`; it is made when missing and dropped when left empty."""
    from ruamel.yaml.comments import CommentedMap  # noqa: PLC0415

    def inner(document: Any) -> None:
        config = document.get("config")
        if config is None:
            document["config"] = config = CommentedMap()
        change(config)
        if not config:
            del document["config"]

    edit(file, inner)


def delete(parent: Any, key: Any) -> None:
    """Delete an entry but not the comment lines below it: they are about what follows."""
    token = _comment_after(parent, key)
    if token is None or "\n" not in token.value.rstrip("\n"):
        del parent[key]
        return
    lines = [line.strip().removeprefix("#").removeprefix(" ") for line in token.value.splitlines()[1:]]
    entries = list(parent) if isinstance(parent, dict) else list(range(len(parent)))
    after = entries.index(key) + 1
    following = entries[after] if after < len(entries) else None
    indent = parent.lc.col
    del parent[key]
    if following is None:
        return
    place = following if isinstance(parent, dict) else key
    parent.yaml_set_comment_before_after_key(place, before="\n".join(lines), indent=indent)


def _comment_after(parent: Any, key: Any) -> Any:
    """Return the comment token that stands after an entry: it hangs on the entry's last leaf."""
    value = parent[key]
    while isinstance(value, dict | list) and value and hasattr(value, "ca"):
        parent, key = value, list(value)[-1] if isinstance(value, dict) else len(value) - 1
        value = parent[key]
    found = parent.ca.items.get(key) or []
    tokens = [token for token in found if hasattr(token, "value") and not isinstance(token, list)]
    return tokens[-1] if tokens else None
