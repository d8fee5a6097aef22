"""Patterns of policies: `*`, `?` and policy variables.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

import re
from collections.abc import Callable
from functools import lru_cache

VARIABLE = re.compile(r"\$\{([^}]*)\}")
LITERAL = {"*": "*", "?": "?", "$": "$"}
"""`${*}` stands for a star that is no wildcard, and so on."""

Variables = Callable[[str], str | None]
"""Gives the one value of a condition key, None when the request has none."""


def no_variables(_: str) -> str | None:
    """Know no variable."""
    return None


def matches(pattern: str, value: str, variables: Variables | None = None, *, ignore_case: bool = False) -> bool:
    """Tell whether a value is like a pattern; `variables` None takes `${...}` as it stands (policy version 2008-10-17).

    A pattern with a variable that the request does not have matches nothing, as on AWS.
    """
    if variables is not None and "${" in pattern:
        expression = _with_variables(pattern, variables)
        if expression is None:
            return False
        return re.fullmatch(expression, value, re.DOTALL | (re.IGNORECASE if ignore_case else 0)) is not None
    if "*" not in pattern and "?" not in pattern:
        return pattern.lower() == value.lower() if ignore_case else pattern == value
    return _compiled(pattern, ignore_case=ignore_case).fullmatch(value) is not None


def filled(text: str, variables: Variables | None) -> str | None:
    """Return a text with its variables replaced, for operators without wildcards; None when one is not there."""
    if variables is None or "${" not in text:
        return text
    found = [_value(name, variables) for name in VARIABLE.findall(text)]
    if None in found:
        return None
    values = iter(found)
    return VARIABLE.sub(lambda _: str(next(values)), text)


@lru_cache(maxsize=4096)
def _compiled(pattern: str, *, ignore_case: bool) -> re.Pattern[str]:
    return re.compile(_expression(pattern), re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def _expression(pattern: str) -> str:
    return "".join(".*" if char == "*" else "." if char == "?" else re.escape(char) for char in pattern)


def _with_variables(pattern: str, variables: Variables) -> str | None:
    parts, end = [], 0
    for found in VARIABLE.finditer(pattern):
        value = _value(found.group(1), variables)
        if value is None:
            return None
        parts += [_expression(pattern[end : found.start()]), re.escape(value)]
        end = found.end()
    return "".join([*parts, _expression(pattern[end:])])


def _value(inside: str, variables: Variables) -> str | None:
    if inside in LITERAL:
        return LITERAL[inside]
    name, comma, default = inside.partition(",")
    value = variables(name.strip())
    if value is None and comma:  # `${key, 'default'}`
        return default.strip().strip("'")
    return value
