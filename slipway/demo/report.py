"""The report of a run: what its stages found, put into the report's own values."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from slipway.demo import evaluation
from slipway.demo.lake import span
from slipway.demo.tree import tree
from slipway.report.findings import Claim, Left, Report, Stage

if TYPE_CHECKING:
    from slipway.demo.lake import Lake
    from slipway.demo.stages import Demo
    from slipway.report.findings import Calibration, Predictor

# why AWS keeps what a destroyed stack leaves
WHY = {
    "keys pending deletion": "KMS deletes a key 7 to 30 days after it is asked to; until then it costs nothing",
    "ended training jobs": "an ended job is a record; it costs nothing",
    "log groups that SageMaker itself made": "SageMaker makes them when a container first writes",
}


def judge(run: Demo, landed: Lake) -> tuple[tuple[Predictor, ...], Calibration]:
    """Have every model judged on every month."""
    evaluated = evaluation.evaluate(run.folder.project, run.models, landed)
    rule = run.facts.baseline
    predictors = evaluation.predictors(run.models, evaluated, rule)
    return predictors, evaluation.calibration(run.models[-1], evaluated[-1])


def report(run: Demo, landed: Lake, judged: tuple[tuple[Predictor, ...], Calibration]) -> Report:
    """Put together the report of a run whose claims all held."""
    measurements, rollouts = run.measurements, run.rollouts
    predictors, calibration = judged
    return Report(
        title="Slipway demo: flights that will be late",
        outcome="passed",
        started=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        seconds=measurements.seconds(),
        peak_bytes=measurements.peak_proportional_bytes or measurements.peak_resident_bytes,
        facts=(
            ("machine", f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"),
            ("Python", platform.python_version()),
            ("engine", run.facts.engine),
            ("data", landed.in_words()),
            ("models", "; ".join(f"{one.label}: {one.sha256[:12]}, {span(one.trained_on)}" for one in run.models)),
        ),
        claims=_claims(run),
        predictors=predictors,
        calibration=calibration,
        traffic=None if rollouts is None else rollouts.traffic,
        attempt=None if rollouts is None else rollouts.attempt,
        tree=tree(run.deployment.operations),
        stages=tuple(
            Stage(name=stage.name, seconds=stage.seconds, peak_bytes=stage.peak_resident_bytes)
            for stage in measurements.stages
        ),
        left=_left(run),
    )


def _claims(run: Demo) -> tuple[Claim, ...]:
    facts, rollouts = run.facts, run.rollouts
    apart = max(facts.largest_json, facts.largest_csv)
    load = None if rollouts is None else rollouts.traffic
    claims = [
        Claim(text="what was previewed was created", detail=f"{facts.resources} resources of AWS in the first up"),
        Claim(
            text="the endpoint answers as the model does",
            detail=f"{facts.rows:,} rows as JSON and as CSV, at most {apart:.1e} apart",
        ),
        Claim(
            text="no request was lost while releases rolled",
            detail="no load" if load is None else f"{load.requests:,} requests, {load.failed} failed",
        ),
        Claim(
            text="a release that cannot load did not come to serve, and the verdict says so",
            detail="not tried"
            if rollouts is None or rollouts.attempt is None
            else f"exit code {rollouts.attempt.exit_code}; the endpoint went on with {rollouts.attempt.serves}",
        ),
        Claim(
            text="the preview after it all is empty",
            detail=f"{facts.unchanged.get('same', 0)} resources, all the same",
        ),
    ]
    if facts.destroyed:
        claims.append(
            Claim(text="destroy left nothing that costs", detail=f"{facts.destroyed} resources of AWS destroyed")
        )
    return tuple(claims)


def _left(run: Demo) -> tuple[Left, ...]:
    if run.inventory is None:
        return ()
    kept = run.inventory.kept
    return tuple(Left(kind=kind, names=tuple(names), why=WHY.get(kind, "AWS keeps it")) for kind, names in kept.items())
