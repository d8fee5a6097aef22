"""`slipway ephemeral`: its words, and what each of them calls."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway.pulumi_cli import Engine

    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse has no public name for it

EXAMPLES = """examples:
  slipway ephemeral up --pr 42 --ttl 8h     make or update stack pr-42 from dev's values
  slipway ephemeral extend --pr 42 --ttl 8h let it live eight hours from now
  slipway ephemeral list                    every ephemeral stack of the state backend
  slipway ephemeral down --pr 42            end it, sweep, and prove that nothing is left
  slipway ephemeral reap                    end every stack that has expired
"""


def words(verbs: Verbs) -> None:
    """Declare the verb with its commands."""
    text = "test stacks of pull requests, which expire and clean up after themselves"
    whole = verbs.add_parser(
        "ephemeral", help=text, description=text, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = whole.add_subparsers(title="commands", required=True, metavar="COMMAND")
    made = _command(commands, "up", up, "make or update the stack of a pull request", one=True)
    made.add_argument("--ttl", default="8h", metavar="TIME", help="how long it lives: 90m, 8h, 2d (default: 8h)")
    made.add_argument(
        "--keep-failed", default="2h", metavar="TIME", help="how long a stack that failed stays (default: 2h)"
    )
    made.add_argument(
        "--commit", default="", metavar="SHA", help="the commit, kept as a stack tag (default: git's HEAD)"
    )
    made.add_argument("--owner", metavar="NAME", help="the tag `owner` of everything in it (default: dev's)")
    longer = _command(commands, "extend", extend, "let a stack live longer", one=True)
    longer.add_argument("--ttl", default="8h", metavar="TIME", help="from now on: 90m, 8h, 2d (default: 8h)")
    listed = _command(commands, "list", show, "print every ephemeral stack of the state backend")
    listed.add_argument("--json", action="store_true", help="for machines")
    ended = _command(commands, "down", down, "end a stack, sweep what it leaves, prove that nothing is left", one=True)
    reaped = _command(commands, "reap", reap, "end every stack that has expired")
    reaped.add_argument("--at-once", type=int, default=4, metavar="N", help="stacks side by side (default: 4)")
    for ending in (ended, reaped):
        ending.add_argument(
            "--patience", default="15m", metavar="TIME", help="how long what AWS refuses is tried again (default: 15m)"
        )
    for logging in (made, ended, reaped):
        logging.add_argument("--logs", type=Path, metavar="DIR", help="the engine's logs (default: .slipway/ephemeral)")
    for outside in (longer, listed, ended, reaped):
        outside.add_argument("--project", metavar="NAME", help="look at one project's stacks only (default: all)")


def _command(
    commands: Verbs, name: str, call: Callable[[argparse.Namespace], int], text: str, *, one: bool = False
) -> argparse.ArgumentParser:
    made = commands.add_parser(name, help=text, description=text)
    made.add_argument("--verbose", action="store_true", help="show traces")
    made.add_argument("--engine", choices=("pulumi", "embedded"), help="insist on one engine")
    if one:
        made.add_argument("--pr", required=True, metavar="N", help="number of the pull request")
    made.set_defaults(call=call)
    return made


def up(arguments: argparse.Namespace) -> int:
    """Make or update a stack."""
    from slipway.cli.calls import project_folder
    from slipway.ephemeral import command, commit

    project = project_folder()
    return command.up(
        _engine(arguments),
        project,
        pull_request=arguments.pr,
        ttl=arguments.ttl,
        keep_failed=arguments.keep_failed,
        commit=arguments.commit or commit.head(project),
        owner=arguments.owner,
        logs=arguments.logs,
    )


def extend(arguments: argparse.Namespace) -> int:
    """Let a stack live longer."""
    from slipway.ephemeral import command

    return command.extend(_engine(arguments), pull_request=arguments.pr, ttl=arguments.ttl, project=arguments.project)


def show(arguments: argparse.Namespace) -> int:
    """List stacks."""
    from slipway.ephemeral import command

    return command.show(_engine(arguments), project=arguments.project, as_json=arguments.json)


def down(arguments: argparse.Namespace) -> int:
    """End a stack."""
    from slipway.ephemeral import command

    return command.down(
        _engine(arguments),
        pull_request=arguments.pr,
        project=arguments.project,
        patience=arguments.patience,
        logs=arguments.logs,
    )


def reap(arguments: argparse.Namespace) -> int:
    """End what has expired."""
    from slipway.ephemeral import command

    return command.reap(
        _engine(arguments),
        project=arguments.project,
        at_once=arguments.at_once,
        patience=arguments.patience,
        logs=arguments.logs,
    )


def _engine(arguments: argparse.Namespace) -> Engine:
    from slipway import pulumi_cli

    return pulumi_cli.pick(arguments.engine)
