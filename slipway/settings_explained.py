"""`slipway settings explain`: every section, key, type, bound, default and meaning, from the one source in `infra/`."""

from __future__ import annotations

import ast
import inspect
import json
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from infra.settings import Settings
from infra.settings_report import NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_HEAD = """# Settings

Every section of a stack file (`Pulumi.STACK.yaml`), from the settings' own source. Printed by
`slipway settings explain`; `python -m slipway.settings_explained > docs/settings.md` writes this page anew.
"""
_TYPES = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
_BOUNDS = {"minimum": "at least {}", "maximum": "at most {}", "maxLength": "at most {} characters"}
_ENTRIES = {"maxItems": "at most {} entries", "maxProperties": "at most {} entries"}


def explained() -> str:
    """Return the whole explanation as Markdown."""
    parts = [_HEAD]
    for name, field in Settings.model_fields.items():
        model = _section_in(field.annotation)
        needed = "required" if field.is_required() else "may be left out"
        parts.append(f"## `{NAMESPACE}{name}` ({needed})\n{_meaning_of(model)}\n")
        rows = "\n".join(
            f"| `{key}` | {kind} | {default} | {meaning} |" for key, kind, default, meaning in _rows(model)
        )
        parts.append(f"| key | value | left out | meaning |\n|---|---|---|---|\n{rows}\n")
    return "\n".join(parts)


def _rows(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, str, str, str]]:
    """Give key, value, default and meaning of every key of a section, those of nested sections below their own."""
    schema = model.model_json_schema()
    meanings = _meanings(model)
    for name, field in model.model_fields.items():
        key = f"{prefix}{name}"
        found = schema["properties"][name]
        yield key, _kind(found, schema), _default(field.get_default(call_default_factory=True), field), meanings[name]
        nested = _section_in(field.annotation, optional=True)
        if nested is not None:
            entry = "[]" if found.get("type") == "array" else ""
            yield from _rows(nested, f"{key}{entry}.")


def _kind(found: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """Say what a value must be: its type, its bounds, its choices."""
    if "$ref" in found:
        return "keys below"
    if "anyOf" in found:
        return " or ".join(_kind(one, schema) for one in found["anyOf"] if one.get("type") != "null")
    choices = found.get("enum", [found["const"]] if "const" in found else None)
    if choices is not None:
        return f"one of {', '.join(str(one) for one in choices)}"
    if found.get("type") == "array":
        words = ["list of " + _kind(found["items"], schema), *_bounds(found, _ENTRIES)]
    elif found.get("type") == "object":
        words = ["mapping", *_bounds(found, _ENTRIES)]
    else:
        words = [_TYPES[found["type"]], *_bounds(found, _BOUNDS)]
    if "pattern" in found:
        words.append("of the form `" + found["pattern"].replace("|", "\\|") + "`")
    return ", ".join(words)


def _bounds(found: Mapping[str, Any], words: Mapping[str, str]) -> list[str]:
    return [text.format(found[name]) for name, text in words.items() if name in found]


def _default(value: object, field: Any) -> str:
    if field.is_required():
        return "required"
    if value is None:
        return "nothing"
    if isinstance(value, BaseModel):
        return "their defaults"
    return f"`{json.dumps(value)}`"


def _section_in(annotation: object, *, optional: bool = False) -> Any:
    """Return the section that an annotation holds, at any depth; None for plain values where that is fine."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in get_args(annotation):
        if (found := _section_in(inner, optional=True)) is not None:
            return found
    if optional:
        return None
    raise TypeError(f"{annotation} holds no section")


def _meaning_of(model: type[BaseModel]) -> str:
    text = inspect.cleandoc(model.__doc__ or "")
    meaning = text.partition(": ")[2] if text.startswith("`slipway:") else text
    return meaning[:1].upper() + meaning[1:]


def _meanings(model: type[BaseModel]) -> dict[str, str]:
    """Return the docstring under each key of a section, on one line."""
    source = inspect.getsourcefile(model)
    if source is None:
        raise TypeError(f"{model} has no source")
    body = _classes(Path(source))[model.__name__].body
    found = {}
    for node, below in pairwise(body):
        if isinstance(node, ast.AnnAssign) and isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            found[ast.unparse(node.target)] = " ".join(str(below.value.value).split()).replace("|", "\\|")
    return found


@cache
def _classes(source: Path) -> dict[str, ast.ClassDef]:
    return {node.name: node for node in ast.parse(source.read_text("utf-8")).body if isinstance(node, ast.ClassDef)}


if __name__ == "__main__":
    print(explained(), end="")
