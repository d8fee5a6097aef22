"""Parameters of a pipeline: declared with a type, a default and choices; bound to values when it starts; pure."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from slipway.sandbox.sagemaker.pipelines.errors import DefinitionError

TYPES = ("String", "Integer", "Float", "Boolean")


class ParameterError(Exception):
    """The values given to an execution do not fit the pipeline's parameters."""


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One declared parameter."""

    name: str
    type: str
    default: Any
    """None when a value must be given."""
    choices: tuple[Any, ...]
    """Empty when every value will do."""

    def read(self, value: Any) -> Any:
        """Return a value, a text in a request, in the parameter's type. Raises ParameterError."""
        typed = _typed(value, self.type)
        if typed is None:
            raise ParameterError(f"parameter {self.name} is of type {self.type}, got {value!r}")
        if self.choices and typed not in self.choices:
            allowed = ", ".join(map(str, self.choices))
            raise ParameterError(f"parameter {self.name} must be one of {allowed}, got {value!r}")
        return typed


def declared(documents: Any) -> dict[str, Parameter]:
    """Read a definition's Parameters. Raises DefinitionError."""
    found: dict[str, Parameter] = {}
    if not isinstance(documents, list):
        raise DefinitionError("Parameters must be a list")
    for document in documents:
        name = document.get("Name") if isinstance(document, dict) else None
        if not isinstance(name, str) or name in found:
            raise DefinitionError(f"each parameter needs a Name of its own, got {name!r}")
        if document.get("Type") not in TYPES:
            raise DefinitionError(f"parameter {name} has Type {document.get('Type')!r}; {', '.join(TYPES)} are allowed")
        parameter = Parameter(
            name=name,
            type=document["Type"],
            default=document.get("DefaultValue"),
            choices=tuple(document.get("EnumValues") or ()),
        )
        if parameter.default is not None:
            try:
                parameter.read(parameter.default)
            except ParameterError as error:
                raise DefinitionError(f"{error} as its DefaultValue") from error
        found[name] = parameter
    return found


def bind(parameters: Mapping[str, Parameter], given: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """Return every parameter's value. Raises ParameterError for unknown, missing and wrong ones."""
    values: dict[str, Any] = {}
    for each in given:
        if each["Name"] not in parameters:
            raise ParameterError(
                f"the pipeline has no parameter {each['Name']}; it has {', '.join(parameters) or 'none'}"
            )
        if each["Name"] in values:
            raise ParameterError(f"parameter {each['Name']} is given twice")
        values[each["Name"]] = parameters[each["Name"]].read(each["Value"])
    missing = [name for name, each in parameters.items() if name not in values and each.default is None]
    if missing:
        raise ParameterError(f"parameters without a default must be given: {', '.join(missing)}")
    return {
        name: values.get(name, each.read(each.default)) if name not in values else values[name]
        for name, each in parameters.items()
    }


def _typed(value: Any, kind: str) -> Any:
    """Return a value of JSON, or the text of one, in a type; None when it does not fit."""
    if kind == "String":
        return value if isinstance(value, str) else None
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    if kind == "Boolean":
        return value if isinstance(value, bool) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if kind == "Float":
        return float(value)
    return value if isinstance(value, int) else None
