"""The two small notations of the declarations: templates over properties, and paths into answers."""

import re
from collections.abc import Mapping
from typing import Any

_FIELD = re.compile(r"\{(\w+)\}")
_STEP = re.compile(r"(\w+)|\[(\d+)\]")


def filled(template: str, values: Mapping[str, Any]) -> str:
    """`{role}:{name}` with the values; KeyError for one that is not there."""
    return _FIELD.sub(lambda match: str(values[match[1]]), template)


def fields(template: str) -> list[str]:
    """Give the names that a template needs."""
    return _FIELD.findall(template)


def parsed(template: str, text: str) -> dict[str, str] | None:
    """Give the values that a template was filled with, the way back; None when the text does not have its form."""
    names = fields(template)
    pattern, last = "", 0
    for index, match in enumerate(_FIELD.finditer(template)):
        pattern += re.escape(template[last : match.start()])
        pattern += f"(?P<{match[1]}>.+)" if index == len(names) - 1 else f"(?P<{match[1]}>.+?)"
        last = match.end()
    found = re.fullmatch(pattern + re.escape(template[last:]), text, re.DOTALL)
    return found.groupdict() if found else None


def at_path(answer: Any, path: str) -> Any:
    """`Role.Arn`, `repositories[0]`: what lies there, None when nothing does."""
    for name, index in _STEP.findall(path):
        if answer is None:
            return None
        if name:
            answer = answer.get(name)
            continue
        answer = answer[int(index)] if int(index) < len(answer) else None
    return answer


def shape_at(shape: Any, path: str) -> Any:
    """Botocore's shape of what lies at a path."""
    for name, _ in _STEP.findall(path):
        shape = shape.members[name] if name else shape.member
    return shape
