"""`config`: list, get, set, set-all, rm, rm-all."""

import argparse
import json
import sys
from typing import Any

from slipway.engine.cli.arguments import NOT_SUPPORTED, Parser, globals_of, stack_flag, switch
from slipway.engine.cli.session import Session
from slipway.engine.cli.tables import print_json, print_table
from slipway.engine.config import SECURE, config_value, full_key, has_secure, open_value, with_defaults
from slipway.engine.config_file import delete, edit_config
from slipway.engine.config_paths import Path, get_at, parse_path, remove_at, set_at, typed_word
from slipway.engine.documents import plain_document
from slipway.engine.errors import EngineError, UnsupportedError

EXAMPLES = """examples:
  pulumi config set aws:region eu-central-1
  pulumi config set --secret password s3cret
  pulumi config set --path 'training.instances[0]' ml.m5.xlarge
  pulumi config get password
"""


def register(commands: Any) -> None:
    """Declare the commands."""
    group: Parser = commands.add_parser("config", help="read and change configuration", epilog=EXAMPLES)
    switch(group, "--show-secrets", help="secrets in plain text")
    switch(group, "-j", "--json", help="print JSON")
    group.set_defaults(run=run_list)
    verbs = group.add_subparsers(dest="verb", metavar="VERB", parser_class=Parser)
    get = verbs.add_parser(
        "get", help="print one value", epilog="example: pulumi config get --path 'training.instances[0]'"
    )
    get.add_argument("key")
    switch(get, "-j", "--json", help="print JSON")
    switch(get, "--path", help="the key is a path")
    get.set_defaults(run=run_get)
    put = verbs.add_parser("set", help="set one value", epilog="example: pulumi config set --secret password s3cret")
    put.add_argument("key")
    put.add_argument("value", nargs="?", help="left out: read from stdin")
    switch(put, "--secret", help="encrypt it")
    switch(put, "--plaintext", help="do not encrypt it")
    switch(put, "--path", help="the key is a path")
    put.add_argument("--type", choices=("string", "bool", "int", "float"), default=None)
    put.set_defaults(run=run_set)
    many = verbs.add_parser(
        "set-all", help="set several values", epilog="example: pulumi config set-all --plaintext a=1 --secret b=2"
    )
    many.add_argument("--secret", action="append", default=[], metavar="KEY=VALUE")
    many.add_argument("--plaintext", action="append", default=[], metavar="KEY=VALUE")
    many.add_argument("--json", dest="json_text", default=None, metavar="JSON", help="as `config --json` prints it")
    switch(many, "--path", help="keys are paths")
    many.set_defaults(run=run_set_all)
    drop = verbs.add_parser("rm", help="remove one value", epilog="example: pulumi config rm password")
    drop.add_argument("key")
    switch(drop, "--path", help="the key is a path")
    drop.set_defaults(run=run_remove)
    drops = verbs.add_parser(
        "rm-all", help="remove several values", epilog="example: pulumi config rm-all aws:region password"
    )
    drops.add_argument("key", nargs="+")
    switch(drops, "--path", help="keys are paths")
    drops.set_defaults(run=run_remove)
    for name in ("cp", "refresh", "env", "edit"):
        verbs.add_parser(name, description=NOT_SUPPORTED).set_defaults(run=_refuse, refused=name)
    for parser in (group, *set(verbs.choices.values())):
        globals_of(parser, top=False)
        stack_flag(parser, top=parser is group)


def _refuse(args: argparse.Namespace) -> int:
    raise UnsupportedError(f"`pulumi config {args.refused}`", "edit Pulumi.STACK.yaml, or use `config set`")


def locate(session: Session, key: str, *, path: bool) -> Path:
    """Return the place of a key in the `config:` mapping: its full key, and the path below."""
    elements: Path = parse_path(key) if path else [key]
    return [full_key(session.project.name, str(elements[0])), *elements[1:]]


def _short(session: Session, key: str) -> str:
    return key.removeprefix(session.project.name + ":")


def run_list(args: argparse.Namespace) -> int:
    """Print every value."""
    session = Session(args)
    values = with_defaults(session.project, session.stack_file().values)
    manager = session.secrets if args.show_secrets and has_secure(list(values.values())) else None
    if args.json:
        shown: dict[str, Any] = {}
        for key in sorted(values):
            entry = config_value(values[key], manager)
            if entry.secret and manager is None:
                shown[key] = {"secret": True}
                continue
            shown[key] = {"value": entry.value, "secret": entry.secret}
            if entry.is_object:
                shown[key] = {"value": entry.value, "objectValue": json.loads(entry.value), "secret": entry.secret}
        print_json(shown)
        return 0
    rows = [(_short(session, key), config_value(values[key], manager).value) for key in sorted(values)]
    print_table(("KEY", "VALUE"), rows)
    return 0


def run_get(args: argparse.Namespace) -> int:
    """Print one value; a secret in plain text, since it was asked for by name."""
    session = Session(args)
    place = locate(session, args.key, path=args.path)
    found, value = get_at(dict(with_defaults(session.project, session.stack_file().values)), place)
    if not found:
        raise EngineError(f"configuration key '{_short(session, args.key)}' not found for stack '{session.stack.name}'")
    secret = has_secure(value)
    opened = open_value(value, session.secrets if secret else None)
    if isinstance(opened, bool | int | float):
        opened = json.dumps(opened)
    text = config_value(opened, None).value
    if args.json:
        entry = {"value": text, "secret": secret}
        if isinstance(opened, dict | list):
            entry = {"value": text, "objectValue": opened, "secret": secret}
        print_json(entry)
    else:
        print(text)
    return 0


def _typed(args: argparse.Namespace, place: Path, text: str) -> Any:
    kind = getattr(args, "type", None)
    try:
        if kind == "bool":
            return {"true": True, "false": False}[text]
        if kind in ("int", "float"):
            return int(text) if kind == "int" else float(text)
    except (KeyError, ValueError) as error:
        raise EngineError(f"{args.key}: {text!r} is no {kind}") from error
    return typed_word(text) if len(place) > 1 and kind is None else text


def run_set(args: argparse.Namespace) -> int:
    """Set one value."""
    session = Session(args)
    text = args.value
    if text is None:
        if sys.stdin.isatty():
            raise EngineError("a value is needed: pass it after the key, or on stdin")
        text = sys.stdin.read().removesuffix("\n")
    if args.secret and args.plaintext:
        raise EngineError("--secret and --plaintext exclude each other", exit_code=2)
    place = locate(session, args.key, path=args.path)
    stack_file = session.stack_file()
    value = {SECURE: session.secrets.encrypt(text)} if args.secret else _typed(args, place, text)
    if not args.secret and not args.plaintext and has_secure(get_at(dict(stack_file.values), place)[1]):
        print(
            f"warning: {args.key} was a secret and is in plain text now; use --secret to keep it encrypted",
            file=sys.stderr,
        )
    store(session, [(place, value)])
    return 0


def store(session: Session, pairs: list[tuple[Path, Any]]) -> None:
    """Write values to the stack file of the session's stack."""

    def change(config: Any) -> None:
        for place, value in pairs:
            set_at(config, [_written(config, session, str(place[0])), *place[1:]], plain_document(value))

    edit_config(session.project.stack_file(session.stack.name), change)


def _written(config: Any, session: Session, key: str) -> str:
    """Return how the file writes a key: `name` alone stands for the project's own namespace."""
    return next((name for name in config if full_key(session.project.name, str(name)) == key), key)


def run_set_all(args: argparse.Namespace) -> int:
    """Set several values at once."""
    session = Session(args)
    pairs: list[tuple[Path, Any]] = []
    for word, secret in [(w, False) for w in args.plaintext] + [(w, True) for w in args.secret]:
        key, equals, text = word.partition("=")
        if not equals:
            raise EngineError(f"{word!r}: expected KEY=VALUE", exit_code=2)
        place = locate(session, key, path=args.path)
        pairs.append((place, {SECURE: session.secrets.encrypt(text)} if secret else _typed(args, place, text)))
    for key, entry in (json.loads(args.json_text) if args.json_text else {}).items():
        value = entry.get("objectValue", entry.get("value"))
        if entry.get("secret"):
            if "objectValue" in entry:
                raise UnsupportedError(f"{key}: a structured secret in --json", "set its parts with --secret --path")
            value = {SECURE: session.secrets.encrypt(value)}
        pairs.append((locate(session, key, path=args.path), value))
    store(session, pairs)
    return 0


def run_remove(args: argparse.Namespace) -> int:
    """Remove values."""
    session = Session(args)
    places = [locate(session, key, path=args.path) for key in ([args.key] if isinstance(args.key, str) else args.key)]

    def change(config: Any) -> None:
        for place in places:
            remove_at(config, [_written(config, session, str(place[0])), *place[1:]], delete)

    edit_config(session.project.stack_file(session.stack.name), change)
    return 0
