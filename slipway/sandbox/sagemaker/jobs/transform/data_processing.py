"""DataProcessing: what of a record the model sees, and what of record and prediction is kept; pure.

Source: the developer guide's page "Associate Prediction Results with Input Records". Records are CSV rows or JSON.
"""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slipway.sandbox.sagemaker.jobs.transform.json_path import JsonPathError, Step, parse_json_path, select

_CSV = "text/csv"
_JSON = ("application/json", "application/jsonlines")


class DataProcessingError(Exception):
    """Filters do not fit the job or a record; the message says which."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What happens to each record on its way to the model and back."""

    input_steps: list[Step]
    output_steps: list[Step]
    joins: bool
    csv_in: bool
    csv_out: bool

    def sent(self, record: bytes) -> bytes:
        """Return what the model gets of a record. Raises DataProcessingError."""
        if not self.input_steps:
            return record
        return _written(_selected(_read(record, csv_rows=self.csv_in), self.input_steps), csv_rows=self.csv_in)

    def kept(self, record: bytes, answer: bytes) -> bytes:
        """Return what is written of a record and the model's answer to it. Raises DataProcessingError."""
        if not self.joins and not self.output_steps:
            return answer
        result = _read(answer, csv_rows=self.csv_out)
        if self.joins:
            result = _joined(_read(record, csv_rows=self.csv_in), result, csv_rows=self.csv_in)
        return _written(_selected(result, self.output_steps), csv_rows=self.csv_out)


def plan_of(job: Mapping[str, Any]) -> Plan | None:
    """Return a job's plan, None when its records pass unchanged. Raises DataProcessingError."""
    config = job.get("DataProcessing", {})
    try:
        before, after = (parse_json_path(config.get(name, "$")) for name in ("InputFilter", "OutputFilter"))
    except JsonPathError as error:
        raise DataProcessingError(f"DataProcessing: {error}") from error
    joins = config.get("JoinSource", "None") == "Input"
    if not before and not after and not joins:
        return None
    kind = str(job["TransformInput"].get("ContentType", "")).split(";")[0].strip().lower()
    accept = str(job["TransformOutput"].get("Accept", kind)).split(";")[0].strip().lower()
    if kind not in {_CSV, *_JSON} or accept not in {_CSV, *_JSON}:
        raise DataProcessingError(
            f"DataProcessing takes {_CSV}, {' and '.join(_JSON)}, got ContentType {kind!r} and Accept {accept!r}"
        )
    if joins and (kind == _CSV) != (accept == _CSV):
        raise DataProcessingError(f"JoinSource Input needs one format, got ContentType {kind!r} and Accept {accept!r}")
    return Plan(input_steps=before, output_steps=after, joins=joins, csv_in=kind == _CSV, csv_out=accept == _CSV)


def _read(text: bytes, *, csv_rows: bool) -> Any:
    try:
        if not csv_rows:
            return json.loads(text)
        rows = list(csv.reader(io.StringIO(text.decode("utf-8"))))
    except (ValueError, csv.Error) as error:
        raise DataProcessingError(f"{text[:80]!r} cannot be read: {error}") from error
    if len(rows) != 1:
        raise DataProcessingError(
            f"{text[:80]!r} has {len(rows)} rows where one is expected: use SplitType Line, and one row an answer"
        )
    return rows[0]


def _written(value: Any, *, csv_rows: bool) -> bytes:
    if not csv_rows:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(value if isinstance(value, list) else [value])
    return text.getvalue().encode()


def _selected(value: Any, steps: list[Step]) -> Any:
    try:
        return select(value, steps)
    except JsonPathError as error:
        raise DataProcessingError(str(error)) from error


def _joined(record: Any, result: Any, *, csv_rows: bool) -> Any:
    """CSV columns behind the record's; in JSON the answer is the record's SageMakerOutput."""
    if csv_rows:
        return [*record, *result]
    if isinstance(record, dict):
        return {**record, "SageMakerOutput": result}
    return {"SageMakerInput": record, "SageMakerOutput": result}
