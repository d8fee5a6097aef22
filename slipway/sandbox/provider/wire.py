"""Property values at the provider's door: protobuf Structs outside, plain Python and a set of secret paths inside.

Keys and markers: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/properties.go
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from google.protobuf.struct_pb2 import Struct, Value

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  a marker of the protocol
ASSET: Final = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE: Final = "0def7320c3a5731c473e5ecbe6d01bc7"
OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
UNKNOWN_MARKER: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

Path = tuple[str | int, ...]


class _Unknown:
    """A value that only an `up` will know."""

    def __repr__(self) -> str:
        return "<unknown>"


UNKNOWN: Final = _Unknown()


def is_asset(value: Any) -> bool:
    """Whether a decoded value is an asset or an archive (kept as the mapping it travels as)."""
    return isinstance(value, Mapping) and value.get(SIGNATURE) in {ASSET, ARCHIVE}


def has_unknown(value: Any) -> bool:
    """Whether anything in a value is unknown."""
    if isinstance(value, Mapping):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(has_unknown(item) for item in value)
    return value is UNKNOWN


def decode(struct: Struct) -> tuple[dict[str, Any], frozenset[Path]]:
    """Give a message's properties, and the paths in them that are secret.

    Nulls are left out, whole numbers become int.
    """
    secrets: set[Path] = set()
    values = {}
    for name, field in struct.fields.items():
        value = _decode(field, (name,), secrets)
        if value is not None:
            values[name] = value
    return values, frozenset(secrets)


def _decode(value: Value, path: Path, secrets: set[Path]) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return _decode_struct(value.struct_value, path, secrets)
    if kind == "list_value":
        return [_decode(item, (*path, index), secrets) for index, item in enumerate(value.list_value.values)]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "string_value":
        return UNKNOWN if value.string_value == UNKNOWN_MARKER else value.string_value
    if kind == "bool_value":
        return value.bool_value
    return None


def _decode_struct(struct: Struct, path: Path, secrets: set[Path]) -> Any:
    fields = struct.fields
    signature = fields[SIGNATURE].string_value if SIGNATURE in fields else ""
    if signature in {SECRET, OUTPUT}:
        if signature == SECRET or ("secret" in fields and fields["secret"].bool_value):
            secrets.add(path)
        return _decode(fields["value"], path, secrets) if "value" in fields else UNKNOWN
    decoded = {name: _decode(field, (*path, name), secrets) for name, field in fields.items()}
    return {name: item for name, item in decoded.items() if item is not None}


def encode(values: Mapping[str, Any], secrets: Iterable[Path] = ()) -> Struct:
    """Properties as a message.

    Every secret path wrapped (a path that the values do not reach wraps its deepest existing part).
    """
    struct = Struct()
    struct.update(_encode(values, (), {_reachable(values, path) for path in secrets} - {()}))
    return struct


def _reachable(values: Any, path: Path) -> Path:
    for depth, part in enumerate(path):
        try:
            values = values[part]
        except (KeyError, IndexError, TypeError):
            return path[:depth]
    return path


def _encode(value: Any, path: Path, secrets: set[Path]) -> Any:
    encoded: Any = value
    if value is UNKNOWN:
        encoded = UNKNOWN_MARKER
    elif isinstance(value, Mapping):
        encoded = {name: _encode(item, (*path, name), secrets) for name, item in value.items()}
    elif isinstance(value, list | tuple):
        encoded = [_encode(item, (*path, index), secrets) for index, item in enumerate(value)]
    return {SIGNATURE: SECRET, "value": encoded} if path in secrets else encoded


def under(path: Path, secrets: Iterable[Path]) -> bool:
    """Whether a path is a secret, part of one, or holds one."""
    return any(path[: len(secret)] == secret or secret[: len(path)] == path for secret in secrets)


def text_of(path: Path) -> str:
    """Give a path as Pulumi writes it: `productionVariants[0].modelName`, `tagsAll["cost-center"]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part.replace("_", "a").isalnum() and not part[0].isdigit():
            text += f".{part}" if text else part
        else:
            text += '["' + part.replace('"', '\\"') + '"]'
    return text
