"""`up`, `preview`, `refresh`, `destroy`: flags, confirmation, and what is said at the end."""

import argparse
import os
import sys
from typing import Any, cast

from slipway.engine.backend.lock import locked
from slipway.engine.cli.arguments import Parser, globals_of, ignore, refuse, several, stack_flag, switch
from slipway.engine.cli.asking import choose
from slipway.engine.cli.config import locate, store
from slipway.engine.cli.running import Runner, Showing
from slipway.engine.cli.session import Session
from slipway.engine.cli.stack import remove_stack
from slipway.engine.config import effective_config
from slipway.engine.display.style import NARROWEST, Style, colors, size_of, tree
from slipway.engine.errors import EngineError
from slipway.engine.request import OperationKind, Options

_COMMANDS = {
    "up": (
        ["update"],
        "create or update the resources of a stack",
        """examples:
  pulumi up                                   preview, ask, update
  pulumi up --yes --skip-preview              update at once (CI)
  pulumi up --target 'urn:pulumi:dev::app::aws:s3/bucket:Bucket::raw'
""",
    ),
    "preview": (
        ["pre"],
        "show what an up would do",
        """examples:
  pulumi preview --diff
  pulumi preview --json > preview.json
""",
    ),
    "refresh": (
        [],
        "take over into the state what the cloud holds",
        """examples:
  pulumi refresh --preview-only
  pulumi refresh --yes --clear-pending-creates
""",
    ),
    "destroy": (
        ["down"],
        "delete the resources of a stack",
        """examples:
  pulumi destroy --preview-only
  pulumi destroy --yes --remove
""",
    ),
}
_MEANINGLESS = (
    "--debug",
    "--skip-plugin-pre-install",
    "--strict",
)
_REFUSED = ("--attach-debugger", "--remote", "--run-program", "--copilot", "--neo")
_REFUSED_VALUED = ("--plan", "--save-plan", "--import-file", "--config-file", "--client", "--output")


class _Debugging(argparse.Action):
    """A flag that exists only for those who debug, as in the real command line."""

    def __call__(self, *_: Any, **__: Any) -> None:
        raise EngineError(f"{self.option_strings[0]} needs PULUMI_DEBUG_COMMANDS=true in the environment", exit_code=2)


def register(commands: Any) -> None:
    """Declare the commands."""
    for name, (aliases, text, examples) in _COMMANDS.items():
        parser: Parser = commands.add_parser(name, aliases=aliases, help=text, description=text, epilog=examples)
        globals_of(parser, top=False)
        stack_flag(parser)
        _common_flags(parser)
        _own_flags(parser, name)
        refuse(parser, _REFUSED, _REFUSED_VALUED)
        ignore(parser, _MEANINGLESS, ("--exec-kind", "--exec-agent"))
        parser.set_defaults(run=run_operation, kind=name)


def _common_flags(parser: Parser) -> None:
    parser.add_argument("-p", "--parallel", type=int, default=16, metavar="N", help="resources in flight at once (16)")
    several(parser, "-t", "--target", help="work on this URN only; may hold * and **")
    switch(parser, "--target-dependents", help="and on what depends on the targets")
    several(parser, "-x", "--exclude", help="leave this URN out")
    switch(parser, "--exclude-dependents", help="and what depends on the excluded")
    several(parser, "-c", "--config", help="KEY=VALUE, saved in the stack file")
    switch(parser, "--config-path", help="the keys of --config are paths")
    switch(parser, "--diff", help="show every property that changes")
    switch(parser, "-j", "--json", help="print JSON")
    switch(parser, "--show-secrets", help="show secrets in plain text")
    switch(parser, "--show-sames", help="show what does not change")
    switch(parser, "--show-reads", help="show what is only read")
    switch(parser, "--show-replacement-steps", help="show each step of a replacement")
    switch(parser, "--show-full-output", help="show long texts whole")
    switch(parser, "--show-config", help="show the configuration first")
    switch(parser, "--show-policy-remediations", help="show what remediations of policies changed")
    switch(parser, "-r", "--refresh", help="refresh the state first")
    switch(parser, "--expect-no-changes", help="fail when anything changes")
    parser.add_argument("-m", "--message", default="", help="kept in the stack's history")
    switch(parser, "--suppress-outputs", help="do not show outputs")
    switch(parser, "--suppress-progress", help="say nothing while waiting")
    ignore(parser, ("--suppress-stream-logs",))
    parser.add_argument("--suppress-permalink", nargs="?", const="true", help=argparse.SUPPRESS)
    # The real command line, too, has --event-log only with this set.
    if os.environ.get("PULUMI_DEBUG_COMMANDS", "").lower() in ("1", "true"):
        parser.add_argument("--event-log", default=None, metavar="FILE", help="write every event, one JSON a line")
    else:
        parser.add_argument("--event-log", action=_Debugging, default=None, help=argparse.SUPPRESS)


def _own_flags(parser: Parser, name: str) -> None:
    if name in ("up", "preview"):
        several(parser, "--replace", help="replace this URN")
        several(parser, "--target-replace", help="--target and --replace in one")
        several(parser, "--policy-pack", help="run the policy pack in this folder")
        several(parser, "--policy-pack-config", help="JSON file with its configuration")
    if name != "preview":
        switch(parser, "-y", "--yes", help="do not ask")
        switch(parser, "-f", "--skip-preview", help="do not preview first")
    if name in ("refresh", "destroy"):
        switch(parser, "--preview-only", help="show what would happen, change nothing")
    if name in ("up", "destroy"):
        switch(parser, "--continue-on-error", help="go on with what does not depend on a failure")
    if name == "destroy":
        switch(parser, "--exclude-protected", help="keep the protected and what they need")
        switch(parser, "--ignore-protect", help="delete the protected too")
        switch(parser, "--remove", help="remove stack and stack file afterwards")
        switch(parser, "--preserve-config", help="with --remove: keep the stack file")
    if name == "refresh":
        switch(parser, "--clear-pending-creates", help="forget creations that were interrupted")
        switch(parser, "--skip-pending-creates", help="leave them as they are, as without it")
        several(parser, "--import-pending-creates", help="URN, and once more for its id")


def options_of(args: argparse.Namespace, *, dry_run: bool) -> Options:
    """Turn flags into options."""
    found = vars(args)
    pairs = list(found.get("import_pending_creates") or [])
    if len(pairs) % 2:
        raise EngineError(
            "--import-pending-creates is given twice for each resource: its URN, then its id", exit_code=2
        )
    if args.parallel < 1:
        raise EngineError(f"--parallel {args.parallel}: at least 1", exit_code=2)
    target_replace = tuple(found.get("target_replace") or ())
    return Options(
        parallel=args.parallel,
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
        import_pending_creates=tuple(zip(pairs[::2], pairs[1::2], strict=True)),
        expect_no_changes=args.expect_no_changes,
        show_secrets=args.show_secrets,
        policy_packs=tuple(found.get("policy_pack") or ()),
        policy_pack_configs=tuple(found.get("policy_pack_config") or ()),
    )


def _check(session: Session, args: argparse.Namespace) -> None:
    """Refuse what the real command line refuses before anything is touched."""
    preview_only = getattr(args, "preview_only", False)
    if args.kind == "preview":
        return
    if preview_only and args.skip_preview:
        raise EngineError("--skip-preview and --preview-only cannot be used together")
    if not (session.interactive or args.yes or args.skip_preview or preview_only):
        ways = "--yes or --skip-preview" + (" or --preview-only" if hasattr(args, "preview_only") else "")
        raise EngineError(f"{ways} must be passed in to proceed when running in non-interactive mode")
    if args.json and not (args.skip_preview or preview_only):
        raise EngineError("--json needs --skip-preview here: one operation, one stream of events", exit_code=2)


def run_operation(args: argparse.Namespace) -> int:
    """Run up, preview, refresh or destroy."""
    session = Session(args)
    _check(session, args)
    stack_file = session.stack_file()
    _ = session.secrets  # derives the key while the rest starts
    if args.config:
        pairs = [word.partition("=")[::2] for word in args.config]
        store(session, [(locate(session, key, path=args.config_path), value) for key, value in pairs])
        stack_file = session.stack_file()
    config = effective_config(session.project, session.stack.name, stack_file, session.secrets)
    style = _style(args, session)
    showing = Showing(json=args.json, style=style, event_log=args.event_log, message=args.message)
    runner = Runner(session, config, showing)
    kind = cast("OperationKind", args.kind)
    if kind == "preview" or getattr(args, "preview_only", False):
        outcome = runner.run(kind, options_of(args, dry_run=True))
    elif args.skip_preview or _agreed(args, runner, kind):
        outcome = runner.run(kind, options_of(args, dry_run=False))
        if kind == "destroy" and outcome.succeeded:
            _after_destroy(session, args)
    else:
        return 1
    if (
        outcome.succeeded
        and args.expect_no_changes
        and any(outcome.changes[op] for op in outcome.changes if op != "same")
    ):
        word = "proposed" if kind == "preview" else "made"
        raise EngineError(f"no changes were expected but changes were {word}")
    return 0 if outcome.succeeded else 1


def _style(args: argparse.Namespace, session: Session) -> Style:
    terminal = sys.stdout.isatty()
    moving = tree(args.color, os.environ, terminal=terminal, interactive=not args.non_interactive)
    return Style(
        color=colors(args.color, os.environ, terminal=terminal),
        tree=moving and not args.suppress_progress and size_of(sys.stdout.fileno())[0] >= NARROWEST,
        diff=args.diff,
        show_sames=args.show_sames,
        show_reads=args.show_reads,
        replacement_steps=args.show_replacement_steps,
        outputs=not args.suppress_outputs,
        progress=not args.suppress_progress,
        full=args.show_full_output,
        config=args.show_config,
        remediations=args.show_policy_remediations,
        keep=session.interactive and not (args.yes or args.skip_preview) if hasattr(args, "yes") else False,
    )


def _agreed(args: argparse.Namespace, runner: Runner, kind: OperationKind) -> bool:
    """Preview, then ask unless --yes says so already."""
    dry: OperationKind = "preview" if kind == "up" else kind
    if not runner.run(dry, options_of(args, dry_run=True)).succeeded:
        return False
    if args.yes:
        print()
        return True
    word = {"up": "update"}.get(kind, kind)
    while True:
        answer = choose(f"\nDo you want to perform this {word}?", ("yes", "no", "details"))
        if answer != "details":
            break
        runner.print_details()
    if answer == "no":
        print(f"confirmation declined, not proceeding with the {word}", file=sys.stderr)
    return answer == "yes"


def _after_destroy(session: Session, args: argparse.Namespace) -> None:
    """Remove the stack when asked to, and say what is left."""
    name = session.stack.name
    if args.remove:
        with locked(session.backend, session.stack):
            remove_stack(session, session.stack, force=False, preserve_config=args.preserve_config)
    if args.json or args.target or args.exclude or args.exclude_protected:
        return
    if args.remove:
        print("The resources in the stack have been deleted, and the history and configuration removed.")
    else:
        print(
            "The resources in the stack have been deleted, but the history and configuration associated with the stack "
            f"are still maintained.\nIf you want to remove the stack completely, run `pulumi stack rm {name}`."
        )
