"""The rule of a composite alarm: `ALARM("a") AND (OK(b) OR NOT INSUFFICIENT_DATA(c))`.

NOT binds closest, then AND, then OR. Alarms are named by name or ARN, with or without double quotes.
Source: botocore's documentation of PutCompositeAlarm (AlarmRule); AT_LEAST of the user guide is refused by name.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

State = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]
STATES: tuple[State, ...] = ("OK", "ALARM", "INSUFFICIENT_DATA")
MAX_CHILDREN = 100
MAX_ELEMENTS = 500
_TOKEN = re.compile(
    r'\s*(?:(?P<word>(?!(?i:and|or|not)\b)[A-Za-z_]+)\s*\(\s*(?:"(?P<quoted>[^"]*)"|(?P<bare>[^()"]*?))\s*\)'
    r"|(?P<other>\w+|.))"
)
_CONSTANTS = {"TRUE": True, "FALSE": False}

Holds = Callable[[Mapping[str, str]], bool]
"""Whether a part of a rule is true, given the states of alarms by name."""


class RuleError(ValueError):
    """A rule that cannot be read; the message says where and why."""


@dataclass(frozen=True)
class Rule:
    """A rule that was read."""

    children: tuple[str, ...]
    """The names of the alarms in it, sorted."""
    holds: Holds


def name_of(alarm: str) -> str:
    """Return the name of an alarm that is given by name or ARN (`arn:aws:cloudwatch:REGION:ACCOUNT:alarm:NAME`)."""
    return alarm.partition(":alarm:")[2] if alarm.startswith("arn:") else alarm


def parse(text: str) -> Rule:
    """Read a rule. Raises RuleError."""
    reader = _Reader(text)
    holds = reader.any_of()
    if reader.peek() is not None:
        raise RuleError(f"unexpected {reader.peek()!r} in the alarm rule {text!r}")
    if len(reader.children) > MAX_CHILDREN or reader.elements > MAX_ELEMENTS:
        raise RuleError(
            f"an alarm rule has at most {MAX_CHILDREN} alarms and {MAX_ELEMENTS} elements, "
            f"got {len(reader.children)} and {reader.elements}"
        )
    return Rule(tuple(sorted(reader.children)), holds)


class _Reader:
    """Recursive descent, one method a level of binding."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_TOKEN.finditer(text.strip()))
        self._position = 0
        self.children: set[str] = set()
        self.elements = 0

    def peek(self) -> str | None:
        """Return the word at the reader, None at the end."""
        if self._position == len(self._tokens):
            return None
        token = self._tokens[self._position]
        return str(token.group("word") or token.group("other"))

    def any_of(self) -> Holds:
        """Read terms joined by OR."""
        terms = [self._all_of()]
        while self._take("OR"):
            terms.append(self._all_of())
        return lambda states: any(term(states) for term in terms)

    def _all_of(self) -> Holds:
        terms = [self._one()]
        while self._take("AND"):
            terms.append(self._one())
        return lambda states: all(term(states) for term in terms)

    def _one(self) -> Holds:
        if self._take("NOT"):
            inner = self._one()
            return lambda states: not inner(states)
        if self._take("("):
            self.elements += 1
            inner = self.any_of()
            if not self._take(")"):
                raise RuleError(f"a parenthesis is not closed in the alarm rule {self._text!r}")
            return inner
        return self._element()

    def _element(self) -> Holds:
        word = self.peek()
        if word is None:
            raise RuleError(f"the alarm rule {self._text!r} ends where an alarm was expected")
        token = self._tokens[self._position]
        self._position += 1
        self.elements += 1
        if token.group("word") is None:
            if word.upper() not in _CONSTANTS:
                raise RuleError(f"unexpected {word!r} in the alarm rule {self._text!r}")
            constant = _CONSTANTS[word.upper()]
            return lambda _: constant
        wanted = word.upper()
        name = name_of(token.group("quoted") or token.group("bare") or "")
        if wanted not in STATES:
            raise RuleError(f"the function {word!r} is not one of {', '.join(STATES)}, TRUE and FALSE")
        if not name:
            raise RuleError(f"{word}() in the alarm rule {self._text!r} names no alarm")
        self.children.add(name)
        return lambda states: states.get(name) == wanted

    def _take(self, word: str) -> bool:
        token = None if self._position == len(self._tokens) else self._tokens[self._position]
        if token is None or (token.group("other") or "").upper() != word:
            return False
        self._position += 1
        return True
