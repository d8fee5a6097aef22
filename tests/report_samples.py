"""The report of a run as the demo makes it, and its parts."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from slipway.report.findings import (
    Attempt,
    Calibration,
    CalibrationBin,
    Change,
    Claim,
    Latencies,
    Left,
    Moment,
    Node,
    Predictor,
    Report,
    Score,
    ScoredMonth,
    Slice,
    Stage,
    Traffic,
    Tree,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August")
FLIGHTS = (26398, 23611, 27902, 27564, 28128, 27075, 28293, 28756)
OPERATIONS = ("first up", "release 1", "release 2", "release 3", "destroy")
FIRST, SECOND = "7229409ac055", "c41be80f9d27"
MEBIBYTE = 1 << 20


def predictor(label: str, description: str, digest: str | None, aucs: Sequence[float], *, seen: int) -> Predictor:
    """Return a predictor that has seen the first `seen` months; the interval is Hanley and McNeil's order of size."""
    months = tuple(
        ScoredMonth(
            month=month, rows=rows, seen=place < seen, score=Score(auc=auc, low=auc - 0.0068, high=auc + 0.0066)
        )
        for place, (month, rows, auc) in enumerate(zip(MONTHS, FLIGHTS, aucs, strict=False))
    )
    return Predictor(label=label, description=description, digest=digest, months=months)


def predictors() -> tuple[Predictor, ...]:
    """Return two models and the baseline."""
    return (
        predictor(
            "model 1",
            "gradient-boosted trees, trained on January to March",
            FIRST,
            (0.7702, 0.7664, 0.7719, 0.7351, 0.7288, 0.7412, 0.7389, 0.7214),
            seen=3,
        ),
        predictor(
            "model 2",
            "gradient-boosted trees, trained on January to June",
            SECOND,
            (0.7641, 0.7618, 0.7688, 0.7634, 0.7602, 0.7716, 0.7575, 0.7461),
            seen=6,
        ),
        predictor(
            "baseline",
            "the late rate of the flight's scheduled hour and carrier in January to June",
            None,
            (0.6911, 0.6874, 0.6953, 0.6902, 0.6931, 0.7044, 0.6990, 0.6858),
            seen=6,
        ),
    )


def calibration() -> Calibration:
    """Return ten bins, few flights where the model is sure."""
    shares = (0.06, 0.11, 0.15, 0.2, 0.25, 0.31, 0.38, 0.46, 0.57, 0.72)
    observed = (0.064, 0.121, 0.171, 0.214, 0.272, 0.301, 0.402, 0.447, 0.585, 0.69)
    rows = (4211, 5120, 4630, 3902, 3120, 2644, 2011, 1320, 880, 455)
    bins = []
    for predicted, share, count in zip(shares, observed, rows, strict=True):
        half = 1.96 * math.sqrt(share * (1 - share) / count)
        bins.append(
            CalibrationBin(rows=count, predicted=predicted, observed=share, low=share - half, high=share + half)
        )
    return Calibration(of="model 2 on the flights of July", bins=tuple(bins))


def traffic(*, failed: int = 0, caveat: str | None = None, slices: int = 80) -> Traffic:
    """Return 20 s of 40 requests a second over a roll from model 1 to model 2."""
    luck = np.random.default_rng(7).permutation(np.resize((-1, 0, 0, 0, 1), slices))
    made, left = [], failed
    for number in range(slices):
        start, seconds = 20.0 * number / slices, 20.0 / slices
        total = max(1, round(40 * seconds) + int(luck[number]))
        share = min(max((start - 9.5) / 0.9, 0.0), 1.0)
        second = round(total * share)
        lost = min(left, total - second) if 9.2 < start < 11.0 else 0
        left -= lost
        first = total - second - lost
        made.append(
            Slice(
                start=start,
                seconds=seconds,
                answered={version: n for version, n in (("model 1", first), ("model 2", second)) if n},
                failed=lost,
            )
        )
    return Traffic(
        versions=("model 1", "model 2"),
        asked_per_second=40.0,
        clients=8,
        requests=sum(sum(one.answered.values()) + one.failed for one in made),
        failed=failed - left,
        slices=tuple(made),
        moments=(
            Moment(at=3.1, text="up begins"),
            Moment(at=7.4, text="the endpoint is Updating"),
            Moment(at=9.6, text="model 2 answers first"),
            Moment(at=10.3, text="model 1 answers last"),
            Moment(at=12.2, text="the endpoint is InService"),
        ),
        latencies=() if caveat else latencies(),
        caveat=caveat,
    )


def latencies() -> tuple[Latencies, ...]:
    """Return log-normal answers of two versions, slower while the second warms up."""
    return (_latency("model 1", 3.2, 0.34, 406, 3), _latency("model 2", 3.7, 0.52, 394, 5))


def _latency(version: str, median: float, sigma: float, requests: int, seed: int) -> Latencies:
    times = sorted(float(one) for one in np.random.default_rng(seed).lognormal(math.log(median), sigma, requests))
    edges = [0.5 * 10 ** (step / 12) for step in range(30)]
    bins = [(low, high, sum(low <= one < high for one in times)) for low, high in pairwise(edges)]
    while bins[0][2] == 0:
        bins.pop(0)
    while bins[-1][2] == 0:
        bins.pop()
    return Latencies(
        version=version,
        requests=requests,
        p50=times[requests // 2],
        p90=times[requests * 9 // 10],
        p99=times[requests * 99 // 100],
        largest=times[-1],
        histogram=tuple(bins),
    )


def attempt() -> Attempt:
    """Return a release that AWS rolled back."""
    return Attempt(
        wanted="model 3 (9f03ab51c7e4)",
        serves="model 2 (c41be80f9d27), as before",
        why="alarm alarms-model-errors went off while the endpoint rolled: 14 answers of the new model were errors",
        verdict=(
            "verdict: endpoint slipway-dev does not serve what Pulumi.dev.yaml pins",
            "  wanted   endpoint-9f03ab51-1c7e402  (model package slipway-dev/3)",
            "  serves   endpoint-c41be80f-88d1f3a  (model package slipway-dev/2)",
            "  because  AWS rolled back: alarm slipway-dev-alarms-model-errors was in ALARM",
            "  next     pin the previous release again, or correct the model and release anew",
        ),
        exit_code=1,
    )


def tree() -> Tree:
    """Return the stack of tests/golden/dev.yaml with two releases."""
    up, first, second, third, destroy = OPERATIONS

    def made(by: str, *updates: str) -> tuple[Change, ...]:
        middle = tuple(Change(operation=each, kind="update") for each in updates)
        return (Change(operation=by, kind="create"), *middle, Change(operation=destroy, kind="delete"))

    def leaf(kind: str, name: str, by: str = up, *updates: str) -> Node:
        return Node(type=kind, name=name, changes=made(by, *updates))

    def component(kind: str, name: str, *children: Node, by: str = up) -> Node:
        return Node(type=f"slipway:{kind}", name=name, changes=made(by), children=children)

    guards = (
        "bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "bucketOwnershipControls:BucketOwnershipControls",
        "bucketPolicy:BucketPolicy",
        "bucketPublicAccessBlock:BucketPublicAccessBlock",
        "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "bucketVersioning:BucketVersioning",
    )
    lake = [
        leaf(f"aws:s3/{kind}", f"lake-{role}")
        for role in ("artifacts", "captures", "curated", "raw")
        for kind in ("bucket:Bucket", *guards)
    ]
    repositories = [
        leaf(f"aws:ecr/{kind}", f"images-{role}")
        for role in ("serving", "training")
        for kind in ("repository:Repository", "lifecyclePolicy:LifecyclePolicy")
    ]
    code = [
        component("storage:CodePackage", f"{role}-code", leaf("aws:s3/bucketObjectv2:BucketObjectv2", f"{role}-code"))
        for role in ("serving", "training")
    ]
    releases = [
        leaf(f"aws:sagemaker/{kind}", f"endpoint-{digest}", by)
        for digest, by in (("7229409a", first), ("c41be80f", second), ("9f03ab51", third))
        for kind in ("model:Model", "endpointConfiguration:EndpointConfiguration")
    ]
    policies = [leaf("aws:iam/rolePolicy:RolePolicy", f"serving-{what}") for what in ("data", "key")]
    return Tree(
        operations=OPERATIONS,
        roots=(
            leaf("pulumi:providers:aws", "aws"),
            component(
                "security:EncryptionKey", "key", leaf("aws:kms/alias:Alias", "key"), leaf("aws:kms/key:Key", "key")
            ),
            component("storage:Lake", "lake", *lake),
            component("images:ImageRepositories", "images", *repositories),
            *code,
            component(
                "training:TrainingEnvironment",
                "training",
                leaf("aws:cloudwatch/logGroup:LogGroup", "training"),
                leaf("aws:iam/role:Role", "training"),
                leaf("aws:iam/rolePolicy:RolePolicy", "training-data"),
                leaf("aws:iam/rolePolicy:RolePolicy", "training-key"),
            ),
            component(
                "registry:ModelRegistry",
                "registry",
                leaf("aws:sagemaker/modelPackageGroup:ModelPackageGroup", "registry"),
            ),
            component(
                "serving:ServingRole",
                "serving",
                leaf("aws:iam/role:Role", "serving"),
                *policies,
                leaf("aws:iam/rolePolicy:RolePolicy", "serving-alarms", first),
            ),
            component(
                "serving:Endpoint",
                "endpoint",
                leaf("aws:cloudwatch/logGroup:LogGroup", "endpoint", first),
                *releases,
                leaf("aws:sagemaker/endpoint:Endpoint", "endpoint", first, second, third),
                by=first,
            ),
            component(
                "monitoring:EndpointAlarms",
                "alarms",
                *(
                    leaf("aws:cloudwatch/metricAlarm:MetricAlarm", f"alarms-{what}", first)
                    for what in ("latency", "model-errors", "server-errors")
                ),
                by=first,
            ),
            component(
                "monitoring:Dashboard", "dashboard", leaf("aws:cloudwatch/dashboard:Dashboard", "dashboard", up, first)
            ),
        ),
    )


def stages() -> tuple[Stage, ...]:
    """Return the demo's stages."""
    rows = (
        ("start the sandbox and make stack dev", 3.4, 212),
        ("preview and up: everything but the endpoint", 6.9, 486),
        ("land the flights of January to August 2013 in the lake", 4.2, 641),
        ("train on January to March, look at every month", 7.7, 775),
        ("register, approve and release model 1", 5.6, 498),
        ("ask the endpoint about 1,000 flights of July, as JSON and as CSV", 1.1, 420),
        ("train on January to June, release model 2 under load", 24.8, 812),
        ("try a release that cannot serve", 9.3, 633),
        ("preview again with nothing changed", 2.6, 390),
        ("destroy, and prove what is left", 6.1, 402),
    )
    return tuple(Stage(name=name, seconds=seconds, peak_bytes=size * MEBIBYTE) for name, seconds, size in rows)


def whole() -> Report:
    """Return a run that has something to say in every section."""
    return Report(
        title="Slipway demo: a model on AWS from nothing, rolled and destroyed",
        outcome="passed",
        started="Saturday 14 March 2026, 10:42 UTC",
        seconds=71.7,
        peak_bytes=812 * MEBIBYTE,
        facts=(
            ("machine", "2 cores, Linux 6.1, x86_64"),
            ("engine", "embedded (no pulumi on PATH)"),
            ("Python", "3.12.4"),
            ("data", "217,727 flights from New York, January to August 2013"),
        ),
        claims=(
            Claim(text="The first preview named every resource", detail="55 to create, 55 created, the same URNs"),
            Claim(text="Every answer is the model's own", detail="1,000 rows as JSON and as CSV, at most 4.8e-08 away"),
            Claim(text="The roll lost no request", detail="800 requests over 20 s, 0 without a right answer"),
            Claim(text="The next preview is empty", detail="69 resources, all the same"),
            Claim(text="A release that fails says so", detail="exit code 1, and model 2 goes on serving"),
            Claim(text="The destroy left nothing that costs", detail="69 destroyed; 13 services asked"),
        ),
        predictors=predictors(),
        calibration=calibration(),
        traffic=traffic(),
        attempt=attempt(),
        tree=tree(),
        stages=stages(),
        left=(
            Left(
                kind="keys pending deletion",
                names=("0b1f6d0e-7c1a-4a52-9f4d-3a5d9c1e77b2 (gone on 2026-03-21)",),
                why="KMS deletes a key after 7 to 30 days; until then it is kept, and costs nothing",
            ),
            Left(
                kind="ended training jobs",
                names=("slipway-dev-20260314-104251", "slipway-dev-20260314-104318"),
                why="a record that AWS has no call to delete",
            ),
        ),
    )
