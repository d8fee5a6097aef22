"""Space-delimited log events: `[ip, user, ..., status = 4*, bytes > 1000]`.

What stands in brackets or quotes is one field; `...` stands for any number of fields.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from slipway.sandbox.clockwork.log_patterns.conditions import PatternError, Test, parse

REST = "..."
_FIELD = re.compile(r'"((?:[^"\\]|\\.)*)"|\[([^\]]*)\]|(\S+)')
_NAME = re.compile(r"\s*([A-Za-z_][\w.-]*|\$?\d+)\s*")


@dataclass(frozen=True)
class Columns:
    """The columns of a pattern: their names in order, and a test over all of them."""

    names: tuple[str, ...]
    test: Test

    def named(self, fields: Sequence[str]) -> dict[str, str] | None:
        """Return the fields of an event by name; None when it has another number of them."""
        if REST not in self.names:
            return dict(zip(self.names, fields, strict=True)) if len(fields) == len(self.names) else None
        place = self.names.index(REST)
        after = len(self.names) - place - 1
        if len(fields) < place + after:
            return None
        ends = fields[len(fields) - after :] if after else []
        return dict(zip(self.names[:place], fields, strict=False)) | dict(
            zip(self.names[place + 1 :], ends, strict=True)
        )


def split(message: str) -> list[str]:
    """Return the fields of a log event."""
    return [next(part for part in match.groups() if part is not None) for match in _FIELD.finditer(message)]


def columns_of(text: str) -> Columns:
    """Read what stands between the brackets of a pattern. Raises PatternError."""
    names, tests = list[str](), list[Test]()
    for number, part in enumerate(_parts(text), 1):
        if part.strip() == REST:
            if REST in names:
                raise PatternError(f"{REST} may stand once only, got [{text}]")
            names.append(REST)
            continue
        name = _NAME.match(part)
        if part.strip() and name is None:
            raise PatternError(f"a column begins with its name, got {part.strip()!r}")
        names.append(name.group(1) if name is not None else str(number))
        if name is not None and name.end() < len(part):
            conditions = parse(part)
            if set(conditions.fields) != {names[-1]}:
                raise PatternError(f"a column has conditions about itself only, got {part.strip()!r}")
            tests.append(conditions.test)
    return Columns(tuple(names), lambda lookup: all(test(lookup) for test in tests))


def _parts(text: str) -> list[str]:
    """Cut at commas that stand in no quotes."""
    return re.findall(r'((?:"(?:[^"\\]|\\.)*"|[^,"])*)(?:,|$)', text)[:-1] if text.strip() else []
