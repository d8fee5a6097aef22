"""The two ways in which a verb ends badly; slipway.cli turns them into exit codes."""

from __future__ import annotations


class Failure(Exception):  # noqa: N818 - what the user sees is "a failure", exit code 1
    """What was asked for did not work out; the message says what is wrong and what to do (exit 1)."""


class Misuse(Failure):
    """What was asked for makes no sense as it stands: a wrong word, a missing file (exit 2)."""
