"""`stack`: show, init, ls, rm, select, unselect, rename."""

import argparse
import sys
from datetime import UTC, datetime
from typing import Any

from slipway.engine.backend.credentials import select_stack, selected_stack
from slipway.engine.backend.history import rename_entries
from slipway.engine.backend.lock import locked
from slipway.engine.backend.renaming import renamed
from slipway.engine.backend.stacks import StackRef
from slipway.engine.backend.tags import read_tags, write_tags
from slipway.engine.cli import stack_secrets, stack_state, stack_tags
from slipway.engine.cli.arguments import NOT_SUPPORTED, Parser, globals_of, stack_flag, switch
from slipway.engine.cli.asking import confirm
from slipway.engine.cli.nearest import no_such_stack
from slipway.engine.cli.session import Session
from slipway.engine.cli.tables import print_json, print_table
from slipway.engine.config import read_stack_file
from slipway.engine.errors import EngineError, UnsupportedError
from slipway.engine.secrets.opening import check_provider

EXAMPLES = """examples:
  pulumi stack init dev
  pulumi stack init prod --secrets-provider='awskms://alias/pulumi-state?region=us-east-1'
  pulumi stack select dev
  pulumi stack output --json
  pulumi stack export --file state.json
  pulumi stack rm dev --yes
"""


def register(commands: Any) -> None:
    """Declare the commands."""
    group: Parser = commands.add_parser("stack", help="manage stacks", epilog=EXAMPLES)
    switch(group, "--show-name", help="print the name only")
    switch(group, "-u", "--show-urns", help="with URNs")
    switch(group, "-i", "--show-ids", help="with ids")
    switch(group, "--show-secrets", help="secrets in plain text")
    group.set_defaults(run=run_show)
    verbs = group.add_subparsers(dest="verb", metavar="VERB", parser_class=Parser)
    init = verbs.add_parser("init", help="make an empty stack and select it", epilog="example: pulumi stack init dev")
    init.add_argument("name", nargs="?")
    _secrets_provider(init)
    switch(init, "--no-select", help="do not select the new stack")
    init.set_defaults(run=run_init)
    listing = verbs.add_parser("ls", help="list stacks", epilog="example: pulumi stack ls --all --json")
    switch(listing, "-j", "--json", help="print JSON")
    switch(listing, "-a", "--all", help="of every project")
    listing.add_argument("-p", "--project", default=None)
    listing.add_argument("-t", "--tag", "--tag-filter", dest="tag", default=None, metavar="NAME[=VALUE]")
    listing.set_defaults(run=run_list)
    remove = verbs.add_parser("rm", help="remove a stack", epilog="example: pulumi stack rm dev --yes")
    remove.add_argument("name", nargs="?")
    switch(remove, "-y", "--yes", help="do not ask")
    switch(remove, "-f", "--force", help="also with resources, which then are nobody's")
    switch(remove, "--preserve-config", help="keep Pulumi.STACK.yaml")
    switch(remove, "--remove-backups", help="remove backups of the state too")
    remove.set_defaults(run=run_remove)
    select = verbs.add_parser("select", help="select a stack", epilog="example: pulumi stack select dev --create")
    select.add_argument("name", nargs="?")
    switch(select, "-c", "--create", help="make it when it does not exist")
    _secrets_provider(select)
    select.set_defaults(run=run_select)
    unselect = verbs.add_parser("unselect", help="select none", epilog="example: pulumi stack unselect")
    unselect.set_defaults(run=run_unselect)
    rename = verbs.add_parser("rename", help="rename a stack", epilog="example: pulumi stack rename dev2")
    rename.add_argument("name")
    rename.set_defaults(run=run_rename)
    stack_state.register(verbs)
    stack_tags.register(verbs)
    stack_secrets.register(verbs)
    for name in ("graph", "schedule", "webhook"):
        verbs.add_parser(name, description=NOT_SUPPORTED).set_defaults(run=_refuse, refused=name)
    for parser in (group, *set(verbs.choices.values())):
        globals_of(parser, top=False)
        stack_flag(parser, top=parser is group)


def _secrets_provider(parser: Parser) -> None:
    parser.add_argument(
        "--secrets-provider",
        default="default",
        metavar="PROVIDER",
        help="of the new stack: passphrase (the default), or awskms://KEY?region=REGION",
    )


def _refuse(args: argparse.Namespace) -> int:
    raise UnsupportedError(f"`pulumi stack {args.refused}`")


def run_init(args: argparse.Namespace) -> int:
    """Make a stack, its secrets manager and its stack file."""
    session = Session(args)
    name = args.name or args.stack
    if not name:
        raise EngineError("missing stack name; pass it: `pulumi stack init NAME`")
    check_provider(args.secrets_provider)
    project = session.project
    ref = session.reference(name)
    if session.backend.exists(ref):
        raise EngineError(f"stack '{ref.qualified}' already exists")
    # Before anything is made: a passphrase or a key that is missing or wrong leaves no half-made stack.
    stack_secrets.initialize(session, read_stack_file(project, ref.name), args.secrets_provider)
    session.backend.create(ref)
    if not getattr(args, "no_select", False):
        select_stack(project, ref.name)
    print(f"Created stack '{ref.name}'")
    return 0


def _resources(session: Session, ref: StackRef) -> list[dict[str, Any]]:
    return list((session.backend.load(ref).deployment or {}).get("resources") or [])


def _updated(session: Session, ref: StackRef) -> str | None:
    """Return when the state was last written by an update, as RFC 3339."""
    moment = ((session.backend.load(ref).deployment or {}).get("manifest") or {}).get("time")
    return moment if moment and not moment.startswith("0001") else None


def ago(moment: str | None) -> str:
    """Say how long ago a moment was."""
    if moment is None:
        return "n/a"
    seconds = int((datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds())
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {word}{'s' if count > 1 else ''} ago"
    return "a moment ago" if seconds < 1 else f"{seconds} seconds ago"


def run_show(args: argparse.Namespace) -> int:
    """Print what the stack is."""
    session = Session(args)
    ref = session.stack
    if args.show_name:
        print(ref.name)
        return 0
    resources = _resources(session, ref)
    print(f"Current stack is {ref.name}:")
    print(f"    Backend: {session.backend.url}")
    print(f"    Last updated: {ago(_updated(session, ref))}")
    for operation in (session.checkpoint.deployment or {}).get("pending_operations") or []:
        print(f"    Interrupted: {operation['type']} {operation['resource']['urn']}")
    print(f"Current stack resources ({len(resources)}):")
    rows = []
    for resource in resources:
        name = resource["urn"].rpartition("::")[2]
        extra = [resource["urn"]] if args.show_urns else []
        rows.append((resource["type"], name, *extra, *([resource.get("id", "")] if args.show_ids else [])))
    if rows:
        header = ("TYPE", "NAME", *(["URN"] if args.show_urns else []), *(["ID"] if args.show_ids else []))
        print_table(header, rows, indent="    ")
    else:
        print("    No resources currently in this stack")
    print()
    stack_state.print_outputs(session, show_secrets=args.show_secrets)
    return 0


def run_list(args: argparse.Namespace) -> int:
    """List stacks: of the project of the folder, or all."""
    session = Session(args)
    project = session.project_if_any
    wanted = args.project or (project.name if project and not args.all else None)
    current = selected_stack(project) if project else None
    name, _, value = (args.tag or "").partition("=")
    found = []
    for ref in session.backend.stacks():
        tags = read_tags(session.backend, ref) if args.tag else {}
        if (wanted in (None, ref.project)) and (not args.tag or (name in tags and value in ("", tags[name]))):
            found.append(ref)
    rows = []
    for ref in found:
        is_current = project is not None and ref.project == project.name and current in (ref.name, ref.qualified)
        shown = ref.name if project and ref.project == project.name else ref.qualified
        rows.append((shown, is_current, _updated(session, ref), len(_resources(session, ref))))
    if args.json:
        keys = ("name", "current", "lastUpdate", "resourceCount")
        entries = [{k: v for k, v in zip(keys, row, strict=True) if v is not None} for row in rows]
        print_json([{**entry, "updateInProgress": False} for entry in entries])
        return 0
    table = [(n + ("*" if cur else ""), ago(last), str(count) if last else "n/a") for n, cur, last, count in rows]
    print_table(("NAME", "LAST UPDATE", "RESOURCE COUNT"), table)
    return 0


def run_remove(args: argparse.Namespace) -> int:
    """Remove a stack that holds no resources."""
    session = Session(args)
    args.stack = args.name or args.stack
    ref = session.stack
    if not confirm(session, f"This will permanently remove the '{ref.name}' stack!", ref.name, yes=args.yes):
        return 1
    with locked(session.backend, ref):
        remove_stack(session, ref, force=args.force, preserve_config=args.preserve_config, backups=args.remove_backups)
    print(f"Stack '{ref.name}' has been removed!")
    return 0


def remove_stack(session: Session, ref: StackRef, *, force: bool, preserve_config: bool, backups: bool = False) -> None:
    """Remove state, tags, history and stack file; the caller holds the lock."""
    if _resources(session, ref) and not force:
        raise EngineError(
            f"'{ref.name}' still has resources; removal rejected. Possible actions:\n"
            f"- Make sure that '{ref.name}' is the stack that you want to destroy\n"
            f"- Run `pulumi destroy` to delete the resources, then run `pulumi stack rm`\n"
            "- Run `pulumi stack rm --force` to override this error"
        )
    session.backend.remove(ref, backups=backups)
    project = session.project_if_any
    if project and project.name == ref.project:
        if not preserve_config:
            project.stack_file(ref.name).unlink(missing_ok=True)
        if selected_stack(project) == ref.name:
            select_stack(project, None)


def run_select(args: argparse.Namespace) -> int:
    """Select a stack."""
    session = Session(args)
    name = args.name or args.stack
    if not name:
        names = ", ".join(ref.name for ref in session.backend.stacks() if ref.project == session.project.name)
        raise EngineError(
            f"name the stack to select; there is: {names or 'none yet, make one with `pulumi stack init`'}"
        )
    ref = session.reference(name)
    if not session.backend.exists(ref):
        if args.create:
            return run_init(args)
        raise no_such_stack(ref.name, session.stack_names(ref.project))
    select_stack(session.project, ref.name)
    return 0


def run_unselect(args: argparse.Namespace) -> int:
    """Select no stack."""
    select_stack(Session(args).project, None)
    print("Stack was unselected")
    return 0


def run_rename(args: argparse.Namespace) -> int:
    """Rename a stack: state, stack file, history, tags."""
    session = Session(args)
    old, new = session.stack, session.reference(args.name)
    if new.project != old.project:
        raise UnsupportedError("`pulumi stack rename` into another project")
    backend = session.backend
    with locked(backend, old):
        if backend.exists(new):
            raise EngineError(f"a stack named '{new.name}' already exists")
        source, target = session.project.stack_file(old.name), session.project.stack_file(new.name)
        checkpoint = session.checkpoint
        tags = read_tags(backend, old)
        backend.create(new)
        if checkpoint.deployment is not None:
            backend.save(new, renamed(checkpoint.deployment, old, new), features=checkpoint.features)
        write_tags(backend, new, tags)
        rename_entries(backend, old, new)
        if source.exists():
            source.replace(target)
        backend.remove(old)
        if selected_stack(session.project) == old.name:
            select_stack(session.project, new.name)
    print(f"Renamed {old.name} to {new.name}")
    sys.stdout.flush()
    return 0
