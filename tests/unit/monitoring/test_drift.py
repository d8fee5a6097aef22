"""The job's parts: what is read of a captured line, what is counted, what is said."""

from __future__ import annotations

import base64
import io
import json
import tarfile
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from monitoring import baseline, captures, drift, exchanges, metrics
from monitoring.__main__ import order_of
from monitoring.errors import MonitoringError, UnreadableError
from monitoring.order import Order

if TYPE_CHECKING:
    from pathlib import Path

FEATURES = ["hour", "carrier"]
CATEGORIES = {"carrier": ["AA", "UA"]}
ORDER = Order(
    captures="s3://captures/endpoints",
    endpoint_name="flights",
    variant_name="primary",
    window_hours=3,
    least_rows=10,
    threshold=0.25,
    ignored_features=(),
    namespace="Slipway/Drift",
)


def side(body: str | bytes, form: str, encoding: str) -> dict[str, str]:
    data = base64.b64encode(body).decode() if isinstance(body, bytes) else body
    return {"observedContentType": form, "mode": "-", "data": data, "encoding": encoding}


def line(asked: dict[str, str], answered: dict[str, str]) -> str:
    return json.dumps({"captureData": {"endpointInput": asked, "endpointOutput": answered}, "eventVersion": "0"})


def as_json(rows: list[dict[str, Any]], answers: list[float]) -> str:
    return line(
        side(json.dumps({"instances": rows}), "application/json", "JSON"),
        side(json.dumps({"predictions": answers}), "application/json", "JSON"),
    )


def npy(values: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, np.array(values, dtype=np.float64))
    return file.getvalue()


def artifact(folder: Path, **left_out: bool) -> Path:
    """Write a model artifact: hours of 0 to 9, ten each, and two carriers."""
    hours = {"kind": "number", "edges": [float(hour) for hour in range(9)], "counts": [10] * 10, "missing": 0}
    carriers = {"kind": "category", "counts": {"AA": 50, "UA": 50}, "other": 0, "missing": 0}
    answers = {"kind": "number", "edges": [0.5], "counts": [50, 50], "missing": 0}
    files = {
        "manifest.json": {
            "features": [
                {"name": "hour", "kind": "number"},
                {"name": "carrier", "kind": "category", "categories": CATEGORIES["carrier"]},
            ]
        },
        "baseline.json": {"version": 1, "features": {"hour": hours, "carrier": carriers}, "prediction": answers},
    }
    path = folder / "model.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            if not left_out.get(name.partition(".")[0]):
                text = json.dumps(content).encode()
                member = tarfile.TarInfo(name)
                member.size = len(text)
                archive.addfile(member, io.BytesIO(text))
    return path


def window(hours: list[float], answers: list[float] | None = None) -> list[str]:
    given = answers or [0.1, 0.9] * (len(hours) // 2)
    carriers = ["AA", "UA"] * (len(hours) // 2)
    return [
        as_json([{"hour": hour, "carrier": carrier}], [answer])
        for hour, carrier, answer in zip(hours, carriers, given, strict=True)
    ]


@pytest.mark.parametrize(
    "asked",
    [
        side('{"instances": [{"hour": 8, "carrier": "UA"}, {"carrier": "ZZ"}]}', "application/json", "JSON"),
        side("8,UA\n,ZZ\n", "text/csv; charset=utf-8", "CSV"),
    ],
)
def test_rows_are_read_in_every_form_that_names_categories(asked: dict[str, str]) -> None:
    found = exchanges.read(line(asked, side("0.25\n0.75\n", "text/csv", "CSV")), FEATURES, CATEGORIES)
    assert found.rows == [{"hour": 8.0, "carrier": "UA"}, {"hour": None, "carrier": "ZZ"}]
    assert found.answers == [0.25, 0.75]


def test_a_matrix_is_read_with_categories_by_their_place() -> None:
    asked = side(npy([[8, 1], [np.nan, np.nan]]), "application/x-npy", "BASE64")
    found = exchanges.read(line(asked, side(npy([0.25, 0.75]), "application/x-npy", "BASE64")), FEATURES, CATEGORIES)
    assert found.rows == [{"hour": 8.0, "carrier": "UA"}, {"hour": None, "carrier": None}]
    assert found.answers == [0.25, 0.75]


@pytest.mark.parametrize(
    "broken",
    [
        "no json",
        "{}",
        line(side("8,UA\n", "text/csv", "CSV"), side('{"error": "no"}', "application/json", "JSON")),
        line(side("8\n", "text/csv", "CSV"), side("0.5\n", "text/csv", "CSV")),
        line(side("8,UA\n", "text/csv", "CSV"), side("0.5\n0.5\n", "text/csv", "CSV")),
        line(side("8,UA\n", "image/png", "CSV"), side("0.5\n", "text/csv", "CSV")),
        line(side("eight,UA\n", "text/csv", "CSV"), side("0.5\n", "text/csv", "CSV")),
        line(side(b"no matrix", "application/x-npy", "BASE64"), side("0.5\n", "text/csv", "CSV")),
        line(side("", "application/x-npy", "BASE64"), side("0.5\n", "text/csv", "CSV")),
        line(side(npy([[8, -1]]), "application/x-npy", "BASE64"), side("0.5\n", "text/csv", "CSV")),
        line(side(npy([[8, np.inf]]), "application/x-npy", "BASE64"), side("0.5\n", "text/csv", "CSV")),
        line(side(npy([[8, 7]]), "application/x-npy", "BASE64"), side("0.5\n", "text/csv", "CSV")),
        line(side("8,UA\n", "text/csv", "BASE64"), side("0.5\n", "text/csv", "CSV")),
    ],
)
def test_what_cannot_be_read_is_told_apart_from_what_can(broken: str) -> None:
    with pytest.raises(UnreadableError):
        exchanges.read(broken, FEATURES, CATEGORIES)


def test_the_same_traffic_as_in_training_has_not_moved(tmp_path: Path) -> None:
    found = drift.look(window([float(hour) for hour in range(10)] * 4), baseline.read(artifact(tmp_path)), ORDER)
    assert found.rows == 40
    assert found.feature_psi == pytest.approx(0, abs=1e-9)
    assert drift.violations(found, ORDER) == {"violations": []}


def test_other_traffic_has_moved_by_feature_and_by_answer(tmp_path: Path) -> None:
    lines = [*window([23.0] * 40, [0.9] * 40), "broken"]
    found = drift.look(lines, baseline.read(artifact(tmp_path)), ORDER)
    assert found.unreadable == 1
    assert found.features["carrier"].psi == pytest.approx(0, abs=1e-9)
    assert [one["feature_name"] for one in drift.violations(found, ORDER)["violations"]] == ["hour", "prediction"]
    report = drift.report(found, ORDER, ("then", "now"))
    assert report["features"]["hour"]["moved"] is True
    assert report["features"]["hour"]["actual"] == [0] * 9 + [40, 0]
    assert report["features"]["carrier"]["moved"] is False


def test_a_feature_that_is_ignored_is_reported_and_not_judged(tmp_path: Path) -> None:
    asked = replace(ORDER, ignored_features=("hour",))
    found = drift.look(window([23.0] * 40), baseline.read(artifact(tmp_path)), asked)
    assert found.features["hour"].psi > 1
    assert found.feature_psi == pytest.approx(0, abs=1e-9)
    assert drift.violations(found, asked) == {"violations": []}


def test_an_ignored_feature_that_the_model_does_not_have_is_refused(tmp_path: Path) -> None:
    asked = replace(ORDER, ignored_features=("hours",))
    with pytest.raises(MonitoringError, match="names hours; the model has hour, carrier"):
        drift.look([], baseline.read(artifact(tmp_path)), asked)


def test_few_rows_are_not_judged_and_publish_no_index(tmp_path: Path) -> None:
    found = drift.look(window([23.0] * 8), baseline.read(artifact(tmp_path)), ORDER)
    assert (found.features, found.prediction) == ({}, None)
    request = metrics.metric_data(found, ORDER)
    assert [one["MetricName"] for one in request["MetricData"]] == ["CapturedRows"]
    assert drift.report(found, ORDER, ("then", "now"))["prediction"] is None


def test_the_metrics_are_the_endpoints(tmp_path: Path) -> None:
    found = drift.look(window([23.0] * 40), baseline.read(artifact(tmp_path)), ORDER)
    request = metrics.metric_data(found, ORDER)
    assert request["Namespace"] == "Slipway/Drift"
    values = {one["MetricName"]: one["Value"] for one in request["MetricData"]}
    assert values["FeaturePsi"] == found.features["hour"].psi
    assert values["CapturedRows"] == 40
    assert {str(one["Dimensions"]) for one in request["MetricData"]} == {
        "[{'Name': 'EndpointName', 'Value': 'flights'}]"
    }


def test_a_model_without_a_baseline_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(MonitoringError, match="train and release again"):
        baseline.read(artifact(tmp_path, baseline=True))


def test_a_damaged_artifact_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.tar.gz").write_bytes(b"no archive")
    with pytest.raises(MonitoringError, match="can't be read"):
        baseline.read(tmp_path / "model.tar.gz")


def test_the_window_goes_back_over_midnight_to_the_hour_that_runs() -> None:
    until = datetime(2026, 3, 1, 1, 30, tzinfo=UTC)
    assert list(captures.hours(until, 3)) == ["2026/02/28/23", "2026/03/01/00", "2026/03/01/01"]


def test_the_command_line_says_what_is_looked_at() -> None:
    words = "drift --captures s3://captures/endpoints --endpoint flights --variant primary --hours 3 --least-rows 10"
    words += " --threshold 0.25 --namespace Slipway/Drift"
    assert order_of(words.split()) == ORDER
    assert order_of([*words.split(), "--ignore", "month", "--ignore", "hour"]).ignored_features == ("month", "hour")
