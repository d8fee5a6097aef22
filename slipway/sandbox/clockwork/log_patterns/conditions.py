"""Conditions over the fields of a log event: `$.level = "ERROR" && ($.n > 3 || $.code = 4*)`.

The same for JSON, whose fields are paths, and for space-delimited events, whose fields have names.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final


class PatternError(ValueError):
    """A pattern that cannot be read; the message says why."""


class _Missing:
    """Stands for a field that the event does not have."""


MISSING: Final = _Missing()
Lookup = Callable[[str], Any]
"""Returns the value of a field, or MISSING."""
Test = Callable[[Lookup], bool]

_TOKEN = re.compile(
    r"""\s*(?:(?P<sign>&&|\|\||!=|<=|>=|[=<>()])|"(?P<text>(?:[^"\\]|\\.)*)"|%(?P<regex>[^%]+)%"""
    r"""|(?P<bare>(?:[^\s=<>()&|!"%\[]|\[[^\]]*\]|%|&(?!&)|\|(?!\|)|!(?!=))+))"""
)
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
_WORDS = {"NULL": None, "TRUE": True, "FALSE": False}


@dataclass
class Conditions:
    """What was read: the test, and the fields in it in order."""

    test: Test
    fields: list[str] = field(default_factory=list)


def parse(text: str) -> Conditions:
    """Read conditions joined by && and ||. Raises PatternError."""
    reader = _Reader(text)
    test = reader.any_of()
    reader.require_end()
    return Conditions(test, reader.fields)


class _Reader:
    """Recursive descent: && binds closer than ||."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[tuple[str, str]] = []
        self._position = 0
        self.fields: list[str] = []
        place, end = 0, len(text.rstrip())
        while place < end:
            match = _TOKEN.match(text, place)
            if match is None:
                raise PatternError(f"unexpected {text[place:].strip()[:10]!r} in the pattern {text!r}")
            kind = str(match.lastgroup)
            self._tokens.append((kind, match.group(kind)))
            place = match.end()

    def any_of(self) -> Test:
        """Read terms joined by ||."""
        terms = [self._all_of()]
        while self._take("||"):
            terms.append(self._all_of())
        return lambda lookup: any(term(lookup) for term in terms)

    def require_end(self) -> None:
        """Refuse what is left over."""
        if self._position < len(self._tokens):
            raise PatternError(f"unexpected {self._tokens[self._position][1]!r} in the pattern {self._text!r}")

    def _all_of(self) -> Test:
        terms = [self._one()]
        while self._take("&&"):
            terms.append(self._one())
        return lambda lookup: all(term(lookup) for term in terms)

    def _one(self) -> Test:
        if self._take("("):
            inner = self.any_of()
            if not self._take(")"):
                raise PatternError(f"a parenthesis is not closed in the pattern {self._text!r}")
            return inner
        kind, name = self._next()
        if kind != "bare":
            raise PatternError(f"a field was expected, got {name!r} in the pattern {self._text!r}")
        self.fields.append(name)
        return self._condition(name)

    def _condition(self, name: str) -> Test:
        kind, word = self._next()
        if kind == "bare" and word.upper() == "IS":
            _, wanted = self._next()
            if wanted.upper() not in _WORDS:
                raise PatternError(f"IS takes NULL, TRUE or FALSE, got {wanted!r}")
            value = _WORDS[wanted.upper()]
            return lambda lookup: lookup(name) is value
        if kind == "bare" and word.upper() == "NOT":
            _, exists = self._next()
            if exists.upper() != "EXISTS":
                raise PatternError(f"NOT takes EXISTS, got {exists!r}")
            return lambda lookup: lookup(name) is MISSING
        if kind == "bare" and word.upper() == "EXISTS":
            return lambda lookup: lookup(name) is not MISSING
        if kind != "sign" or word not in _COMPARISONS:
            raise PatternError(f"a comparison was expected after {name!r}, got {word!r}")
        return self._comparison(name, word)

    def _comparison(self, name: str, sign: str) -> Test:
        kind, wanted = self._next()
        if kind == "sign":
            raise PatternError(f"a value was expected after {name!r} {sign}, got {wanted!r}")
        number = _number(wanted) if kind == "bare" else None
        if number is not None and sign == "!=":
            return lambda lookup: _text(lookup(name)) is not None and _number(lookup(name)) != number
        if number is not None:
            compare = _COMPARISONS[sign]
            return lambda lookup: (found := _number(lookup(name))) is not None and compare(found, number)
        if sign not in {"=", "!="}:
            raise PatternError(f"{sign} compares numbers, got {wanted!r}")
        expression = re.compile(wanted) if kind == "regex" else _wildcards(wanted)
        method = expression.search if kind == "regex" else expression.fullmatch
        equal = sign == "="
        return lambda lookup: (found := _text(lookup(name))) is not None and (method(found) is not None) == equal

    def _next(self) -> tuple[str, str]:
        if self._position == len(self._tokens):
            raise PatternError(f"the pattern {self._text!r} ends too early")
        self._position += 1
        return self._tokens[self._position - 1]

    def _take(self, sign: str) -> bool:
        if self._position < len(self._tokens) and self._tokens[self._position] == ("sign", sign):
            self._position += 1
            return True
        return False


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None or value is MISSING:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _text(value: Any) -> str | None:
    if value is None or value is MISSING or isinstance(value, dict | list):
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _wildcards(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in text.replace('\\"', '"').split("*")), re.DOTALL)
