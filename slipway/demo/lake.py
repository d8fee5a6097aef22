"""The stages that land data: raw and curated Parquet month by month, and the data sets that training reads."""

from __future__ import annotations

import calendar
import hashlib
import io
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
import pyarrow.compute as pc
import pyarrow.parquet as pq

from slipway.demo import flights
from slipway.demo.check import require

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import pyarrow as pa
    from mypy_boto3_s3 import S3Client

    from slipway.demo.console import Console
    from slipway.outputs import Outputs

LATE_MINUTES = 15
MONTHS = calendar.month_name
KINDS = ("raw", "curated")


@dataclass
class Lake:
    """The stack's buckets, and what lies in them so far."""

    console: Console
    outputs: Outputs
    folder: Path
    """Where the months lie as files before they are landed."""
    months: dict[int, pa.Table] = field(default_factory=dict)
    """The curated rows by month, as they were read back from the bucket."""
    late_rates: dict[int, float] = field(default_factory=dict)
    written: flights.Written | None = None

    def prepare(self, months: Sequence[int]) -> None:
        """Write the months' flights, weather and planes as files; nothing is landed yet."""
        self.console.now(f"reading {flights.PACKAGE}")
        self.written = flights.write(self.folder, months)

    def land(self, months: Sequence[int]) -> None:
        """Bring months into the lake, and read back what is there."""
        written = self.written
        if written is None:
            raise ValueError("the months were not prepared")
        s3 = boto3.client("s3")
        files = [found for month in months for found in self._files(month)]
        for number, (kind, path) in enumerate(files, 1):
            key = path.relative_to(self.folder / kind).as_posix()
            s3.upload_file(str(path), getattr(self.outputs.lake, kind), key)
            self.console.now(f"{number} of {len(files)} files uploaded")
        for month in months:
            self.months[month] = _read(s3, self.outputs.lake.curated, curated_key(month))
            arrived, wanted = self.months[month].num_rows, written.rows[month]
            require(arrived == wanted, f"{wanted} flights of {MONTHS[month]} were written, the lake has {arrived}")
            self.late_rates[month] = _late_rate(self.months[month])
            self.console.say(
                f"{MONTHS[month]:<10}{arrived:>7,} flights arrived, {self.late_rates[month]:6.1%} of them late "
                f"({written.cancelled[month]:,} cancelled, {written.diverted[month]} diverted)"
            )

    def data_set(self, months: Sequence[int]) -> str:
        """Name months as one data set: a manifest whose own name changes with its parts' content."""
        s3, lake = boto3.client("s3"), self.outputs.lake
        prefix = f"s3://{lake.curated}/flights/{flights.YEAR}/"
        text = json.dumps([{"prefix": prefix}, *(f"{month:02}/flights.parquet" for month in months)])
        digest = hashlib.sha256(text.encode())
        for month in months:
            digest.update(s3.head_object(Bucket=lake.curated, Key=curated_key(month))["ETag"].encode())
        key = f"datasets/{digest.hexdigest()}.manifest"
        s3.put_object(Bucket=lake.artifacts, Key=key, Body=text.encode(), ContentType="application/json")
        return f"s3://{lake.artifacts}/{key}"

    def curated_file(self, month: int) -> Path:
        """Return the file that a month was landed from."""
        return self.folder / "curated" / curated_key(month)

    def rows(self, months: Iterable[int]) -> int:
        """Count the curated rows of some months."""
        return sum(self.months[month].num_rows for month in months)

    def in_words(self) -> str:
        """Say in one line what landed."""
        first, last = min(self.months), max(self.months)
        low, high = min(self.late_rates.values()), max(self.late_rates.values())
        return (
            f"{self.rows(self.months):,} flights of {MONTHS[first]} to {MONTHS[last]} {flights.YEAR}, "
            f"{low:.0%} to {high:.0%} of a month's more than {LATE_MINUTES} minutes late"
        )

    def sample(self, month: int, count: int, features: Sequence[str]) -> tuple[list[dict[str, Any]], list[bool]]:
        """Take rows spread evenly over a month: the features by name, and whether each flight was late."""
        table = self.months[month]
        missing = [name for name in features if name not in table.column_names]
        require(not missing, f"the model wants {', '.join(missing)}, which the lake does not have")
        require(table.num_rows >= count, f"{MONTHS[month]} has {table.num_rows} rows, {count} are to be asked about")
        places = [index * table.num_rows // count for index in range(count)]
        taken = table.take(places)
        late = [delay > LATE_MINUTES for delay in taken.column(flights.OUTCOME).to_pylist()]
        return taken.select(list(features)).to_pylist(), late

    def _files(self, month: int) -> list[tuple[str, Path]]:
        """Return kind and path of each file of a month, and of the planes, which have none, with the first one."""
        place = f"{flights.YEAR}/{month:02}"
        found = [
            (kind, path)
            for kind in KINDS
            for path in sorted((self.folder / kind).rglob("*.parquet"))
            if place in path.as_posix()
        ]
        planes = self.folder / "raw/planes/planes.parquet"
        return found if self.months else [*found, ("raw", planes)]


def curated_key(month: int) -> str:
    """Return where a month's curated flights lie."""
    return f"flights/{flights.YEAR}/{month:02}/flights.parquet"


def span(months: Sequence[int]) -> str:
    """Name consecutive months: `January to June`."""
    return f"{MONTHS[months[0]]} to {MONTHS[months[-1]]}" if len(months) > 1 else MONTHS[months[0]]


def _read(s3: S3Client, bucket: str, key: str) -> pa.Table:
    return pq.read_table(io.BytesIO(s3.get_object(Bucket=bucket, Key=key)["Body"].read()))


def _late_rate(table: pa.Table) -> float:
    late = pc.mean(pc.cast(pc.greater(table.column(flights.OUTCOME), LATE_MINUTES), "double")).as_py()
    require(late is not None and 0 < late < 1, f"{late} of a month's flights are late: that is no real month")
    return float(late)
