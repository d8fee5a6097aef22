"""`python -m monitoring drift ...` under SageMaker's contract for processing jobs."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import boto3

from monitoring import baseline, captures, drift, metrics
from monitoring.errors import MonitoringError
from monitoring.order import Order, processing_folder

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run the one verb; return 0, or 1 with the reason on stderr."""
    try:
        _drift(order_of(argv))
    except MonitoringError as error:
        print(f"monitoring failed: {error}", file=sys.stderr, flush=True)
        return 1
    return 0


def order_of(argv: Sequence[str] | None) -> Order:
    """Return what the command line asks for; ends the process where it lacks something."""
    parser = argparse.ArgumentParser(prog="monitoring", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("drift", help="hold captured exchanges against the baseline in model/model.tar.gz")
    verb.add_argument(
        "--captures", required=True, metavar="URI", help="s3://bucket/prefix that SageMaker captures below"
    )
    verb.add_argument("--endpoint", required=True, metavar="NAME", help="endpoint whose exchanges are read")
    verb.add_argument("--variant", required=True, metavar="NAME", help="its production variant")
    verb.add_argument("--hours", required=True, type=int, help="hours before now that are read")
    verb.add_argument(
        "--least-rows", required=True, type=int, metavar="ROWS", help="rows below which nothing is judged"
    )
    verb.add_argument("--threshold", required=True, type=float, metavar="PSI", help="index that counts as moved")
    verb.add_argument(
        "--ignore", action="append", default=[], metavar="FEATURE", help="report it only; may be repeated"
    )
    verb.add_argument("--namespace", required=True, metavar="NAME", help="CloudWatch namespace of the metrics")
    given = parser.parse_args(argv)
    return Order(
        captures=given.captures,
        endpoint_name=given.endpoint,
        variant_name=given.variant,
        window_hours=given.hours,
        least_rows=given.least_rows,
        threshold=given.threshold,
        ignored_features=tuple(given.ignore),
        namespace=given.namespace,
    )


def _drift(asked: Order) -> None:
    root = processing_folder()
    until = datetime.now(UTC)
    begin = until.replace(minute=0, second=0, microsecond=0) - timedelta(hours=asked.window_hours - 1)
    normal = baseline.read(root / "model/model.tar.gz")
    found = drift.look(captures.lines(boto3.client("s3"), asked, until), normal, asked)
    report = drift.report(found, asked, (begin.isoformat(), until.isoformat(timespec="seconds")))
    target = root / "report"
    target.mkdir(parents=True, exist_ok=True)
    for name, content in (
        ("drift.json", report),
        ("constraint_violations.json", drift.violations(found, asked)),
    ):
        (target / name).write_text(json.dumps(content, indent=1, allow_nan=False) + "\n", "utf-8")
    boto3.client("cloudwatch").put_metric_data(**metrics.metric_data(found, asked))
    print(_said(found, asked), flush=True)


def _said(found: drift.Found, asked: Order) -> str:
    counted = f"{found.rows} rows in {asked.window_hours} h, {found.unreadable} exchanges unreadable"
    if found.prediction is None:
        return f"{counted}: fewer than {asked.least_rows}, nothing is judged"
    moved = [one["feature_name"] for one in drift.violations(found, asked)["violations"]]
    return f"{counted}: {', '.join(moved)} moved" if moved else f"{counted}: nothing moved"


if __name__ == "__main__":
    sys.exit(main())
