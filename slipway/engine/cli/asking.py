"""Asking the person at the terminal."""

from slipway.engine.cli.session import Session
from slipway.engine.errors import EngineError


def confirm(session: Session, warning: str, word: str, *, yes: bool) -> bool:
    """Have a name typed before something that cannot be undone; without a terminal --yes is required."""
    if yes:
        return True
    if not session.interactive:
        raise EngineError("--yes must be passed in to proceed when running in non-interactive mode")
    print(warning)
    if _answer(f"Please confirm that this is what you'd like to do by typing `{word}`: ") == word:
        return True
    print("confirmation declined")
    return False


def choose(question: str, options: tuple[str, ...]) -> str:
    """Have one of some words typed; an empty answer or an end of input is `no`."""
    while True:
        answer = _answer(f"{question} [{'/'.join(options)}] ").lower() or "no"
        found = [option for option in options if option.startswith(answer)]
        if len(found) == 1:
            return found[0]


def _answer(prompt: str) -> str:
    # `input(prompt)` would write it to stderr where there is no readline.
    print(prompt, end="", flush=True)
    try:
        return input().strip()
    except EOFError:
        return ""
