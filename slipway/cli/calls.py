"""What each verb calls and prints; a verb loads what it needs, `slipway --help` nothing."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from slipway.failure import Failure, Misuse

if TYPE_CHECKING:
    import argparse

    from slipway.outputs import Outputs
    from slipway.preview.review import Review
    from slipway.pulumi_cli import Stack

NOT_GOOD = 1
SETTLING_SECONDS = 900.0
"""How long a verdict after `up` waits for an endpoint that something else, an autoscaler perhaps, is changing."""


def demo(arguments: argparse.Namespace) -> int:
    """Run the demo."""
    project = project_folder()
    from slipway.demo.command import demo as run

    return run(project, runs=arguments.folder, force=arguments.engine, keep=arguments.keep)


def train(arguments: argparse.Namespace) -> None:
    """Run or follow a training job, register its model, and say what comes next."""
    stack = _stack(arguments)
    from slipway.train.command import Order, finish
    from slipway.train.command import train as run

    def on_line(line: str) -> None:
        print(f"  | {line}", flush=True)

    def on_status(line: str) -> None:
        print(line, flush=True)

    if arguments.job is None and arguments.validation is None:
        raise Misuse("--validation is missing: the data that the model is judged on, an S3 address as for --train")
    found = _outputs(stack)
    if arguments.job is None:
        order = Order(
            stack=arguments.stack,
            train=arguments.train,
            validation=arguments.validation,
            hyperparameters=dict(arguments.hyperparameter),
            approve=arguments.approve,
        )
        trained = run(order, found, on_line=on_line, on_status=on_status)
    else:
        job, stack_name, approval = arguments.job, arguments.stack, arguments.approve
        trained = finish(job, found, stack=stack_name, approval=approval, on_line=on_line, on_status=on_status)
    print(f"model package {trained.package_arn} ({'approved' if trained.approved else 'waits for approval'})")
    for name, value in sorted(trained.metrics.items()):
        print(f"  {name} = {value:.4f}")
    print(f"  artifact {trained.model_data} sha256 {trained.model_sha256}")
    if not trained.approved:
        approval = f"--model-package-arn {trained.package_arn} --model-approval-status Approved"
        print(f"next: aws sagemaker update-model-package {approval}")
    print(f"{'next' if trained.approved else 'then'}: slipway release -s {arguments.stack} --job {trained.job}")


def release(arguments: argparse.Namespace) -> None:
    """Pin a release and print what it changes."""
    stack = _stack(arguments)
    from slipway.release.command import Order
    from slipway.release.command import release as pin
    from slipway.release.shadow import end_shadow

    if arguments.end_shadow:
        digest = end_shadow(stack.file)
        print(f"{stack.file.name} ends shadow {digest}; review the diff, then `slipway up`")
        return
    found = _outputs(stack)
    order = Order(
        arn=arguments.model_package,
        job=arguments.job,
        current_code=arguments.current_code,
        changed_schema=arguments.changed_schema,
        shadow_percentage=arguments.shadow,
    )
    released = pin(stack.file, found, order)
    for line in released.difference:
        print(f"  {line}")
    for line in released.warnings:
        print(f"  warning: {line}")
    if arguments.shadow is not None:
        print(f"{stack.file.name} now pins shadow {released.pin.digest}; review the diff, then `slipway up`")
    elif released.changed:
        print(f"{stack.file.name} now pins release {released.pin.digest}; review the diff, then `slipway up`")
    else:
        news = "says more of this release" if released.difference else "already has this release"
        print(f"{stack.file.name} {news}: nothing to deploy")
        if released.pin.code != found.serving.code_uri:
            print("serving/ has changed since the model was registered: --current-code serves it with today's code")


def rollback(arguments: argparse.Namespace) -> None:
    """Swap the pinned releases and print what that changes."""
    project = project_folder()
    from slipway.release.rollback import rollback as swap

    file = project / f"Pulumi.{arguments.stack}.yaml"
    swapped = swap(file)
    for line in swapped.difference:
        print(f"  {line}")
    print(f"{file.name} now pins release {swapped.current['digest']}; review the diff, then `slipway up`")


def preview(arguments: argparse.Namespace) -> int:
    """Show what an `up` would do; 1 when the preview did not end well."""
    from slipway.preview.command import of_log
    from slipway.preview.command import preview as look

    if arguments.events is None:
        found = look(_stack(arguments), policy_packs=arguments.policy_pack)
    else:
        found = of_log(arguments.events, project_folder(), stack=arguments.stack)
    if arguments.digest:
        if found.digest is None:
            raise Failure(f"this plan has no digest: {found.outcome or 'its log is not whole'}")
        print(found.digest)
        return 0
    _show(arguments, found)
    return 0 if found.plan.outcome == "succeeded" else NOT_GOOD


def drift(arguments: argparse.Namespace) -> int:
    """Show what changed outside the program; 3 when anything did, 1 when that is not known."""
    from slipway.drift.command import FOUND
    from slipway.drift.command import drift as look
    from slipway.preview.command import of_log

    log = arguments.events
    found = (
        look(_stack(arguments)) if log is None else of_log(log, project_folder(), stack=arguments.stack, kind="drift")
    )
    _show(arguments, found)
    if found.plan.outcome != "succeeded":
        return NOT_GOOD
    return FOUND if found.rows else 0


def _show(arguments: argparse.Namespace, found: Review) -> None:
    """Print a review, and put it wherever else it shall go."""
    from slipway.preview.as_json import as_json
    from slipway.preview.terminal import lines

    if arguments.json:
        print(json.dumps(as_json(found), indent=1))
    else:
        width, height = shutil.get_terminal_size((120, 24))
        print("\n".join(lines(found, width=width, height=height, details=arguments.details)))
    from slipway.preview.publishing import publish

    for line in publish(
        found, folder=arguments.markdown, summary=arguments.summary, comment=arguments.comment, number=arguments.pr
    ):
        print(line, file=sys.stderr)


def up(arguments: argparse.Namespace) -> int:
    """Run the engine's `up` in this terminal; when it ends well, give the verdict."""
    stack = _stack(arguments)
    reviewed = arguments.plan_digest is not None
    if reviewed:
        from slipway.preview.command import preview as look
        from slipway.preview.command import require_digest

        require_digest(look(stack, policy_packs=arguments.policy_pack), arguments.plan_digest)
    code = stack.up_attached(yes=arguments.yes, previewed=reviewed, policy_packs=arguments.policy_pack)
    print()
    if code == 0:
        return _judge(stack, as_json=False, wait_seconds=SETTLING_SECONDS)
    try:
        _judge(stack, as_json=False, wait_seconds=0)  # what a failed `up` has left serving is asked all the more
    except Failure as error:
        print(f"no verdict: {error}", file=sys.stderr)
    return code


def verdict(arguments: argparse.Namespace) -> int:
    """Print the verdict; 1 when it is not a good one."""
    return _judge(_stack(arguments), as_json=arguments.json, wait_seconds=arguments.wait)


def _judge(stack: Stack, *, as_json: bool, wait_seconds: float) -> int:
    from slipway.verdict import words
    from slipway.verdict.command import verdict as judge

    found = judge(stack.file, _outputs(stack), wait_seconds=wait_seconds)
    if as_json:
        print(json.dumps(words.as_json(found, stack.name), indent=1))
    else:
        print("\n".join(words.lines(found, stack.name)), file=sys.stdout if found.good else sys.stderr)
    return 0 if found.good else NOT_GOOD


def history(arguments: argparse.Namespace) -> None:
    """Print what served when."""
    stack = _stack(arguments)
    from slipway.history import words
    from slipway.history.command import history as look

    found = look(stack.file, _outputs(stack))
    print(json.dumps(words.as_json(found), indent=1) if arguments.json else "\n".join(words.lines(found)))


def settings(arguments: argparse.Namespace) -> None:
    """Print the effective settings of a stack file, or explain every setting."""
    if arguments.what == "explain":
        from slipway.settings_explained import explained

        print(explained(), end="")
        return
    project = project_folder()
    from slipway.settings import effective

    print(effective(project / f"Pulumi.{arguments.stack}.yaml"))


def export_terraform(arguments: argparse.Namespace) -> None:
    """Write a stack as Terraform's JSON and print what is in it."""
    project = project_folder()
    from slipway.terraform.command import export

    given: Path | None = arguments.folder
    exported = export(
        project, arguments.stack, project / ".slipway/terraform" / arguments.stack if given is None else given
    )
    print(f"{exported.file}: {sum(exported.counts.values())} resources of {len(exported.counts)} types")
    for name in exported.variables:
        print(f"  variable {name} stands for a secret, whose value is not written")


def _stack(arguments: argparse.Namespace) -> Stack:
    if arguments.stack is None:
        raise Misuse("--stack is missing: the stack to ask the engine about, or --events with the log of a run")
    project = project_folder()
    from slipway import pulumi_cli

    return pulumi_cli.Stack(pulumi_cli.pick(arguments.engine), project, arguments.stack)


def _outputs(stack: Stack) -> Outputs:
    from slipway import outputs

    return outputs.read(stack.name, stack.outputs())


def project_folder() -> Path:
    """Return the project's folder, the one that the command runs in. Raises Misuse where there is none."""
    folder = Path.cwd()
    if not (folder / "Pulumi.yaml").is_file():
        raise Misuse(f"{folder} has no Pulumi.yaml: run this in the project's folder")
    # `infra` is the project's own: what its stack files may say is asked there, not in a copy installed elsewhere
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    return folder
