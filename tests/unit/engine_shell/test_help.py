"""What the command line says of itself, and to whoever mistypes it."""

import argparse
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from subprocess import CompletedProcess

import pytest

from slipway.engine.cli.arguments import NOT_SUPPORTED, Parser
from slipway.engine.cli.main import build

Ok = Callable[..., str]
Run = Callable[..., CompletedProcess[str]]
EXAMPLE = re.compile(r"^(?:example:|  ) ?(pulumi .*)$", re.MULTILINE)


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Give the parser of every command that is supported."""
    if parser.description != NOT_SUPPORTED:
        yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in {id(found): found for found in action.choices.values()}.values():
                yield from parsers(below)


COMMANDS = {parser.prog: parser for parser in parsers(build())}
EXAMPLES = sorted({line for parser in COMMANDS.values() for line in EXAMPLE.findall(parser.epilog or "")})


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_an_example_of_itself_and_says_how_it_is_run(command: str) -> None:
    text = COMMANDS[command].format_help()
    assert re.search(rf"^(example:|  ) ?{command}\b", text, re.MULTILINE)
    assert "`pulumi` stands for `python -m slipway.engine` here." in text


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_a_command_line_that_is_understood(example: str) -> None:
    # What stands after several spaces is a remark, and a shell takes `>` for itself.
    words = shlex.split(re.split(r"\s{3,}| > ", example)[0])[1:]
    if words[-1] == "--help":
        words.pop()
    assert callable(build().parse_args(words).run)


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["prevew"], "unknown command 'prevew' (did you mean preview?); see `pulumi --help`"),
        (["stack", "expotr"], "unknown command 'expotr' (did you mean export?); see `pulumi stack --help`"),
        (["up", "--targt", "x"], "unknown flag --targt (did you mean --target?); see `pulumi up --help`"),
        (["up", "--skip-previw=true"], "unknown flag --skip-previw (did you mean --skip-preview?)"),
        (["config", "set", "--secrt", "k", "v"], "unknown flag --secrt (did you mean --secret?)"),
        (["up", "now"], "unexpected argument 'now'"),
        (["zzz"], "unknown command 'zzz'; see `pulumi --help`"),
        (["up", "--event-log", "x"], "--event-log needs PULUMI_DEBUG_COMMANDS=true in the environment"),
    ],
)
def test_a_mistyped_word_is_answered_with_the_nearest_one(run: Run, words: list[str], answer: str) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {answer}")


def test_a_stack_that_does_not_exist_is_answered_with_those_that_do(run: Run, ok: Ok) -> None:
    assert "there is none yet, make one with `pulumi stack init`" in run("preview", "--stack", "dev").stderr
    for name in ("staging", "dev"):
        ok("stack", "init", name)
    done = run("preview", "--stack", "stagign")
    assert done.returncode == 1
    assert done.stderr == "error: no stack named 'stagign' found (did you mean staging?); there is dev, staging\n"
    assert "there is dev, staging" in run("stack", "select", "prod").stderr


def test_a_parser_says_where_a_word_was_left_over() -> None:
    parser: argparse.ArgumentParser = build()
    assert isinstance(parser, Parser)
    assert parser.parse_known_args(["version"])[1] == []


@pytest.mark.slow
def test_what_a_terminals_encoding_lacks_is_written_in_ascii() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "slipway.engine", "wörk"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert rb"unknown command 'w\xf6rk'" in done.stderr
