"""`stack output`, `stack export`, `stack import`, `stack history`."""

import argparse
import json
import shlex
import sys
from pathlib import Path
from typing import Any

from slipway.engine.backend.durable import explain
from slipway.engine.backend.history import read_entries
from slipway.engine.backend.lock import locked
from slipway.engine.cli.arguments import Parser, switch
from slipway.engine.cli.session import Session
from slipway.engine.cli.tables import print_json, print_table
from slipway.engine.deployment_secrets import encrypted_anew, has_secret, shown, values_of
from slipway.engine.errors import EngineError

_STACK_TYPE = "pulumi:pulumi:Stack"


def register(verbs: Any) -> None:
    """Declare the commands."""
    output: Parser = verbs.add_parser("output", help="print outputs", epilog="example: pulumi stack output --json")
    output.add_argument("key", nargs="?")
    switch(output, "-j", "--json", help="print JSON")
    switch(output, "--shell", help="print NAME=value for a shell")
    switch(output, "--show-secrets", help="secrets in plain text")
    output.set_defaults(run=run_output)
    export: Parser = verbs.add_parser(
        "export", help="print the deployment", epilog="example: pulumi stack export --file state.json"
    )
    export.add_argument("--file", default=None, help="write to this file")
    export.add_argument("--version", default=None, help=argparse.SUPPRESS)
    switch(export, "--show-secrets", help="secrets in plain text")
    export.set_defaults(run=run_export)
    load: Parser = verbs.add_parser(
        "import",
        help="replace the state by an exported deployment",
        epilog="example: pulumi stack import --file state.json",
    )
    load.add_argument("--file", default=None, help="read from this file instead of stdin")
    switch(load, "-f", "--force", help="also when it is another stack's")
    load.set_defaults(run=run_import)
    history: Parser = verbs.add_parser(
        "history", help="list the updates", epilog="example: pulumi stack history --json"
    )
    switch(history, "-j", "--json", help="print JSON")
    history.set_defaults(run=run_history)


def stack_outputs(deployment: dict[str, Any] | None) -> dict[str, Any]:
    """Return the outputs of the stack resource as stored."""
    for resource in (deployment or {}).get("resources") or []:
        if resource["type"] == _STACK_TYPE and not resource.get("delete"):
            return dict(resource.get("outputs") or {})
    return {}


def plain_numbers(value: Any) -> Any:
    """Write 1.0 as 1, as Go does."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, dict):
        return {key: plain_numbers(item) for key, item in value.items()}
    return [plain_numbers(item) for item in value] if isinstance(value, list) else value


def _outputs(session: Session, *, show_secrets: bool) -> dict[str, Any]:
    stored = stack_outputs(session.checkpoint.deployment)
    manager = session.state_secrets if show_secrets and has_secret(stored) else None
    return dict(sorted(plain_numbers(values_of(stored, manager)).items()))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def print_outputs(session: Session, *, show_secrets: bool) -> None:
    """Print the outputs as a table."""
    outputs = _outputs(session, show_secrets=show_secrets)
    print(f"Current stack outputs ({len(outputs)}):")
    if outputs:
        print_table(("OUTPUT", "VALUE"), [(key, _text(value)) for key, value in outputs.items()], indent="    ")
    else:
        print("    No output values currently in this stack")


def run_output(args: argparse.Namespace) -> int:
    """Print one output or all."""
    session = Session(args)
    if args.json and args.shell:
        raise EngineError("only one of --json and --shell may be set", exit_code=2)
    if args.key is None and not args.json and not args.shell:
        print_outputs(session, show_secrets=args.show_secrets)
        return 0
    outputs = _outputs(session, show_secrets=args.show_secrets)
    if args.key is not None and args.key not in outputs:
        raise EngineError(f"current stack does not have output property '{args.key}'")
    if args.shell:
        for key in [args.key] if args.key else outputs:
            print(f"{key}={shlex.quote(_text(outputs[key]))}")
    elif args.json:
        print_json(outputs[args.key] if args.key else outputs)
    else:
        print(_text(outputs[args.key]))
    return 0


def run_export(args: argparse.Namespace) -> int:
    """Print the deployment, or write it to a file."""
    session = Session(args)
    checkpoint = session.checkpoint
    deployment = checkpoint.deployment
    if deployment is None:
        # Before the first update there is nothing but an empty manifest.
        deployment = {"manifest": {"time": "0001-01-01T00:00:00Z", "magic": "", "version": ""}, "metadata": {}}
    if args.show_secrets and has_secret(deployment):
        deployment = shown(deployment, session.state_secrets)
    body: dict[str, Any] = {"version": checkpoint.version, "deployment": deployment}
    if checkpoint.features:
        body = {"version": checkpoint.version, "features": list(checkpoint.features), "deployment": deployment}
    text = json.dumps(body, indent=4, ensure_ascii=False) + "\n"
    if args.file is None:
        sys.stdout.write(text)
        return 0
    path = Path(session.folder, args.file)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise explain(error, "write", path) from error
    return 0


def run_import(args: argparse.Namespace) -> int:
    """Replace the stack's state."""
    session = Session(args)
    ref = session.stack
    body = _read_body(session, args.file)
    deployment = dict(body["deployment"])
    _refuse_foreign(deployment, f"urn:pulumi:{ref.name}::{ref.project}::", force=args.force)
    for operation in deployment.pop("pending_operations", None) or []:
        urn = (operation.get("resource") or {}).get("urn")
        print(
            f"warning: removing pending operation '{operation.get('type')}' on '{urn}' from snapshot", file=sys.stderr
        )
    new = session.secrets
    if has_secret(deployment):
        deployment = encrypted_anew(deployment, session.foreign_secrets(deployment), new)
    elif deployment.get("resources"):
        deployment["secrets_providers"] = new.state()
    data = json.dumps(deployment, separators=(",", ":"), ensure_ascii=False).encode()
    with locked(session.backend, ref):
        session.backend.save(ref, data, features=tuple(body.get("features") or ()))
        session.backend.back_up(ref)
    print("Import complete.")
    return 0


def _read_body(session: Session, name: str | None) -> dict[str, Any]:
    where = name or "stdin"
    try:
        text = Path(session.folder, name).read_text(encoding="utf-8") if name else sys.stdin.read()
        body = json.loads(text)
    except OSError as error:
        raise explain(error, "read", Path(session.folder, where)) from error
    except ValueError as error:
        raise EngineError(f"could not deserialize deployment: {where} is no JSON: {error}") from error
    if not isinstance(body, dict) or not isinstance(body.get("deployment"), dict):
        raise EngineError(f"could not deserialize deployment: {where} has no `deployment`; is it from `stack export`?")
    if body.get("version") not in (3, 4):
        raise EngineError(
            f"could not deserialize deployment: version {body.get('version')!r} of {where} is not 3 or 4; "
            "import it with the real `pulumi` and export it again"
        )
    return body


def _refuse_foreign(deployment: dict[str, Any], prefix: str, *, force: bool) -> None:
    foreign = [r["urn"] for r in deployment.get("resources") or [] if not str(r.get("urn")).startswith(prefix)]
    for urn in foreign:
        print(f"warning: resource '{urn}' is from another stack or project", file=sys.stderr)
    if foreign and not force:
        raise EngineError("importing this file could be dangerous; rerun with --force to proceed anyway")


def run_history(args: argparse.Namespace) -> int:
    """Print the updates, newest first."""
    session = Session(args)
    entries = read_entries(session.backend, session.stack)
    if args.json:
        print_json(entries)
        return 0
    rows = []
    for entry in entries:
        changes = ", ".join(f"{count} {op}" for op, count in sorted((entry.get("resourceChanges") or {}).items()))
        rows.append(
            (
                entry["kind"],
                entry["result"],
                str(entry["endTime"] - entry["startTime"]) + " s",
                changes,
                entry.get("message", ""),
            )
        )
    print_table(("KIND", "RESULT", "TOOK", "CHANGES", "MESSAGE"), rows)
    return 0
