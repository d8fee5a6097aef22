"""The two ways in which a verb ends badly; slipway.cli turns them into exit codes."""

from __future__ import annotations


class Failure(Exception):  # noqa: N818 - what the user sees is "a failure", exit code 1
    """What was asked for did not work out; the message says what is wrong and what to do (exit 1)."""


class Misuse(Failure):
    """What was asked for makes no sense as it stands: a wrong word, a missing file (exit 2)."""


def in_our_words(error: Exception) -> Exception:
    """Say what to do where AWS can't be reached or nobody has logged in; any other error stays what it is."""
    from botocore.exceptions import EndpointConnectionError, NoCredentialsError  # noqa: PLC0415 - slow, rarely needed

    if not isinstance(error, EndpointConnectionError | NoCredentialsError):
        return error
    failure = Failure(
        f"AWS can't be reached: {str(error).rstrip('.')}; for the sandbox run `slipway sandbox up`, then "
        '`eval "$(slipway sandbox env)"`; for a real account log in to it'
    )
    failure.__cause__ = error
    return failure
