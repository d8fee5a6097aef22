"""The words that `slipway` takes."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from slipway.cli import calls, ephemeral

if TYPE_CHECKING:
    from collections.abc import Callable

    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse has no public name for it


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line; its `call` does what was asked."""
    whole = argparse.ArgumentParser(prog="slipway", description="infrastructure as code for machine learning on AWS")
    verbs = whole.add_subparsers(title="verbs", required=True, metavar="VERB")

    demo = _verb(verbs, "demo", calls.demo, "the whole loop on real data, offline, in a copied project folder")
    demo.add_argument("--keep", action="store_true", help="stop before destroying and leave the sandbox running")
    demo.add_argument("--folder", type=Path, metavar="DIR", help="where runs are kept (default: .slipway/demo)")

    verbs.add_parser("sandbox", help="the local AWS: up, down, status, logs, env, push, clock", add_help=False)

    _train(_verb(verbs, "train", calls.train, "run a training job and register its model", stack=True))
    _release(_verb(verbs, "release", calls.release, "pin an approved model package in the stack file", stack=True))
    _preview(_verb(verbs, "preview", calls.preview, "say what an `up` would do: ranked, priced, for a pull request"))
    drift = _verb(verbs, "drift", calls.drift, "say what changed outside the program; exit code 3 when anything did")
    _shown(drift)
    up = _verb(verbs, "up", calls.up, "make the stack what its file says, then give the verdict", stack=True)
    up.add_argument("-y", "--yes", action="store_true", help="do not ask before anything is changed")
    _judged(up)
    up.add_argument(
        "--plan-digest",
        metavar="DIGEST",
        help="apply without asking, and only if a preview now has this digest (`slipway preview --digest`)",
    )
    verdict = _verb(
        verbs, "verdict", calls.verdict, "tell whether the endpoint serves what the stack file pins", stack=True
    )
    verdict.add_argument(
        "--wait", type=float, default=0.0, metavar="SECONDS", help="wait so long for an endpoint that is changing"
    )
    history = _verb(verbs, "history", calls.history, "tell what the endpoint served when", stack=True)
    for told in (verdict, history):
        told.add_argument("--json", action="store_true", help="for machines")
    _verb(verbs, "rollback", calls.rollback, "swap the pinned and the previous release in the stack file", stack=True)
    ephemeral.words(verbs)
    terraform = _verb(
        verbs, "export-terraform", calls.export_terraform, "write a stack as Terraform's JSON, for scanners", stack=True
    )
    terraform.add_argument(
        "--folder", type=Path, metavar="DIR", help="where main.tf.json is written (default: .slipway/terraform/STACK)"
    )
    settings = _verb(verbs, "settings", calls.settings, "check a stack file and print the settings that it comes to")
    what = settings.add_mutually_exclusive_group(required=True)
    what.add_argument("-s", "--stack", help="the stack: its settings are in Pulumi.STACK.yaml")
    what.add_argument("what", nargs="?", choices=("explain",), help="every setting with type, bounds, default, meaning")
    return whole


def _verb(
    verbs: Verbs,
    name: str,
    call: Callable[[argparse.Namespace], int | None],
    text: str,
    *,
    stack: bool = False,
) -> argparse.ArgumentParser:
    made = verbs.add_parser(name, help=text, description=text)
    made.add_argument("--verbose", action="store_true", help="show traces")
    if stack:
        made.add_argument("-s", "--stack", required=True, help="the stack: its settings are in Pulumi.STACK.yaml")
    if name not in ("settings", "rollback", "export-terraform"):
        made.add_argument("--engine", choices=("pulumi", "embedded"), help="insist on one engine")
    made.set_defaults(call=call)
    return made


def _preview(preview: argparse.ArgumentParser) -> None:
    _shown(preview)
    preview.add_argument("--digest", action="store_true", help="print the plan's digest and nothing else")
    _judged(preview)


def _judged(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--policy-pack",
        action="append",
        default=[],
        metavar="DIR",
        help="judge it by the rules in this folder, too (those in policy/ always do)",
    )


def _shown(verb: argparse.ArgumentParser) -> None:
    """Declare where a review comes from and where it goes."""
    verb.add_argument("-s", "--stack", help="the stack: its settings are in Pulumi.STACK.yaml")
    verb.add_argument("--events", type=Path, metavar="FILE", help="run nothing: the event log of a run elsewhere")
    verb.add_argument("--details", action="store_true", help="everything, however long")
    verb.add_argument("--json", action="store_true", help="for machines")
    verb.add_argument("--markdown", type=Path, metavar="DIR", help="write the comment's pages there: page-1.md, ...")
    verb.add_argument("--summary", action="store_true", help="add it to the job's summary ($GITHUB_STEP_SUMMARY)")
    verb.add_argument("--comment", action="store_true", help="put it on the pull request; the token is $GITHUB_TOKEN")
    verb.add_argument("--pr", metavar="NUMBER", help="the pull request (default: that of the running workflow)")


def _train(train: argparse.ArgumentParser) -> None:
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


def _release(release: argparse.ArgumentParser) -> None:
    which = release.add_mutually_exclusive_group()
    which.add_argument("--model-package", metavar="ARN", help="this package (default: the newest approved one)")
    which.add_argument("--job", metavar="NAME", help="the package that came from this training job")
    which.add_argument("--end-shadow", action="store_true", help="release nothing: end the shadow beside what serves")
    release.add_argument(
        "--shadow",
        type=_percentage,
        metavar="PERCENT",
        help="put it beside what serves: it gets copies of this share of the requests, and nobody gets its answers",
    )
    release.add_argument(
        "--current-code",
        action="store_true",
        help="serve it with the stack's serving code and image of today (default: those it was registered with)",
    )
    release.add_argument(
        "--changed-schema",
        action="store_true",
        help="release it although clients of the running model can't go on as they are",
    )


def _percentage(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 100:  # noqa: PLR2004 percent
        raise argparse.ArgumentTypeError(f"{text!r} is not 1 to 100")
    return int(text)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value
