"""A filter pattern of any of the three kinds: terms, `{ conditions over JSON }`, `[named, fields, of=4*, lines]`.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slipway.sandbox.clockwork.log_patterns.conditions import MISSING, Conditions, PatternError, parse
from slipway.sandbox.clockwork.log_patterns.spaced import Columns, columns_of, split

_TERM = re.compile(r'\s*(?P<sign>[-?]?)(?:"(?P<text>(?:[^"\\]|\\.)*)"|%(?P<regex>[^%]+)%|(?P<bare>[^\s"]+))')
_STEP = re.compile(r"\.([^.\[\]\s]+)|\[(\d+)\]|\[(?:'([^']+)'|\"([^\"]+)\")\]")


@dataclass(frozen=True)
class Match:
    """A log event that matched: its fields by the words in which the pattern and the transformations name them."""

    extracted: Mapping[str, str]
    """What TestMetricFilter tells: the fields of the pattern."""
    lookup: Callable[[str], Any]
    """Returns a field's value by `$.path` or `$name`; MISSING where there is none."""


Matcher = Callable[[str], Match | None]


def matcher_of(pattern: str) -> Matcher:
    """Read a pattern; the matcher takes the message of a log event. Raises PatternError."""
    text = pattern.strip()
    if text.startswith("{"):
        if not text.endswith("}"):
            raise PatternError(f"a pattern over JSON ends with a brace, got {pattern!r}")
        return _over_json(parse(text[1:-1]))
    if text.startswith("["):
        if not text.endswith("]"):
            raise PatternError(f"a pattern of columns ends with a bracket, got {pattern!r}")
        return _over_columns(columns_of(text[1:-1]))
    return _over_terms(text)


def path_of(document: Any, path: str) -> Any:
    """Return what a JSON document has at `$.a.b[0]`; MISSING where it has nothing."""
    place, rest = document, path.removeprefix("$")
    while rest:
        step = _STEP.match(rest)
        if step is None:
            return MISSING
        name = step.group(1) or step.group(3) or step.group(4)
        if name is not None:
            place = place[name] if isinstance(place, dict) and name in place else MISSING
        else:
            index = int(step.group(2))
            place = place[index] if isinstance(place, list) and index < len(place) else MISSING
        rest = rest[step.end() :]
    return place


def _over_json(conditions: Conditions) -> Matcher:
    for each in conditions.fields:
        if not each.startswith("$"):
            raise PatternError(f"a field of a JSON event begins with $., got {each!r}")

    def match(message: str) -> Match | None:
        try:
            document = json.loads(message)
        except ValueError:
            return None
        if not isinstance(document, dict | list) or not conditions.test(lambda path: path_of(document, path)):
            return None
        found = {each: path_of(document, each) for each in conditions.fields}
        extracted = {each: _shown(value) for each, value in found.items() if value is not MISSING}
        return Match(extracted, lambda path: path_of(document, path))

    return match


def _over_columns(columns: Columns) -> Matcher:
    def match(message: str) -> Match | None:
        fields = columns.named(split(message))
        if fields is None or not columns.test(lambda name: fields.get(name, MISSING)):
            return None
        extracted = {f"${name}": value for name, value in fields.items()}
        return Match(extracted, lambda name: extracted.get(name, MISSING))

    return match


def _over_terms(text: str) -> Matcher:
    required, optional, excluded = list[re.Pattern[str]](), list[re.Pattern[str]](), list[re.Pattern[str]]()
    place = 0
    while place < len(text):
        term = _TERM.match(text, place)
        if term is None:
            raise PatternError(f"unexpected {text[place:][:10]!r} in the pattern {text!r}")
        place = term.end()
        plain = (term.group("text") or term.group("bare") or "").replace('\\"', '"')
        expression = re.compile(term.group("regex") or re.escape(plain))
        {"": required, "?": optional, "-": excluded}[term.group("sign")].append(expression)

    def match(message: str) -> Match | None:
        # beside terms that must be there, those that may be there say nothing
        holds = (
            all(term.search(message) for term in required)
            and (bool(required) or not optional or any(term.search(message) for term in optional))
            and not any(term.search(message) for term in excluded)
        )
        return Match({}, lambda _: MISSING) if holds else None

    return match


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
