"""`stack tag`: get, ls, rm, set."""

import argparse
from typing import Any

from slipway.engine.backend.tags import read_tags, write_tags
from slipway.engine.cli.arguments import Parser, globals_of, stack_flag, switch
from slipway.engine.cli.session import Session
from slipway.engine.cli.tables import print_json, print_table
from slipway.engine.errors import EngineError


def register(verbs: Any) -> None:
    """Declare the commands."""
    group: Parser = verbs.add_parser("tag", help="stack tags", epilog="example: pulumi stack tag set owner ml-team")
    nested = group.add_subparsers(dest="tag_verb", metavar="VERB", parser_class=Parser, required=True)
    for name, run, text, words in (
        ("get", run_get, "print one tag", "owner"),
        ("ls", run_list, "list every tag", ""),
        ("rm", run_remove, "remove a tag", "owner"),
        ("set", run_set, "set a tag", "owner ml-team"),
    ):
        parser = nested.add_parser(name, help=text, epilog=f"example: pulumi stack tag {name} {words}".rstrip())
        for word, _ in zip(("name", "value"), words.split(), strict=False):
            parser.add_argument(word)
        if name == "ls":
            switch(parser, "-j", "--json", help="print JSON")
        globals_of(parser, top=False)
        stack_flag(parser, top=False)
        parser.set_defaults(run=run)


def _all(session: Session) -> dict[str, str]:
    project = session.project_if_any
    # The real engine sets these on every stack.
    system = {"pulumi:project": session.stack.project}
    if project and project.name == session.stack.project:
        system["pulumi:runtime"] = project.runtime
        if project.description:
            system["pulumi:description"] = project.description
    return {**system, **read_tags(session.backend, session.stack)}


def run_get(args: argparse.Namespace) -> int:
    """Print one tag."""
    session = Session(args)
    tags = _all(session)
    if args.name not in tags:
        raise EngineError(f"stack tag '{args.name}' not found for stack '{session.stack.name}'")
    print(tags[args.name])
    return 0


def run_list(args: argparse.Namespace) -> int:
    """Print every tag."""
    tags = dict(sorted(_all(Session(args)).items()))
    if args.json:
        print_json(tags)
    else:
        print_table(("NAME", "VALUE"), list(tags.items()))
    return 0


def run_remove(args: argparse.Namespace) -> int:
    """Remove a tag."""
    session = Session(args)
    tags = read_tags(session.backend, session.stack)
    tags.pop(args.name, None)
    write_tags(session.backend, session.stack, tags)
    return 0


def run_set(args: argparse.Namespace) -> int:
    """Set a tag."""
    session = Session(args)
    write_tags(session.backend, session.stack, {**read_tags(session.backend, session.stack), args.name: args.value})
    return 0
