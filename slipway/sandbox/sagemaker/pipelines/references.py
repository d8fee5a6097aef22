"""References inside a definition: found, read and replaced by values; pure.

`{"Get": "Steps.a.ProcessingOutputConfig.Outputs['x'].S3Output.S3Uri"}`,
`{"Std:Join": {"On": "/", "Values": [...]}}` and
`{"Std:JsonGet": {"PropertyFile": {"Get": "Steps.a.PropertyFiles.f"}, "Path": "a.b[0]"}}`.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from slipway.sandbox.sagemaker.pipelines.errors import DefinitionError, UnresolvedError

Path = tuple[str | int, ...]

_TOKEN = re.compile(r"\.?(?P<name>[^.\[\]'\"]+)|\[(?P<number>\d+)\]|\[(?P<quote>['\"])(?P<key>.*?)(?P=quote)\]")
_NAMES = ("OutputName", "InputName", "MetricName", "ChannelName", "Name")
"""By which of its members an element of a list is meant when a list is indexed by a text."""
_FUNCTIONS = ("Get", "Std:Join", "Std:JsonGet")


def parse_path(text: str) -> Path:
    """Cut `a.b['c'][0]` into its names and numbers. Raises DefinitionError."""
    found: list[str | int] = []
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            break
        if token["number"] is not None:
            found.append(int(token["number"]))
        else:
            found.append(token["key"] if token["quote"] else token["name"])
        position = token.end()
    if position < len(text) or not found or text.startswith("."):
        raise DefinitionError(f"{text!r} is not understood; write it like Steps.NAME.Member['key'][0]")
    return tuple(found)


def paths_in(value: Any) -> Iterator[Path]:
    """Return the path of every `Get` below a value. Raises DefinitionError."""
    if isinstance(value, dict):
        if set(value) == {"Get"}:
            if not isinstance(value["Get"], str):
                raise DefinitionError(f"Get takes a text, got {value['Get']!r}")
            yield parse_path(value["Get"])
            return
        if len(value) == 1:
            _check_function(*next(iter(value.items())))
        for item in value.values():
            yield from paths_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from paths_in(item)


def _check_function(name: str, body: Any) -> None:
    if name.startswith("Std:") and name not in _FUNCTIONS:
        raise DefinitionError(f"the function {name} is not in the sandbox; {', '.join(_FUNCTIONS)} are")
    if name == "Std:Join" and not (isinstance(body, dict) and isinstance(body.get("Values"), list)):
        raise DefinitionError("Std:Join takes On and a list Values")
    if name == "Std:JsonGet":
        if not isinstance(body, dict) or "Path" not in body or ("PropertyFile" in body) == ("S3Uri" in body):
            raise DefinitionError("Std:JsonGet takes Path and one of PropertyFile and S3Uri")
        if isinstance(body["Path"], str):
            parse_path(body["Path"].removeprefix("$."))


def resolve(value: Any, look_up: Callable[[Path], Any], read_json: Callable[[Any], Any]) -> Any:
    """Replace every reference below a value.

    `look_up` returns what a path of `Get` means; `read_json` the document of a resolved PropertyFile or S3Uri. Both
    raise UnresolvedError, as does this.
    """
    if isinstance(value, list):
        return [resolve(item, look_up, read_json) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Get"}:
        return look_up(parse_path(value["Get"]))
    if set(value) == {"Std:Join"}:
        body = value["Std:Join"]
        parts = resolve(body["Values"], look_up, read_json)
        return str(body.get("On", "")).join(as_text(part) for part in parts)
    if set(value) == {"Std:JsonGet"}:
        body = value["Std:JsonGet"]
        document = read_json(resolve(body.get("PropertyFile", body.get("S3Uri")), look_up, read_json))
        path = str(resolve(body["Path"], look_up, read_json))
        return select(document, parse_path(path.removeprefix("$.")), path)
    return {name: resolve(item, look_up, read_json) for name, item in value.items()}


def select(value: Any, path: Path, whole: str) -> Any:
    """Follow a path into a value; a list indexed by a text means its element of that name. Raises UnresolvedError."""
    for key in path:
        value = _item(value, key, whole)
    return value


def _item(value: Any, key: str | int, whole: str) -> Any:
    if isinstance(value, dict) and key in value:
        return value[key]
    if isinstance(value, list):
        if isinstance(key, int) and key < len(value):
            return value[key]
        for item in value:
            if isinstance(item, dict) and any(item.get(name) == key for name in _NAMES):
                return item
    raise UnresolvedError(f"{whole} has no value: there is no {key!r}")


def as_text(value: Any) -> str:
    """Return a value as Std:Join writes it: texts as they are, everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value)
