"""Writes shapes.json.

The types and bounds of every declared input, from the pulumi_aws and botocore in this environment.

`python -m slipway.sandbox.provider.facts.regenerate` after either of them is upgraded; a test compares the file with
what this would write.
pulumi_aws is read as source text and never imported: its argument classes say name, type and what is required, nested
ones included.
"""

import ast
import importlib.util
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from slipway.sandbox.provider.facts import FOLDER, observed
from slipway.sandbox.provider.facts.bounds import with_bounds

SCALARS = {"str": "string", "int": "integer", "float": "number", "bool": "boolean"}
ORIGIN = "types of pulumi_aws 7.51.1 arguments (its own source), bounds of botocore request members; see regenerate.py"

Shape = dict[str, Any]


def _package() -> Path:
    spec = importlib.util.find_spec("pulumi_aws")
    if spec is None or spec.origin is None:
        raise SystemExit("pulumi_aws is not installed: install requirements/program.txt first")
    return Path(spec.origin).parent


@cache
def _classes(path: Path) -> dict[str, ast.ClassDef]:
    return {node.name: node for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef)}


def _camel_names(cls: ast.ClassDef) -> dict[str, str]:
    """Python name -> wire name, from `@pulumi.getter(name="...")`."""
    names = {}
    for node in cls.body:
        if not isinstance(node, ast.FunctionDef):
            continue
        for mark in node.decorator_list:
            if isinstance(mark, ast.Call) and getattr(mark.func, "attr", "") == "getter":
                names[node.name] = str(ast.literal_eval(mark.keywords[0].value))
            elif getattr(mark, "attr", "") == "getter":
                names[node.name] = node.name
    return names


def _object(cls: ast.ClassDef, inputs_file: Path) -> Shape:
    init = next(node for node in cls.body if isinstance(node, ast.FunctionDef) and node.name == "__init__")
    names = _camel_names(cls)
    properties, required = {}, []
    for argument, default in zip(init.args.kwonlyargs, init.args.kw_defaults, strict=True):
        if argument.annotation is None:
            continue
        name = names[argument.arg]
        properties[name] = _shape(argument.annotation, inputs_file)
        if default is None:
            required.append(name)
    return {"object": properties} | ({"required": sorted(required)} if required else {})


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.Tuple):
        yield from node.elts
    else:
        yield node


def _shape(node: ast.expr, inputs_file: Path) -> Shape:  # noqa: PLR0911  one line a kind
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _object(_classes(inputs_file)[node.value], inputs_file)
    if isinstance(node, ast.Attribute):
        return {"type": SCALARS.get(node.attr, "any")}
    if not isinstance(node, ast.Subscript):
        return {"type": "any"}
    outer = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
    parts = list(_parts(node.slice))
    if outer in {"Input", "Optional"}:
        return _shape(parts[0], inputs_file)
    if outer == "Sequence":
        return {"list": _shape(parts[0], inputs_file)}
    if outer == "Mapping":
        return {"map": _shape(parts[1], inputs_file)}
    text = ast.unparse(node)
    if "PolicyDocument" in text:
        return {"type": "string", "document": True}
    if "Asset" in text or "Archive" in text:
        return {"type": "asset"}
    return {"type": "string"}  # a string or an enumeration of strings


def shapes() -> dict[str, Any]:
    """Give the whole document: token -> object shape of its inputs."""
    package = _package()
    result = {}
    for token in sorted(observed()):
        module, name = token.removeprefix("aws:").split(":")
        folder, leaf = module.split("/")
        home = package / ("lambda_" if folder == "lambda" else folder)
        path = next(p for p in home.glob("*.py") if p.stem.replace("_", "") == leaf.lower())
        classes = _classes(path)
        arguments = classes.get(f"{name}Args") or classes[f"{name}InitArgs"]
        shape = _object(arguments, home / "_inputs.py")
        result[token] = with_bounds(token, shape)
    endpoints = _object(_classes(package / "_inputs.py")["ProviderEndpointArgs"], package / "_inputs.py")
    provider = _object(_classes(package / "provider.py")["ProviderArgs"], package / "_inputs.py")
    return {
        "origin": ORIGIN,
        "types": result,
        "endpoints": sorted(endpoints["object"]),
        "provider": sorted(provider["object"]),
    }


def text() -> str:
    """Give the file, byte for byte."""
    return json.dumps(shapes(), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    (FOLDER / "shapes.json").write_text(text())
