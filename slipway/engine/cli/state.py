"""`state`: unprotect and delete, the two edits of a state that the engine's own messages send people to."""

import argparse
import json
from collections.abc import Callable
from typing import Any

from slipway.engine.backend.lock import locked
from slipway.engine.cli.arguments import NOT_SUPPORTED, Parser, globals_of, stack_flag, switch
from slipway.engine.cli.asking import confirm
from slipway.engine.cli.session import Session
from slipway.engine.errors import EngineError, UnsupportedError

EXAMPLES = """examples:
  pulumi state unprotect 'urn:pulumi:dev::app::aws:s3/bucket:Bucket::raw' --yes
  pulumi state unprotect --all --yes
  pulumi state delete 'urn:pulumi:dev::app::aws:s3/bucket:Bucket::raw' --yes
"""
Resources = list[dict[str, Any]]


def register(commands: Any) -> None:
    """Declare the commands."""
    group: Parser = commands.add_parser("state", help="edit the state", epilog=EXAMPLES)
    verbs = group.add_subparsers(dest="verb", metavar="VERB", parser_class=Parser, required=True)
    unprotect = verbs.add_parser(
        "unprotect",
        help="take protect off resources",
        epilog="example: pulumi state unprotect 'urn:pulumi:dev::app::aws:s3/bucket:Bucket::raw' --yes",
    )
    unprotect.add_argument("urn", nargs="*")
    switch(unprotect, "--all", help="off every resource")
    unprotect.set_defaults(run=run_unprotect)
    delete = verbs.add_parser(
        "delete",
        help="forget a resource; what it stands for stays",
        epilog="example: pulumi state delete 'urn:pulumi:dev::app::aws:s3/bucket:Bucket::raw' --yes",
    )
    delete.add_argument("urn", nargs=1)
    switch(delete, "--force", help="also when it is protected")
    switch(delete, "--target-dependents", help="and what depends on it")
    delete.set_defaults(run=run_delete)
    for parser in (unprotect, delete):
        switch(parser, "-y", "--yes", help="do not ask")
    for name in ("edit", "move", "protect", "rename", "repair", "taint", "untaint", "upgrade"):
        verbs.add_parser(name, description=NOT_SUPPORTED).set_defaults(run=_refuse, refused=name)
    for parser in set(verbs.choices.values()):
        globals_of(parser, top=False)
        stack_flag(parser)


def _refuse(args: argparse.Namespace) -> int:
    raise UnsupportedError(f"`pulumi state {args.refused}`", "use `stack export`, edit the file, and `stack import`")


def _edit(session: Session, change: Callable[[Resources], Resources]) -> None:
    """Rewrite the resources of the state under its lock."""
    with locked(session.backend, session.stack):
        checkpoint = session.backend.load(session.stack)
        deployment = dict(checkpoint.deployment or {})
        deployment["resources"] = change(deployment.get("resources") or [])
        data = json.dumps(deployment, separators=(",", ":"), ensure_ascii=False).encode()
        session.backend.save(session.stack, data, features=checkpoint.features)
        session.backend.back_up(session.stack)


def _known(resources: Resources, urns: list[str]) -> None:
    missing = [urn for urn in urns if not any(resource["urn"] == urn for resource in resources)]
    if missing:
        raise EngineError(
            f"no such resource '{missing[0]}' exists in the current state; `pulumi stack --show-urns` lists them"
        )


def run_unprotect(args: argparse.Namespace) -> int:
    """Take `protect` off resources."""
    session = Session(args)
    if bool(args.urn) == args.all:
        raise EngineError("name the resources by their URNs, or pass --all", exit_code=2)
    if not confirm(session, "This will change the state of the stack!", session.stack.name, yes=args.yes):
        return 1

    def change(resources: Resources) -> Resources:
        _known(resources, args.urn)
        for resource in resources:
            if args.all or resource["urn"] in args.urn:
                resource.pop("protect", None)
        return resources

    _edit(session, change)
    print("All resources successfully unprotected" if args.all else "Resource successfully unprotected")
    return 0


def _needs(resource: dict[str, Any]) -> set[str]:
    found = {*(resource.get("dependencies") or []), resource.get("parent"), resource.get("deletedWith")}
    for urns in (resource.get("propertyDependencies") or {}).values():
        found.update(urns or [])
    found.add(str(resource.get("provider") or "").rpartition("::")[0])
    return {urn for urn in found if urn}


def run_delete(args: argparse.Namespace) -> int:
    """Forget a resource."""
    session = Session(args)
    if not confirm(session, "This will remove the resource from the state!", session.stack.name, yes=args.yes):
        return 1

    def change(resources: Resources) -> Resources:
        _known(resources, args.urn)
        gone = set(args.urn)
        for resource in resources:  # what needs a resource stands after it
            if resource["urn"] not in gone and _needs(resource) & gone:
                if not args.target_dependents:
                    raise EngineError(
                        f"'{args.urn[0]}' can't be deleted: '{resource['urn']}' depends on it; "
                        "delete that first, or pass --target-dependents"
                    )
                gone.add(resource["urn"])
        guarded = [resource["urn"] for resource in resources if resource["urn"] in gone and resource.get("protect")]
        if guarded and not args.force:
            raise EngineError(f"'{guarded[0]}' is protected; run `pulumi state unprotect` for it, or pass --force")
        return [resource for resource in resources if resource["urn"] not in gone]

    _edit(session, change)
    print("Resource deleted")
    return 0
