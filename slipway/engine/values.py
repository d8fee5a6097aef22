"""Property values: the one form that they have inside the engine.

A value is plain Python (None, bool, int, float, str, list, dict) or one of the classes below. The two codecs, wire
(protobuf Struct) and state (JSON), are the only places where another form exists.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Self

Properties = dict[str, Any]
"""Property name to value."""


class Unknown:
    """The value of something that is known only after it is made; there is one instance, UNKNOWN."""

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: object) -> Self:
        return self

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that is encrypted at rest and never shown."""

    value: Any

    def __repr__(self) -> str:
        return "Secret([secret])"


@dataclass(frozen=True, slots=True)
class OutputValue:
    """A value with what is known about it, as a program may send it: is it known, secret, and what it depends on."""

    value: Any
    known: bool
    secret: bool
    dependencies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResourceReference:
    """A resource as a property value; `id` is None for a component, UNKNOWN before it is made."""

    urn: str
    id: Any = None
    package_version: str = ""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file, a text or a URI, identified by the sha256 of its bytes; one of the three is not None."""

    hash: str = ""
    text: str | None = None
    path: str | None = None
    uri: str | None = None


@dataclass(frozen=True, slots=True)
class Archive:
    """A folder or archive file, a URI, or named assets and archives; one of the three is not None."""

    hash: str = ""
    path: str | None = None
    uri: str | None = None
    assets: dict[str, Any] | None = None


def walk(value: Any, visit: Callable[[Any], bool]) -> bool:
    """Say whether `visit` is true of the value or of anything in it."""
    if visit(value):
        return True
    if isinstance(value, dict):
        return any(walk(item, visit) for item in value.values())
    if isinstance(value, list):
        return any(walk(item, visit) for item in value)
    if isinstance(value, Secret | OutputValue):
        return walk(value.value, visit)
    return False


def has_unknown(value: Any) -> bool:
    """Say whether anything in the value is not known yet."""
    return walk(value, lambda item: item is UNKNOWN or (isinstance(item, OutputValue) and not item.known))


def has_secret(value: Any) -> bool:
    """Say whether anything in the value is secret."""
    return walk(value, lambda item: isinstance(item, Secret) or (isinstance(item, OutputValue) and item.secret))


def unwrap(value: Any) -> Any:
    """Return the value without any Secret around or in it."""
    if isinstance(value, Secret):
        return unwrap(value.value)
    if isinstance(value, dict):
        return {key: unwrap(item) for key, item in value.items()}
    if isinstance(value, list):
        return [unwrap(item) for item in value]
    return value


def flatten_outputs(value: Any) -> Any:
    """Replace every OutputValue by what it stands for: UNKNOWN, a Secret or the plain value."""
    if isinstance(value, OutputValue):
        inner = flatten_outputs(value.value) if value.known else UNKNOWN
        return Secret(inner) if value.secret else inner
    if isinstance(value, Secret):
        return Secret(flatten_outputs(value.value))
    if isinstance(value, dict):
        return {key: flatten_outputs(item) for key, item in value.items()}
    if isinstance(value, list):
        return [flatten_outputs(item) for item in value]
    return value


def same(left: Any, right: Any) -> bool:
    """Compare two values as a deployment does: 1 is not True, assets by content, secrets by what is in them."""
    left, right = _bare(left), _bare(right)
    if isinstance(left, Asset | Archive) and type(left) is type(right) and left.hash and right.hash:
        return bool(left.hash == right.hash)
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(same(one, other) for one, other in zip(left, right, strict=True))
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left == right)


def _bare(value: Any) -> Any:
    while isinstance(value, Secret):
        value = value.value
    return value


def mark_secrets_like(values: Properties, model: Properties) -> Properties:
    """Make secret in `values` what is secret at the same path of `model`.

    Where the two differ in shape, all of what stands there is secret if anything of the model is.
    """
    return {key: _mark(value, model.get(key)) for key, value in values.items()}


def _mark(value: Any, model: Any) -> Any:
    if isinstance(value, Secret):
        return value
    if isinstance(value, dict) and isinstance(model, dict):
        return {key: _mark(item, model.get(key)) for key, item in value.items()}
    if isinstance(value, list) and isinstance(model, list) and len(value) == len(model):
        return [_mark(item, other) for item, other in zip(value, model, strict=True)]
    return Secret(unwrap(value)) if has_secret(model) else value
