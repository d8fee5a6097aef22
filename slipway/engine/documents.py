"""Reading YAML as Go's yaml.v3 does: true, false, null and numbers are typed, `yes` and `on` are words.

Reading goes through libyaml, which is quick; writing (config_file.py) keeps comments and order and is slower to load.
"""

import re
from pathlib import Path
from typing import Any

import yaml

from slipway.engine.errors import EngineError

_INT = re.compile(r"[-+]?(?:0|[1-9][0-9_]*)")
_BASED = re.compile(r"[-+]?0(?:x[0-9a-fA-F]+|o[0-7]+|b[01]+)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def compose(file: Path) -> yaml.Node | None:
    """Parse a file into nodes; None when it is empty."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise EngineError(f"could not read {file}: {error.strerror}") from error
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        raise EngineError(f"{file} is no valid YAML: {' '.join(str(error).split())}") from error
    return node


def load_document(file: Path) -> Any:
    """Return the file as plain Python values."""
    node = compose(file)
    return None if node is None else plain(node)


def plain(node: yaml.Node) -> Any:
    """Turn a node into plain Python values."""
    if isinstance(node, yaml.ScalarNode):
        return typed(node.value) if not node.style and not _tagged_string(node) else node.value
    if isinstance(node, yaml.SequenceNode):
        return [plain(child) for child in node.value]
    return {str(key.value): plain(value) for key, value in node.value}


def typed(text: str) -> Any:
    """Read a bare word as YAML 1.2 and Go do."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    return float(text) if _FLOAT.fullmatch(text) else text


def _tagged_string(node: yaml.ScalarNode) -> bool:
    # An explicit `!!str 5`: libyaml resolves a bare 5 to the int tag, so a str tag on it was written.
    return (
        node.tag == "tag:yaml.org,2002:str" and not _BASED.fullmatch(node.value) and typed(node.value) is not node.value
    )


def plain_document(value: Any) -> Any:
    """Return the value as the round-trip writer shall write it: a text that would read as something else is quoted."""
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString  # noqa: PLC0415

    if isinstance(value, dict):
        return {key: plain_document(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain_document(item) for item in value]
    if isinstance(value, str):
        if "\n" in value and not re.search(r"[ \t]\n|^\s|\r", value):
            return LiteralScalarString(value)
        if typed(value) is not value:
            return DoubleQuotedScalarString(value)
    return value
