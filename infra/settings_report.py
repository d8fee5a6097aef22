"""Words for what pydantic found wrong with a stack file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from infra.problems import Problem, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

NAMESPACE = "slipway:"
"""How every key of ours begins in a stack file."""

_A_NUMBER = ("must be a number", "write it as a bare number, without quotes")
_A_MAPPING = ("must be a mapping of keys to values", "indent its keys below it")

# pydantic's kind of error: the rule, and the way out, with pydantic's own context filled in.
_WORDS = {
    "greater_than_equal": ("must be at least {ge}", "use {ge} or more"),
    "less_than_equal": ("must be at most {le}", "use {le} or less"),
    "literal_error": ("must be one of {expected}", "choose one of them"),
    "string_type": ("must be text", "put it in quotes"),
    "string_pattern_mismatch": ("must match {pattern}", "write it in that form"),
    "string_too_long": ("must be at most {max_length} characters", "shorten it"),
    "too_long": ("must have at most {max_length} entries", "remove some"),
    "int_type": _A_NUMBER,
    "float_type": _A_NUMBER,
    "bool_type": ("must be true or false", "write true or false, without quotes"),
    "model_type": _A_MAPPING,
    "dict_type": _A_MAPPING,
}


def unknown_sections(sections: Iterable[str], settings: type[BaseModel]) -> list[Problem]:
    """Return a problem for every section that no stack has."""
    known = list(settings.model_fields)
    return [
        Problem(
            key=f"{NAMESPACE}{name}",
            rule="there is no such section",
            given=False,
            way_out=_suggestion(name, known, prefix=NAMESPACE),
        )
        for name in sections
        if name not in known
    ]


def problems_of(error: ValidationError, settings: type[BaseModel]) -> list[Problem]:
    """Return what pydantic found, in the words of whoever wrote the stack file."""
    return [_problem(detail, settings) for detail in error.errors(include_url=False)]


def _problem(detail: ErrorDetails, settings: type[BaseModel]) -> Problem:
    location = [part for part in detail["loc"] if part != "[key]"]
    key = NAMESPACE + ".".join(str(part) for part in location)
    kind = detail["type"]
    name = str(location[-1])
    if kind == "extra_forbidden":
        known = _keys_at(settings, location[:-1])
        return Problem(key=key, rule="there is no such key", given=False, way_out=_suggestion(name, known, prefix=""))
    if kind == "missing":
        what = "section" if len(location) == 1 else "key"
        return Problem(key=key, rule=f"this {what} is required", given=False, way_out=f"add {name} to the stack file")
    rule, way_out = _rule(kind, detail.get("ctx", {}), detail)
    return Problem(key=key, rule=rule, value=detail["input"], way_out=way_out)


def _rule(kind: str, context: Mapping[str, Any], detail: ErrorDetails) -> tuple[str, str]:
    """Return the rule that was broken and what to do, for one kind of pydantic error."""
    if kind == "value_error":
        rule, _, way_out = str(context["error"]).partition("; ")
        return rule, way_out
    if kind in _WORDS:
        rule, way_out = _WORDS[kind]
        return rule.format_map(context), way_out.format_map(context)
    return detail["msg"][:1].lower() + detail["msg"][1:], "correct it"


def _suggestion(name: str, known: Iterable[str], *, prefix: str) -> str:
    known = sorted(known)
    near = did_you_mean(name, known)
    if near is not None:
        return f"did you mean {prefix}{near}?"
    return f"remove it, or use one of {', '.join(known)}" if known else "remove it"


def _keys_at(model: type[BaseModel], location: Iterable[int | str]) -> list[str]:
    """Return the keys of the section that a location names, following nested sections."""
    for part in location:
        field = model.model_fields.get(str(part))
        nested = None if field is None else _section_in(field.annotation)
        if nested is None:
            return []
        model = nested
    return list(model.model_fields)


def _section_in(annotation: object) -> type[BaseModel] | None:
    for candidate in (annotation, *get_args(annotation)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None
