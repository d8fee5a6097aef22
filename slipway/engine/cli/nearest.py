"""The nearest of the words that would have been right."""

import difflib
from collections.abc import Iterable

from slipway.engine.errors import EngineError

_NAMED = 10  # stacks that an error names
_LIKE = 0.6  # how much alike words are that may be taken for each other, of 1


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ` (did you mean X?)`, or nothing when nothing is like the word."""
    found = difflib.get_close_matches(word, sorted(set(known)), n=1, cutoff=_LIKE)
    return f" (did you mean {found[0]}?)" if found else ""


def no_such_stack(name: str, known: Iterable[str]) -> EngineError:
    """Return the refusal of a stack that does not exist, with the name that may have been meant and those there are."""
    names = sorted(set(known))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    there = (
        f"there is {', '.join(names[:_NAMED])}{more}"
        if names
        else "there is none yet, make one with `pulumi stack init`"
    )
    return EngineError(f"no stack named '{name}' found{did_you_mean(name, names)}; {there}")
