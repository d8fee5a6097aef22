"""The entry: finds the command, runs it, and turns refusals into `error:` lines and exit codes."""

import os
import sys
import traceback
from collections.abc import Sequence

from slipway.engine.cli import config, login, operations, stack, state
from slipway.engine.cli.arguments import Parser, globals_of, go_switches
from slipway.engine.errors import EngineError, UnsupportedError

PROGRAM = "pulumi"
EXAMPLES = """examples:
  pulumi stack init dev
  pulumi preview --diff
  pulumi up
  pulumi destroy --yes --remove
  pulumi up --help                            every command has a --help with examples
"""
_OURS = "this is a defect of the engine, run the command again with -v 1 for the trace"
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
    parser = Parser(
        prog=PROGRAM, description="The embedded engine: a subset of the `pulumi` command line.", epilog=EXAMPLES
    )
    globals_of(parser, top=True)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    for group in (operations, stack, config, login, state):
        group.register(commands)
    return parser


def run(argv: Sequence[str]) -> int:
    """Find the command and run it."""
    words = go_switches(argv)
    named = [word for n, word in enumerate(words) if word[:1] != "-" and words[n - 1 : n] not in (["-C"], ["--cwd"])]
    if named and named[0] in UNSUPPORTED:
        raise UnsupportedError(f"`{PROGRAM} {named[0]}`")
    parser = build()
    args = parser.parse_args(words)
    if args.command is None:
        parser.print_help()
        return 0
    code: int = args.run(args)
    sys.stdout.flush()
    return code


def main(argv: Sequence[str]) -> int:
    """Run one command line; returns the exit code."""
    try:
        return run(argv)
    except EngineError as error:
        message, code = error.message, error.exit_code
    except BrokenPipeError:
        # The reader of our output left: nothing more to say to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        message, code = "interrupted", 130
    except OSError as error:
        message, code = f"{error.strerror or error}{f' ({error.filename})' if error.filename else ''}", 1
    except Exception as error:  # noqa: BLE001 - the process's outermost frame
        if any(word.startswith(("-v", "--verbose")) for word in argv):
            traceback.print_exc()
        message, code = f"the embedded engine broke: {type(error).__name__}: {error}; {_OURS}", 1
    sys.stdout.flush()
    print(f"error: {message}", file=sys.stderr)
    return code
