"""The entry: finds the command, runs it, and turns refusals into `error:` lines and exit codes."""

import argparse
import os
import sys
from collections.abc import Sequence

from slipway.engine.cli import config, login, operations, stack
from slipway.engine.cli.arguments import Parser, globals_of, go_switches
from slipway.engine.errors import EngineError, UnsupportedError

PROGRAM = "pulumi"
UNSUPPORTED = (
    "about",
    "ai",
    "console",
    "convert",
    "convert-trace",
    "deployment",
    "env",
    "esc",
    "gen-completion",
    "gen-markdown",
    "import",
    "install",
    "insights",
    "logs",
    "neo",
    "new",
    "org",
    "package",
    "plugin",
    "policy",
    "project",
    "query",
    "replay-events",
    "schema",
    "template",
    "view-trace",
    "watch",
)


def build() -> Parser:
    """Build the parser of every command."""
    parser = Parser(prog=PROGRAM, description="The embedded engine: a subset of the `pulumi` command line.")
    globals_of(parser, top=True)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    for group in (operations, stack, config, login):
        group.register(commands)
    return parser


def main(argv: Sequence[str]) -> int:
    """Run one command line; returns the exit code."""
    try:
        words = go_switches(argv)
        first = next((word for word in words if not word.startswith("-")), None)
        if first in UNSUPPORTED:
            raise UnsupportedError(f"`{PROGRAM} {first}`")
        parser = build()
        args = parser.parse_args(words)
        if args.command is None:
            parser.print_help()
            return 0
        code: int = args.run(args)
        sys.stdout.flush()
    except EngineError as error:
        return _fail(error.message, error.exit_code)
    except BrokenPipeError:
        # The reader of our output left: nothing more to say to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return _fail("interrupted", 130)
    except argparse.ArgumentError as error:
        return _fail(str(error), 2)
    return code


def _fail(message: str, code: int) -> int:
    sys.stdout.flush()
    print(f"error: {message}", file=sys.stderr)
    return code
