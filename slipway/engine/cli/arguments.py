"""How commands declare their flags, so that argv means what it means to the real command line."""

import argparse
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from slipway.engine.cli.nearest import did_you_mean
from slipway.engine.errors import EngineError, UnsupportedError

Run = Callable[[argparse.Namespace], int]
NOT_SUPPORTED = "The embedded engine does not support this command."
_STANDS_FOR = "`pulumi` stands for `python -m slipway.engine` here.\n"


class Parser(argparse.ArgumentParser):
    """A parser that never guesses (no abbreviations), and answers what it does not know with what is nearest to it."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(allow_abbrev=False, **options)

    def format_help(self) -> str:
        """Return the help, and how to run what it shows."""
        return super().format_help().rstrip("\n") + "\n\n" + _STANDS_FOR

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse; a word that is left over is refused here, where the command that it was given to is known."""
        found, left = super().parse_known_args(args, namespace)
        if left:
            name = left[0].partition("=")[0]
            if not name.startswith("-"):
                self.error(f"unexpected argument {left[0]!r}")
            shown = [
                flag for action in self._actions if action.help != argparse.SUPPRESS for flag in action.option_strings
            ]
            self.error(f"unknown flag {name}{did_you_mean(name, shown)}")
        return found, left

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if isinstance(action, argparse._SubParsersAction) and value not in action.choices:  # noqa: SLF001 - it has no public name
            supported = [name for name, parser in action.choices.items() if parser.description != NOT_SUPPORTED]
            self.error(f"unknown command {value!r}{did_you_mean(str(value), supported)}")
        super()._check_value(action, value)

    def error(self, message: str) -> NoReturn:
        """Report misuse."""
        raise EngineError(f"{message}; see `{self.prog} --help`", exit_code=2)


class _Refused(argparse.Action):
    """A flag of the real command line that is not supported: named when it is used."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any, **__: Any) -> None:
        raise UnsupportedError(f"`{parser.prog} {self.option_strings[0]}`")


class _Ignored(argparse.Action):
    """A flag without a meaning here (colours, logging): accepted."""

    def __call__(self, *_: Any, **__: Any) -> None:
        return


class Switch(argparse.Action):
    """A switch as Go has it: `--yes`, `--yes=true`, `--yes=false`."""

    def __init__(self, option_strings: Sequence[str], dest: str, **options: Any) -> None:
        options.setdefault("default", False)
        super().__init__(option_strings, dest, nargs=0, **options)

    def __call__(self, _: Any, namespace: argparse.Namespace, *__: Any) -> None:
        """Set it."""
        setattr(namespace, self.dest, True)


def switch(parser: argparse.ArgumentParser, *names: str, help: str) -> None:  # noqa: A002 - argparse's own word
    """Declare a switch."""
    parser.add_argument(*names, action=Switch, help=help)


def several(parser: argparse.ArgumentParser, *names: str, help: str) -> None:  # noqa: A002
    """Declare a flag that may be repeated."""
    parser.add_argument(*names, action="append", default=[], metavar="VALUE", help=help)


def refuse(parser: argparse.ArgumentParser, switches: Sequence[str] = (), valued: Sequence[str] = ()) -> None:
    """Declare flags of the real command line that are refused by name."""
    for name in switches:
        parser.add_argument(name, action=_Refused, nargs=0, help=argparse.SUPPRESS)
    for name in valued:
        parser.add_argument(name, action=_Refused, nargs=1, help=argparse.SUPPRESS)


def ignore(parser: argparse.ArgumentParser, switches: Sequence[str] = (), valued: Sequence[str] = ()) -> None:
    """Declare flags that change nothing here."""
    for name in switches:
        parser.add_argument(name, action=_Ignored, nargs=0, help=argparse.SUPPRESS)
    for name in valued:
        parser.add_argument(name, action=_Ignored, nargs=1, help=argparse.SUPPRESS)


def globals_of(parser: argparse.ArgumentParser, *, top: bool, verbose: bool = True) -> None:
    """Declare the flags that every command has, before or after its name."""
    keep: Any = None if top else argparse.SUPPRESS
    off: Any = False if top else argparse.SUPPRESS
    group = parser.add_argument_group("everywhere")
    group.add_argument("-C", "--cwd", default=keep, metavar="FOLDER", help="run as if started in this folder")
    group.add_argument("--non-interactive", action=Switch, default=off, help="never ask")
    group.add_argument(
        "--color",
        default=keep,
        choices=("always", "never", "raw", "auto"),
        help="colours: always, never, or auto (on a terminal)",
    )
    ignore(
        parser,
        (
            "--emoji",
            "-e",
            "--logtostderr",
            "--logflow",
            "--disable-integrity-checking",
            "--fully-qualify-stack-names",
        ),
        ("--tracing", "--profiling", "--memprofilerate"),
    )
    if verbose:
        ignore(parser, (), ("--verbose", "-v"))


def stack_flag(parser: argparse.ArgumentParser, *, top: bool = True) -> None:
    """Declare --stack; not `top` below a command that has it too, whose value then stands."""
    parser.add_argument(
        "-s",
        "--stack",
        default=None if top else argparse.SUPPRESS,
        metavar="NAME",
        help="the stack; default: the selected one",
    )


def go_switches(argv: Sequence[str]) -> list[str]:
    """Rewrite `--flag=true` to `--flag` and leave out `--flag=false`."""
    out: list[str] = []
    for position, word in enumerate(argv):
        if word == "--":
            return out + list(argv[position:])
        name, _, value = word.partition("=")
        if name.startswith("-") and value == "true":
            out.append(name)
        elif not (name.startswith("-") and value == "false"):
            out.append(word)
    return out
