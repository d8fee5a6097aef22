"""`login`, `logout`, `whoami`, `version`, `cancel`."""

import argparse
import os
import pwd
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from slipway.engine.backend.credentials import current_url, pulumi_home, store_login
from slipway.engine.backend.lock import break_locks
from slipway.engine.backend.opening import backend_url, open_storage
from slipway.engine.backend.stacks import Backend
from slipway.engine.cli.arguments import Parser, globals_of, refuse, stack_flag, switch
from slipway.engine.cli.asking import confirm
from slipway.engine.cli.session import Session
from slipway.engine.cli.tables import print_json
from slipway.engine.errors import EngineError

VERSION = "0.1.0"


def register(commands: Any) -> None:
    """Declare the commands."""
    login: Parser = commands.add_parser(
        "login",
        help="choose the state backend",
        epilog="examples:\n  pulumi login file://./state\n  pulumi login 's3://BUCKET/PREFIX?region=us-east-1'",
    )
    login.add_argument("url", nargs="?")
    login.add_argument("-c", "--cloud-url", default=None)
    switch(login, "-l", "--local", help="use file://~")
    login.set_defaults(run=run_login)
    refuse(
        login,
        ("--interactive", "--insecure"),
        ("--oidc-token", "--oidc-org", "--oidc-team", "--oidc-user", "--default-org"),
    )
    logout: Parser = commands.add_parser("logout", help="forget the state backend", epilog="example: pulumi logout")
    logout.add_argument("url", nargs="?")
    switch(logout, "-a", "--all", help="every backend")
    switch(logout, "-l", "--local", help="the file backend")
    logout.set_defaults(run=run_logout)
    whoami: Parser = commands.add_parser(
        "whoami", help="print who works where", epilog="example: pulumi whoami --verbose"
    )
    switch(whoami, "--verbose", help="with the backend")
    switch(whoami, "-j", "--json", help="print JSON")
    whoami.set_defaults(run=run_whoami)
    version: Parser = commands.add_parser(
        "version", help="print the engine's version", epilog="example: pulumi version"
    )
    version.set_defaults(run=run_version)
    cancel: Parser = commands.add_parser(
        "cancel", help="delete the locks of a stack", epilog="example: pulumi cancel dev --yes"
    )
    cancel.add_argument("name", nargs="?")
    switch(cancel, "-y", "--yes", help="do not ask")
    stack_flag(cancel)
    cancel.set_defaults(run=run_cancel)
    for parser in (login, logout, version, cancel):
        globals_of(parser, top=False)
    globals_of(whoami, top=False, verbose=False)


def run_login(args: argparse.Namespace) -> int:
    """Choose a backend and remember it, once it has answered."""
    session = Session(args)
    project = session.project_if_any
    url = "file://~" if args.local else args.url or args.cloud_url or os.environ.get("PULUMI_BACKEND_URL")
    url = url or (project.backend_url if project else None)
    if not url:
        raise EngineError(
            "name the backend: `pulumi login file://FOLDER`, `pulumi login s3://BUCKET/PREFIX?region=REGION`, or "
            "`pulumi login --local`"
        )
    Backend(open_storage(url)).check_layout()
    store_login(url)
    print(f"Logged in to {socket.gethostname()} as {_user()} ({url})")
    return 0


def run_logout(args: argparse.Namespace) -> int:
    """Forget the backend."""
    url = current_url()
    if args.all:
        Path(pulumi_home() / "credentials.json").unlink(missing_ok=True)
        print("Logged out of everything")
    elif url:
        store_login(None)
        print(f"Logged out of {url}")
    return 0


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a user id without a name, as in many containers
        return str(os.getuid())


def run_whoami(args: argparse.Namespace) -> int:
    """Print the user, and with --verbose the backend."""
    url = backend_url(Session(args).project_if_any)
    if args.json:
        print_json({"user": _user(), "organizations": [], "url": url})
    elif args.verbose:
        print(
            f"User: {_user()}\nOrganizations: \nBackend URL: {url}\nToken type: none ({urlsplit(url).scheme} backend)"
        )
    else:
        print(_user())
    return 0


def run_version(_: argparse.Namespace) -> int:
    """Print our version, which nobody can take for the real command line's."""
    print(f"slipway-engine {VERSION}")
    return 0


def run_cancel(args: argparse.Namespace) -> int:
    """Delete every lock of a stack; a process that holds one goes on."""
    session = Session(args)
    args.stack = args.name or args.stack
    ref = session.stack
    warning = (
        f"This will irreversibly cancel the currently running update for '{ref.name}'!\n"
        "It deletes the lock; it does not stop a process that is still running."
    )
    if not confirm(session, warning, ref.name, yes=args.yes):
        return 1
    count = break_locks(session.backend, ref)
    print(f"The currently running update for '{ref.name}' has been canceled! ({count} lock(s) deleted)")
    return 0
