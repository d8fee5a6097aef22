"""Metric math as text: read into a tree, with every name and function known before anything is computed.

`100 * errors / invocations`, `IF(m2 > 0, m1 / m2, 0)`, `SUM(METRICS("e"))`. Comparisons bind less than sums, sums less
than products, products less than powers; AND, OR (or &&, ||) least.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

import re
from dataclasses import dataclass

FUNCTIONS = {
    "ABS": (1, 1),
    "AVG": (1, 1),
    "CEIL": (1, 1),
    "DIFF": (1, 1),
    "FILL": (2, 2),
    "FIRST": (1, 1),
    "FLOOR": (1, 1),
    "IF": (2, 3),
    "LAST": (1, 1),
    "MAX": (1, 1),
    "METRICS": (0, 1),
    "METRIC_COUNT": (1, 1),
    "MIN": (1, 1),
    "PERIOD": (1, 1),
    "RATE": (1, 1),
    "RUNNING_SUM": (1, 1),
    "STDDEV": (1, 1),
    "SUM": (1, 1),
}
"""The functions that there are, with the least and the greatest number of their arguments."""
KEYWORDS = ("REPEAT", "LINEAR")
LEVELS = (("OR", "||"), ("AND", "&&"), ("==", "!=", "<=", ">=", "<", ">"), ("+", "-"), ("*", "/", "%"))
_TOKEN = re.compile(
    r'\s*(?:(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)|(?P<name>[A-Za-z]\w*)|"(?P<text>[^"]*)"|\'(?P<text2>[^\']*)\''
    r"|(?P<sign>&&|\|\||==|!=|<=|>=|[-+*/%^<>()\[\],]))"
)


class ExpressionError(ValueError):
    """An expression that cannot be read or has no meaning; the message says why."""


@dataclass(frozen=True)
class Number:
    """A constant."""

    value: float


@dataclass(frozen=True)
class Text:
    """A quoted text, as METRICS takes one, or REPEAT and LINEAR of FILL."""

    value: str


@dataclass(frozen=True)
class Name:
    """The Id of another query."""

    id: str


@dataclass(frozen=True)
class Call:
    """A function of FUNCTIONS, an operator, "negative", or "array" of `[a, b]`."""

    function: str
    arguments: tuple["Tree", ...]


Tree = Number | Text | Name | Call


def parse(text: str) -> Tree:
    """Read an expression. Raises ExpressionError, which names an unknown function."""
    reader = _Reader(text)
    tree = reader.level(0)
    reader.require_end()
    return tree


def names_of(tree: Tree) -> set[str]:
    """Return the Ids that an expression refers to."""
    if isinstance(tree, Name):
        return {tree.id}
    return set[str]().union(*(names_of(each) for each in tree.arguments)) if isinstance(tree, Call) else set()


def _tokens(text: str) -> list[tuple[str, str]]:
    found, position, end = [], 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            raise ExpressionError(f"unexpected {text[position:].strip()[:10]!r} in the expression {text!r}")
        kind = str(match.lastgroup)
        found.append((kind.removesuffix("2"), match.group(kind)))
        position = match.end()
    return found


class _Reader:
    """Recursive descent over levels of binding."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._position = 0

    def level(self, number: int) -> Tree:
        if number == len(LEVELS):
            return self._power()
        left = self.level(number + 1)
        while (operator := self._take(*LEVELS[number])) is not None:
            left = Call({"||": "OR", "&&": "AND"}.get(operator, operator), (left, self.level(number + 1)))
        return left

    def require_end(self) -> None:
        if self._position < len(self._tokens):
            raise ExpressionError(f"unexpected {self._tokens[self._position][1]!r} in the expression {self._text!r}")

    def _power(self) -> Tree:
        if self._take("-") is not None:
            return Call("negative", (self._power(),))
        base = self._atom()
        return base if self._take("^") is None else Call("^", (base, self._power()))

    def _atom(self) -> Tree:
        kind, value = self._next()
        if kind == "number":
            return Number(float(value))
        if kind == "text":
            return Text(value)
        if kind == "name":
            if self._take("(") is not None:
                return self._call(value)
            return Text(value) if value in KEYWORDS else Name(value)
        if value == "(":
            inner = self.level(0)
            self._require(")")
            return inner
        if value == "[":
            return Call("array", self._list("]"))
        raise ExpressionError(f"unexpected {value!r} in the expression {self._text!r}")

    def _call(self, name: str) -> Tree:
        if name not in FUNCTIONS:
            known = ", ".join(FUNCTIONS)
            raise ExpressionError(f"the sandbox does not know the metric math function {name}: it knows {known}")
        arguments = self._list(")")
        least, most = FUNCTIONS[name]
        if not least <= len(arguments) <= most:
            raise ExpressionError(f"{name} takes {least} to {most} argument(s), got {len(arguments)}")
        return Call(name, arguments)

    def _list(self, end: str) -> tuple[Tree, ...]:
        found: list[Tree] = []
        if self._take(end) is not None:
            return ()
        while True:
            found.append(self.level(0))
            if self._take(end) is not None:
                return tuple(found)
            self._require(",")

    def _next(self) -> tuple[str, str]:
        if self._position == len(self._tokens):
            raise ExpressionError(f"the expression {self._text!r} ends too early")
        self._position += 1
        return self._tokens[self._position - 1]

    def _take(self, *wanted: str) -> str | None:
        if self._position < len(self._tokens):
            kind, value = self._tokens[self._position]
            if kind in {"sign", "name"} and value in wanted:
                self._position += 1
                return value
        return None

    def _require(self, sign: str) -> None:
        if self._take(sign) is None:
            raise ExpressionError(f"{sign!r} is missing in the expression {self._text!r}")
