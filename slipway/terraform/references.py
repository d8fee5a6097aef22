"""References in the values of a program: what the mock engine answers for an output, and what Terraform reads there.

A reference stands in a text as `@{aws_s3_bucket.lake-raw.arn}`, so that it survives concatenation and `json.dumps` and
can be told from a `${...}` of the program's own, such as a policy variable, which Terraform must not read.
"""

from __future__ import annotations

import re

_REFERENCE = re.compile(r"@\{((?:aws_[a-z0-9_]+|var)\.[A-Za-z0-9_.-]+)\}")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]")


def reference(path: str) -> str:
    """Return the text that stands for an output until the document is written."""
    return f"@{{{path}}}"


def is_reference(value: object) -> bool:
    """Tell whether a value is nothing but a reference."""
    return isinstance(value, str) and _REFERENCE.fullmatch(value) is not None


def expression(text: str) -> str:
    """Return a text as Terraform's JSON has it: `${...}` for references, what looks like a template escaped."""
    escaped = text.replace("${", "$${").replace("%{", "%%{")
    return _REFERENCE.sub(r"${\1}", escaped)


def local_name(name: str) -> str:
    """Return a logical name as Terraform allows it: letters, digits, `_` and `-`, a letter first."""
    plain = _NOT_IN_NAMES.sub("-", name)
    return plain if plain[:1].isalpha() or plain.startswith("_") else f"_{plain}"
