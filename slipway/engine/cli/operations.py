"""`up`, `preview`, `refresh`, `destroy`."""

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from slipway.engine.backend.lock import locked
from slipway.engine.cli.arguments import Parser, globals_of, ignore, refuse, several, stack_flag, switch
from slipway.engine.cli.session import Session
from slipway.engine.config import effective_config, full_key
from slipway.engine.config_file import edit_config
from slipway.engine.errors import EngineError
from slipway.engine.request import OperationKind, OperationRequest, Options, Stop


def register(commands: Any) -> None:
    """Declare the commands."""
    for name, aliases, text in (
        ("up", ["update"], "create or update the resources of a stack"),
        ("preview", ["pre"], "show what an up would do"),
        ("refresh", [], "take over what the cloud says into the state"),
        ("destroy", ["down"], "delete the resources of a stack"),
    ):
        parser: Parser = commands.add_parser(name, aliases=aliases, help=text)
        globals_of(parser, top=False)
        stack_flag(parser)
        _flags(parser, name)
        parser.set_defaults(run=run_operation, kind=name)


def _flags(parser: Parser, name: str) -> None:
    parser.add_argument("-p", "--parallel", type=int, default=16)
    several(parser, "-t", "--target", help="work on this URN only")
    several(parser, "-x", "--exclude", help="leave this URN out")
    several(parser, "-c", "--config", help="KEY=VALUE, saved in the stack file")
    switch(parser, "--config-path", help="keys of --config are paths")
    switch(parser, "--target-dependents", help="and what depends on the targets")
    switch(parser, "--exclude-dependents", help="and what depends on the excluded")
    switch(parser, "-d", "--diff", help="show what changes in full")
    switch(parser, "-j", "--json", help="print JSON")
    switch(parser, "--show-secrets", help="show secrets in plain text")
    switch(parser, "--show-sames", help="show what does not change")
    switch(parser, "-r", "--refresh", help="refresh the state first")
    parser.add_argument("-m", "--message", default="")
    for flag in ("--suppress-outputs", "--suppress-progress", "--suppress-permalink", "--suppress-stream-logs"):
        switch(parser, flag, help=argparse.SUPPRESS)
    if os.environ.get("PULUMI_DEBUG_COMMANDS") in ("1", "true"):
        parser.add_argument("--event-log", default=None)
    else:
        parser.set_defaults(event_log=None)
    switch(parser, "--expect-no-changes", help="fail when there are changes")
    if name in ("up", "preview"):
        several(parser, "--replace", help="replace this URN")
        several(parser, "--target-replace", help="--target and --replace")
        several(parser, "--policy-pack", help="a policy pack's folder")
        several(parser, "--policy-pack-config", help="its configuration")
    if name != "preview":
        switch(parser, "-y", "--yes", help="do not ask")
        switch(parser, "-f", "--skip-preview", help="do not preview first")
    if name in ("refresh", "destroy"):
        switch(parser, "--preview-only", help="show only")
    if name in ("up", "destroy"):
        switch(parser, "--continue-on-error", help="go on with what does not depend on a failure")
    if name == "destroy":
        switch(parser, "--exclude-protected", help="keep the protected")
        switch(parser, "--ignore-protect", help="delete the protected too")
        switch(parser, "--remove", help="remove the stack afterwards")
    if name == "refresh":
        switch(parser, "--clear-pending-creates", help="forget creations that were interrupted")
        switch(parser, "--skip-pending-creates", help="leave them")
        several(parser, "--import-pending-creates", help="URN, then id")
    refuse(
        parser,
        ("--attach-debugger", "--remote", "--run-program", "--copilot"),
        ("--plan", "--save-plan", "--config-file"),
    )
    ignore(
        parser,
        (
            "--debug",
            "--show-reads",
            "--show-replacement-steps",
            "--show-config",
            "--show-full-output",
            "--show-policy-remediations",
            "--skip-plugin-pre-install",
        ),
        ("--exec-kind", "--exec-agent"),
    )


def options_of(args: argparse.Namespace, *, dry_run: bool) -> Options:
    """Turn flags into options."""
    found = vars(args)
    pairs = list(found.get("import_pending_creates") or [])
    if len(pairs) % 2:
        raise EngineError(
            "--import-pending-creates is given twice for each resource: its URN, then its id", exit_code=2
        )
    target_replace = tuple(found.get("target_replace") or ())
    return Options(
        parallel=max(1, args.parallel),
        targets=(*args.target, *target_replace),
        target_dependents=args.target_dependents,
        replace=(*(found.get("replace") or ()), *target_replace),
        refresh=args.refresh,
        exclude=tuple(args.exclude),
        exclude_dependents=args.exclude_dependents,
        exclude_protected=found.get("exclude_protected", False),
        ignore_protect=found.get("ignore_protect", False),
        continue_on_error=found.get("continue_on_error", False),
        dry_run=dry_run,
        clear_pending_creates=found.get("clear_pending_creates", False),
        skip_pending_creates=found.get("skip_pending_creates", False),
        import_pending_creates=tuple(zip(pairs[::2], pairs[1::2], strict=True)),
        expect_no_changes=args.expect_no_changes,
        show_secrets=args.show_secrets,
        policy_packs=tuple(found.get("policy_pack") or ()),
        policy_pack_configs=tuple(found.get("policy_pack_config") or ()),
    )


def run_operation(args: argparse.Namespace) -> int:
    """Run up, preview, refresh or destroy."""
    session = Session(args)
    dry = args.kind == "preview" or getattr(args, "preview_only", False)
    if not dry and not session.interactive and not (args.yes or args.skip_preview):
        raise EngineError("--yes or --skip-preview must be passed in to proceed when running in non-interactive mode")
    ref = session.stack
    _save_config(session, args)
    file = session.stack_file()
    secrets = session.secrets
    config = effective_config(session.project, ref.name, file, secrets)
    stop = Stop()
    log = Path(session.folder, args.event_log).open("w", encoding="utf-8") if args.event_log else None
    writing = threading.Lock()

    def emit(event: dict[str, Any]) -> None:
        with writing:
            if log:
                log.write(json.dumps(event, separators=(",", ":")) + "\n")
                log.flush()
            note = event.get("diagnosticEvent")
            if note and note.get("severity") in ("error", "warning"):
                print(note.get("prefix", ""), note.get("message", ""), sep="", file=sys.stderr)

    def request(*, dry_run: bool) -> OperationRequest:
        return OperationRequest(
            kind=cast("OperationKind", args.kind),
            project=session.project,
            stack=ref.name,
            config=config,
            deployment=session.backend.load(ref).deployment,
            secrets=secrets,
            persist=None if dry_run else (lambda data: session.backend.save(ref, data)),
            emit=emit,
            options=options_of(args, dry_run=dry_run),
            stop=stop,
        )

    from slipway.engine import operation  # type: ignore[attr-defined] # noqa: PLC0415

    with _signals(stop):
        if dry:
            result = operation.run(request(dry_run=True))
        else:
            with locked(session.backend, ref):
                result = operation.run(request(dry_run=False))
    return 0 if result.succeeded else 1


def _save_config(session: Session, args: argparse.Namespace) -> None:
    if not args.config:
        return
    pairs = {}
    for word in args.config:
        key, equals, value = word.partition("=")
        if not equals:
            raise EngineError(f"--config {word}: expected KEY=VALUE", exit_code=2)
        pairs[full_key(session.project.name, key)] = value
    edit_config(session.project.stack_file(session.stack.name), lambda config: config.update(pairs))


@contextmanager
def _signals(stop: Stop) -> Iterator[None]:
    def handle(*_: Any) -> None:
        word = "terminating" if stop.canceled.is_set() else "cancelling; once more to terminate at once"
        print(f"\n^C received; {word}", file=sys.stderr)
        stop.signal()

    old = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
