"""`stack`: init, ls, rm, select, output, export, import, tag."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from slipway.engine.backend.credentials import select_stack
from slipway.engine.cli.arguments import Parser, globals_of, stack_flag, switch
from slipway.engine.cli.session import Session


def register(commands: Any) -> None:
    """Declare the commands."""
    group: Parser = commands.add_parser("stack", help="manage stacks")
    globals_of(group, top=False)
    stack_flag(group)
    verbs = group.add_subparsers(dest="verb", metavar="VERB", parser_class=Parser)

    init = verbs.add_parser("init", help="make an empty stack and select it")
    init.add_argument("name")
    init.add_argument("--secrets-provider", default="passphrase")
    switch(init, "--no-select", help="do not select the new stack")
    init.set_defaults(run=run_init)

    export = verbs.add_parser("export", help="print the stack's deployment")
    export.add_argument("--file", default=None)
    switch(export, "--show-secrets", help="secrets in plain text")
    export.set_defaults(run=run_export)
    for verb in (init, export):
        globals_of(verb, top=False)
        if verb is not init:
            stack_flag(verb)


def run_init(args: argparse.Namespace) -> int:
    """Make a stack."""
    session = Session(args)
    ref = session.reference(args.name)
    session.args.stack = args.name
    passphrase_needed = session.project  # fails here when there is no project
    session.backend.create(ref)
    session.secrets.verify()
    if not args.no_select:
        select_stack(passphrase_needed, ref.name)
    print(f"Created stack '{ref.name}'")
    return 0


def run_export(args: argparse.Namespace) -> int:
    """Print or write the deployment."""
    session = Session(args)
    checkpoint = session.checkpoint
    deployment = checkpoint.deployment or {"manifest": {"time": "0001-01-01T00:00:00Z", "magic": "", "version": ""}}
    if args.show_secrets:
        deployment = _opened(deployment, session)
    text = json.dumps({"version": checkpoint.version, "deployment": deployment}, indent=4, ensure_ascii=False)
    if args.file:
        Path(session.folder, args.file).write_text(text + "\n", encoding="utf-8")
    else:
        sys.stdout.write(text + "\n")
    return 0


def _opened(value: Any, session: Session) -> Any:
    if isinstance(value, dict):
        if (
            value.get("4dabf18193072939515e22adb298388d") == "1b47061264138c4ac30d75fd1eb44270"
            and "ciphertext" in value
        ):
            opened = {key: item for key, item in value.items() if key != "ciphertext"}
            return {**opened, "plaintext": session.secrets.decrypt(value["ciphertext"])}
        return {key: _opened(item, session) for key, item in value.items()}
    return [_opened(item, session) for item in value] if isinstance(value, list) else value
