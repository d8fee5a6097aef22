"""Runs one command line of `slipway` and turns how it ends into an exit code."""

from __future__ import annotations

import io
import os
import sys
import traceback
from typing import TYPE_CHECKING, NoReturn

from slipway.cli.parser import parser
from slipway.failure import Failure, Misuse, in_our_words

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

FAILED, MISUSED, INTERRUPTED = 1, 2, 130


def main() -> NoReturn:
    """Run the command line of this process and exit with its code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # in a pipe, too, progress shows, and before an error
    sys.exit(run(sys.argv[1:]))


def run(words: Sequence[str]) -> int:
    """Run one command line; return its exit code: 0 done, 1 failed, 2 misused, 130 interrupted."""
    if words[:1] == ["sandbox"]:  # its own command line, --help included
        os.execv(sys.executable, [sys.executable, "-m", "slipway.sandbox", *words[1:]])  # noqa: S606 - its exit code is ours
    arguments = parser().parse_args(words)
    try:
        call: Callable[[argparse.Namespace], int | None] = arguments.call
        return call(arguments) or 0
    except Failure as error:
        return _complain(error, arguments, MISUSED if isinstance(error, Misuse) else FAILED)
    except KeyboardInterrupt:
        print("slipway: interrupted", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the process's outermost loop
        return _complain(in_our_words(error), arguments, FAILED)


def _complain(error: BaseException, arguments: argparse.Namespace, code: int) -> int:
    if arguments.verbose:
        traceback.print_exception(error)
    kind = "" if isinstance(error, Failure) else f"{type(error).__name__}: "
    hint = "" if isinstance(error, Failure) or arguments.verbose else " (--verbose shows the trace)"
    print(f"slipway: {kind}{error}{hint}", file=sys.stderr)
    return code
