"""The `slipway` command: parses, calls, prints; no logic."""

from __future__ import annotations

import argparse
import io
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from slipway.failure import Failure, Misuse, in_our_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slipway.pulumi_cli import Stack

FAILED, MISUSED, INTERRUPTED = 1, 2, 130


def main() -> NoReturn:
    """Run the command line of this process and exit with its code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # in a pipe, too, progress shows, and before an error
    sys.exit(run(sys.argv[1:]))


def run(words: Sequence[str]) -> int:
    """Run one command line; return its exit code: 0 done, 1 failed, 2 misused, 130 interrupted."""
    if words[:1] == ["sandbox"]:  # its own command line, --help included
        os.execv(sys.executable, [sys.executable, "-m", "slipway.sandbox", *words[1:]])  # noqa: S606 - its exit code is ours
    arguments = _parser().parse_args(words)
    try:
        call: Callable[[argparse.Namespace], int | None] = arguments.call
        return call(arguments) or 0
    except Failure as error:
        return _complain(error, arguments, MISUSED if isinstance(error, Misuse) else FAILED)
    except KeyboardInterrupt:
        print("slipway: interrupted", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the process's outermost loop
        return _complain(in_our_words(error), arguments, FAILED)


def _complain(error: BaseException, arguments: argparse.Namespace, code: int) -> int:
    if arguments.verbose:
        traceback.print_exception(error)
    kind = "" if isinstance(error, Failure) else f"{type(error).__name__}: "
    hint = "" if isinstance(error, Failure) or arguments.verbose else " (--verbose shows the trace)"
    print(f"slipway: {kind}{error}{hint}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="slipway", description="infrastructure as code for machine learning on AWS")
    verbs = parser.add_subparsers(title="verbs", required=True, metavar="VERB")

    demo = _verb(verbs, "demo", _demo, "the whole loop on real data, offline, in a copied project folder")
    demo.add_argument("--keep", action="store_true", help="stop before destroying and leave the sandbox running")
    demo.add_argument("--folder", type=Path, metavar="DIR", help="where runs are kept (default: .slipway/demo)")

    verbs.add_parser("sandbox", help="the local AWS: up, down, status, logs, env, push", add_help=False)

    train = _verb(verbs, "train", _train, "run a training job and register its model", stack=True)
    data = train.add_mutually_exclusive_group(required=True)
    data.add_argument("--train", metavar="S3URI", help="training data: a prefix, or a manifest named *.manifest")
    data.add_argument("--job", metavar="NAME", help="start none: follow this one and register its model")
    train.add_argument("--validation", metavar="S3URI", help="validation data, as --train, which it goes with")
    train.add_argument(
        "--hyperparameter",
        action="append",
        default=[],
        type=_pair,
        metavar="NAME=VALUE",
        help="as in training/config.py; may be given more than once",
    )
    train.add_argument("--approve", action="store_true", help="approve the model package at once")

    release = _verb(verbs, "release", _release, "pin an approved model package in the stack file", stack=True)
    which = release.add_mutually_exclusive_group()
    which.add_argument("--model-package", metavar="ARN", help="this package (default: the newest approved one)")
    which.add_argument("--job", metavar="NAME", help="the package that came from this training job")

    release.add_argument(
        "--current-code",
        action="store_true",
        help="serve it with the stack's serving code and image of today (default: those it was registered with)",
    )

    _verb(verbs, "settings", _settings, "check a stack file and print the settings that it comes to", stack=True)
    return parser


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    call: Callable[[argparse.Namespace], int | None],
    text: str,
    *,
    stack: bool = False,
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=text, description=text)
    parser.add_argument("--verbose", action="store_true", help="show traces")
    if stack:
        parser.add_argument("-s", "--stack", required=True, help="the stack: its settings are in Pulumi.STACK.yaml")
    if name != "settings":
        parser.add_argument("--engine", choices=("pulumi", "embedded"), help="insist on one engine")
    parser.set_defaults(call=call)
    return parser


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def _demo(arguments: argparse.Namespace) -> int:
    project = _project()
    from slipway.demo.command import demo

    return demo(project, runs=arguments.folder, force=arguments.engine, keep=arguments.keep)


def _train(arguments: argparse.Namespace) -> None:
    stack = _stack(arguments)
    from slipway import outputs
    from slipway.train.command import Order, finish, train

    def on_line(line: str) -> None:
        print(f"  | {line}", flush=True)

    def on_status(line: str) -> None:
        print(line, flush=True)

    if arguments.job is None and arguments.validation is None:
        raise Misuse("--validation is missing: the data that the model is judged on, an S3 address as for --train")
    found = outputs.read(arguments.stack, stack.outputs())
    if arguments.job is None:
        order = Order(
            stack=arguments.stack,
            train=arguments.train,
            validation=arguments.validation,
            hyperparameters=dict(arguments.hyperparameter),
            approve=arguments.approve,
        )
        trained = train(order, found, on_line=on_line, on_status=on_status)
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


def _release(arguments: argparse.Namespace) -> None:
    stack = _stack(arguments)
    from slipway import outputs
    from slipway.release.command import release

    found = outputs.read(arguments.stack, stack.outputs())
    package, job, current = arguments.model_package, arguments.job, arguments.current_code
    released = release(stack.file, found, arn=package, job=job, current_code=current)
    for line in released.difference:
        print(f"  {line}")
    if released.changed:
        print(f"{stack.file.name} now pins {released.pin.model_package_arn}; review the diff, then `pulumi up`")
    else:
        print(f"{stack.file.name} already has this release: nothing to deploy")
        if released.pin.code != found.serving.code_uri:
            print("serving/ has changed since the model was registered: --current-code serves it with today's code")


def _settings(arguments: argparse.Namespace) -> None:
    project = _project()
    from slipway.settings import effective

    print(effective(project / f"Pulumi.{arguments.stack}.yaml"))


def _stack(arguments: argparse.Namespace) -> Stack:
    from slipway import pulumi_cli

    return pulumi_cli.Stack(pulumi_cli.pick(arguments.engine), _project(), arguments.stack)


def _project() -> Path:
    folder = Path.cwd()
    if not (folder / "Pulumi.yaml").is_file():
        raise Misuse(f"{folder} has no Pulumi.yaml: run this in the project's folder")
    # `infra` is the project's own: what its stack files may say is asked there, not in a copy installed elsewhere
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    return folder
