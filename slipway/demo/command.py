"""`slipway demo`: a fresh copy of the project, twelve stages, and nothing left behind however it ends."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from slipway import pulumi_cli
from slipway.demo import poke, processes, run_folder, summary
from slipway.demo.check import Broken
from slipway.demo.console import Console
from slipway.demo.measurements import Measurements
from slipway.demo.report import judge, report
from slipway.demo.stages import FIRST_ASKED, FIRST_MONTHS, STAGES, Demo
from slipway.failure import Failure
from slipway.interruption import ENDINGS, interruptible
from slipway.report import page

if TYPE_CHECKING:
    from pathlib import Path

    from slipway.demo.lake import Lake
    from slipway.pulumi_cli import EngineName

DEFAULT_RUNS = (".slipway", "demo")


def demo(project: Path, *, runs: Path | None, force: EngineName | None, keep: bool) -> int:
    """Run the demo in a copy of `project`; return the exit code.

    `runs` is where runs are kept, by default `.slipway/demo` in the project. Raises Failure when a stage's claim does
    not hold, after everything that was started has been ended.
    """
    engine = pulumi_cli.pick(force)
    runs = project.joinpath(*DEFAULT_RUNS) if runs is None else runs
    with interruptible():
        for stale in run_folder.end_stale(runs):
            print(f"ended {len(stale.ended)} processes that the killed run {stale.folder.root.name} left behind")
        folder = run_folder.make(project, runs)
        run_folder.prune(runs)
        os.environ[processes.MARK] = str(folder.root)
        run = Demo(Console(stages=STAGES), folder, engine, Measurements())
        run.console.line(f"slipway demo in {folder.project}")
        try:
            outputs, landed = run.loop()
            if not keep:
                run.end(outputs)
            _report(run, landed)
        except BaseException as error:
            _abandon(run, error)
            raise
        if keep:
            return _keep(run, str(outputs.endpoint), landed)
        return _finish(run)


def _finish(run: Demo) -> int:
    run.measurements.write(run.folder.measurements, outcome="passed", **_findings(run))
    _tidy(run)
    measurements, rollouts = run.measurements, run.rollouts
    text = summary.lines(
        run.facts,
        None if rollouts is None else rollouts.traffic,
        None if rollouts is None else rollouts.attempt,
        seconds=measurements.seconds(),
        peak_bytes=measurements.peak_proportional_bytes or measurements.peak_resident_bytes,
        where=f"{run.folder.root} (logs, times, the pinned stack file); `slipway demo --keep` to poke the endpoint",
        report=str(run.folder.report),
    )
    run.console.line()
    for line in text:
        run.console.line(f"  {line}")
    return 0


def _report(run: Demo, landed: Lake) -> None:
    """Judge the models on every month and write the page."""
    title = "judge both models on every month, and write the report"
    with run.console.stage(title), run.measurements.stage(title):
        judged = judge(run, landed)
        for one in judged[0]:
            unseen = [f"{month.month} {month.score.auc:.4f}" for month in one.months if not month.seen]
            run.console.say(f"{one.label}, {one.description}: {', '.join(unseen)}")
    page.write(report(run, landed, judged), run.folder.report)


def _keep(run: Demo, endpoint: str, landed: Lake) -> int:
    if run.running is None:
        raise Failure("there is no sandbox to keep")
    run.folder.note(kept=True)
    run.measurements.write(run.folder.measurements, outcome="kept", **_findings(run))
    run.console.line()
    data = landed.data_set(FIRST_MONTHS), landed.data_set([FIRST_ASKED])
    rows = run.folder.root / "rows.json"
    for line in poke.commands(run.folder, run.engine, endpoint, run.running.endpoint, data, rows):
        run.console.line(line)
    run.console.line()
    run.console.line(f"  the report: {run.folder.report}")
    return 0


def _findings(run: Demo) -> dict[str, Any]:
    facts = run.facts
    return {
        "engine": facts.engine,
        "resources": facts.resources,
        "scores": facts.scores,
        "requests": 0 if run.rollouts is None or run.rollouts.traffic is None else run.rollouts.traffic.requests,
        "failed": 0 if run.rollouts is None or run.rollouts.traffic is None else run.rollouts.traffic.failed,
        "verdict_on_torn": None
        if run.rollouts is None or run.rollouts.attempt is None
        else run.rollouts.attempt.exit_code,
        "rows": facts.rows,
        "largest_difference": max(facts.largest_json, facts.largest_csv),
        "unchanged": facts.unchanged,
        "kept_by_aws": facts.kept,
    }


def _abandon(run: Demo, error: BaseException) -> None:
    """End everything that this run started; what was interrupted or failed is said by whoever catches the error."""
    for signum in ENDINGS:
        signal.signal(signum, signal.SIG_IGN)
    run.console.say("ending the sandbox and everything that this run started")
    try:
        run.stop()
    except Failure as failure:
        run.console.say(f"{failure}: ending it the hard way")
    processes.end_run(run.folder.root)
    for pid in processes.wait_ended(run.measurements.seen, processes.GRACE_SECONDS):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    outcome = "interrupted" if isinstance(error, KeyboardInterrupt) else "failed"
    try:
        run.measurements.write(run.folder.measurements, outcome=outcome, error=str(error), **_findings(run))
    except OSError as failure:  # a full disk may be why the run failed: that is what the user must read
        run.console.say(f"{run.folder.measurements} can't be written: {failure.strerror}")
    logs = [str(run.folder.logs), str(run.folder.state / "logs")]
    print(f"logs: {' and '.join(logs)}", file=sys.stderr)
    if isinstance(error, Broken):
        print("a claim of the demo did not hold: a fault of Slipway, please report it with these logs", file=sys.stderr)


def _tidy(run: Demo) -> None:
    """Keep the logs and the copied project of a run that passed, not the sandbox's buckets and processes' folders."""
    log = run.folder.state / "logs" / "sandbox.log"
    if log.is_file():
        run.folder.logs.mkdir(exist_ok=True)
        shutil.copy(log, run.folder.logs / log.name)
    shutil.rmtree(run.folder.state, ignore_errors=True)
