"""Which stack is a pull request's, and which names on AWS are that stack's: exactly, never by prefix. Pure."""

from __future__ import annotations

import re

from slipway.failure import Misuse

# GitHub counts issues and pull requests of a repository together; nine digits are room enough, and ten a mistake
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_STACK = re.compile(r"pr-([1-9][0-9]{0,8})")
_PROJECT = re.compile(r"[a-z0-9](-*[a-z0-9])*")
PARTS = ("boundary", "preview", "deploy", "read")
"""What the program itself puts behind a stack's name, after a hyphen."""
# Pulumi's automatic suffix; the suffix of jobs that `slipway train` starts (slipway/train/command.py)
_SUFFIX = rf"(-({'|'.join(PARTS)}|[0-9a-f]{{7}}|[0-9]{{8}}-[0-9]{{6}}-[0-9a-f]{{4}}))?"
# databases and their zones: SQL takes no hyphens
_ZONE = r"_[a-z]+"


def number(text: str) -> int:
    """Return the number of a pull request. Raises Misuse for what is none."""
    if _NUMBER.fullmatch(text) is None:
        raise Misuse(
            f"{text!r} is no number of a pull request: a whole number from 1 to 999999999 without signs or leading "
            "zeros is one, for instance --pr 42"
        )
    return int(text)


def stack_of(pull_request: int) -> str:
    """Return the name of a pull request's stack."""
    return f"pr-{pull_request}"


def pull_request_of(stack: str) -> int | None:
    """Return the pull request of a stack, None where the name is not exactly that of one: `pr-4-test` is nobody's."""
    found = _STACK.fullmatch(stack)
    return None if found is None else int(found.group(1))


class OwnNames:
    """The names that things of one stack have on AWS, where no tag can say whose they are."""

    def __init__(self, project: str, stack: str) -> None:
        if _PROJECT.fullmatch(project) is None:
            raise Misuse(f"{project!r} is no project name that endpoints can bear: lower-case letters, digits, hyphens")
        self.base = f"{project}-{stack}"
        low = re.escape(self.base.replace("-", "_"))
        self._whole = re.compile(rf"{re.escape(self.base)}{_SUFFIX}|{low}{_ZONE}")

    def has(self, name: str) -> bool:
        """Tell whether a name, or one of its segments between slashes, is exactly one of the stack's."""
        return any(self._whole.fullmatch(part) for part in name.split("/"))
