"""The words of `slipway sandbox`: parses them, calls, prints."""

import argparse
import json
import logging
import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from slipway.sandbox.control import faults
from slipway.sandbox.control.down import down
from slipway.sandbox.control.environment import environment, exports, forget_users
from slipway.sandbox.control.logs import follow, tail
from slipway.sandbox.control.probe import health
from slipway.sandbox.control.push import Image, image_of, push
from slipway.sandbox.control.serve import Options, serve
from slipway.sandbox.control.up import Started, up
from slipway.sandbox.state_folder import Running, StateError, StateFolder

DEFAULT_PORT = 4747
DEFAULT_ACCOUNT = "123456789012"
DEFAULT_REGION = "us-east-1"


def main(argv: Sequence[str]) -> int:
    """Run one word; exit 2 for misuse, 1 for failure with the reason on stderr."""
    arguments = _parser().parse_args(argv)
    word: Callable[[argparse.Namespace], int] = arguments.word
    try:
        return word(arguments)
    except StateError as error:
        print(f"slipway sandbox: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="slipway sandbox", description="the local AWS of this project")
    words = parser.add_subparsers(required=True, metavar="up|down|status|logs|env|push|fault|serve")
    for name, word, text in (
        ("up", _up, "start the sandbox, or say that it runs"),
        ("down", _down, "stop it and everything it started"),
        ("status", _status, "say whether it runs, and where"),
        ("logs", _logs, "print what it logged"),
        ("env", _env, 'print its environment: eval "$(slipway sandbox env)"'),
        ("push", _push, "put images of the project into their repositories, in docker's place"),
        ("fault", faults.run, "let calls go wrong on purpose: throttling, capacity, refusals, delays, lost answers"),
        ("serve", _serve, "serve in the foreground (what `up` starts)"),
    ):
        command = words.add_parser(name, help=text, description=text)
        command.set_defaults(word=word)
        command.add_argument(
            "--state",
            type=Path,
            default=Path(".slipway/sandbox"),
            help="folder that remembers (default: .slipway/sandbox)",
        )
        command.add_argument("--json", action="store_true", help="answer as JSON")
        if name in {"up", "serve"}:
            command.add_argument("--port", type=_port, default=None, help=f"default {DEFAULT_PORT}; 0 takes a free one")
            command.add_argument("--project", type=_folder, default=Path(), help="whose images run, default here")
            command.add_argument("--account", type=_account, default=None, help=f"default {DEFAULT_ACCOUNT}")
            command.add_argument("--region", default=None, help=f"default {DEFAULT_REGION}")
        if name == "serve":
            command.add_argument("--ready-fd", type=int, default=None, help=argparse.SUPPRESS)
            command.add_argument("--verbose", action="store_true", help="log every detail")
        if name == "fault":
            faults.arguments_of(command)
        if name == "push":
            command.add_argument("images", nargs="+", type=_image, metavar="IMAGE", help="HOST/REPOSITORY:TAG")
        if name == "logs":
            command.add_argument("--lines", type=int, default=200, help="how many of the last lines, default 200")
            command.add_argument("--follow", action="store_true", help="go on until interrupted")
    return parser


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:  # noqa: PLR2004
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to 65535, got {text!r}")
    return int(text)


def _account(text: str) -> str:
    if not re.fullmatch(r"\d{12}", text):
        raise argparse.ArgumentTypeError(f"an account is 12 digits, got {text!r}")
    return text


def _folder(text: str) -> Path:
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"not a folder: {text!r}")
    return Path(text)


def _image(text: str) -> Image:
    try:
        return image_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _options(arguments: argparse.Namespace) -> Options:
    return Options(
        state=arguments.state,
        port=DEFAULT_PORT if arguments.port is None else arguments.port,
        project=arguments.project,
        account=arguments.account or DEFAULT_ACCOUNT,
        region=arguments.region or DEFAULT_REGION,
    )


def _up(arguments: argparse.Namespace) -> int:
    given = {name: value for name in ("account", "region") if (value := getattr(arguments, name)) is not None}
    started = up(_options(arguments), port_given=arguments.port is not None, asked=given)
    if arguments.json:
        print(json.dumps(asdict(started.running) | {"already_running": started.already, "notes": started.notes}))
        return 0
    _print_started(started)
    return 0


def _print_started(started: Started) -> None:
    for note in started.notes:
        print(f"note: {note}", file=sys.stderr)
    verb = "already runs" if started.already else "runs"
    print(f"the sandbox {verb} at {started.running.endpoint} (account {started.running.account})")


def _down(arguments: argparse.Namespace) -> int:
    report = down(StateFolder(arguments.state))
    print(json.dumps({"stopped": report.stopped, "notes": report.notes}) if arguments.json else report.text)
    return 0


def _status(arguments: argparse.Namespace) -> int:
    state = StateFolder(arguments.state)
    running = state.running() if state.is_served() else None
    answer = health(running.port) if running else None
    if arguments.json:
        print(json.dumps((answer or {}) | {"running": answer is not None, "state": str(state.root)}))
    elif running is None:
        print(f"no sandbox serves {state.root}: start it with `slipway sandbox up`")
    elif answer is None:
        print(f"the sandbox of {state.root} (pid {running.pid}) does not answer at {running.endpoint}: see its logs")
    else:
        print(f"the sandbox runs at {running.endpoint} (pid {running.pid}, since {running.started})")
    return 0 if answer is not None else 1


def _logs(arguments: argparse.Namespace) -> int:
    state = StateFolder(arguments.state)
    if not state.log_file.exists():
        raise StateError(f"nothing was logged yet: {state.log_file} does not exist; start it with `slipway sandbox up`")
    for line in tail(state.log_file, arguments.lines):
        print(line)
    if arguments.follow:
        try:
            follow(state.log_file, print)
        except KeyboardInterrupt:
            return 0
    return 0


def _env(arguments: argparse.Namespace) -> int:
    state, running = _served(arguments)
    variables = environment(state, running)
    print(json.dumps(variables, indent=2) if arguments.json else exports(variables))
    return 0


def _served(arguments: argparse.Namespace) -> tuple[StateFolder, Running]:
    state = StateFolder(arguments.state)
    running = state.running() if state.is_served() else None
    if running is None:
        raise StateError(f"no sandbox serves {state.root}: start it with `slipway sandbox up`")
    return state, running


def _push(arguments: argparse.Namespace) -> int:
    state, running = _served(arguments)
    done = []
    for image in arguments.images:
        pushed = push(image, state, running)
        done.append(asdict(pushed))
        if not arguments.json:
            print(f"{pushed.image} {pushed.digest}{' (pushed before)' if pushed.already else ''}")
    if arguments.json:
        print(json.dumps(done))
    return 0


def _serve(arguments: argparse.Namespace) -> int:
    forget_users()
    level = logging.DEBUG if arguments.verbose else logging.INFO
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    for chatty in ("botocore", "boto3", "urllib3", "werkzeug", "s3transfer"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    if arguments.ready_fd is None:
        serve(_options(arguments), lambda running: print(f"serving at {running.endpoint}", flush=True))
        return 0
    os.set_inheritable(arguments.ready_fd, False)
    with os.fdopen(arguments.ready_fd, "w") as pipe:

        def ready(running: Running) -> None:
            pipe.write(json.dumps({"running": asdict(running)}))
            pipe.close()

        try:
            serve(_options(arguments), ready)
        except StateError as error:
            if pipe.closed:
                raise
            pipe.write(json.dumps({"error": str(error)}))
            return 1
    return 0
