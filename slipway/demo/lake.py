"""The stage that lands data: raw and curated Parquet month by month, and the data sets that training reads."""

from __future__ import annotations

import calendar
import hashlib
import io
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pyarrow.compute as pc
import pyarrow.parquet as pq

from slipway.demo import flights
from slipway.demo.check import require

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pyarrow as pa
    from mypy_boto3_s3 import S3Client

    from slipway.demo.console import Console
    from slipway.outputs import Outputs

LATE_MINUTES = 15
MONTHS = calendar.month_name


@dataclass(frozen=True, kw_only=True)
class Landed:
    """What lies in the lake now."""

    months: dict[int, pa.Table]
    """The curated rows by month, as they were read back from the bucket."""
    late_rates: dict[int, float]
    train_uri: str
    validation_uri: str

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


def land(console: Console, outputs: Outputs, months: Sequence[int]) -> Landed:
    """Write the months' flights, weather and planes into the lake, and read back what is there."""
    s3 = boto3.client("s3")
    with tempfile.TemporaryDirectory(prefix="slipway-flights-") as place:
        console.now(f"reading {flights.PACKAGE}")
        written = flights.write(Path(place), months)
        files = _files(Path(place))
        for number, (bucket, key, path) in enumerate(files, 1):
            s3.upload_file(str(path), getattr(outputs.lake, bucket), key)
            console.now(f"{number} of {len(files)} files uploaded")
    tables: dict[int, pa.Table] = {}
    rates: dict[int, float] = {}
    for month in months:
        tables[month] = _read(s3, outputs.lake.curated, curated_key(month))
        arrived, wanted = tables[month].num_rows, written.rows[month]
        require(arrived == wanted, f"{wanted} flights of {MONTHS[month]} were written, the lake has {arrived}")
        rates[month] = _late_rate(tables[month])
        console.say(
            f"{MONTHS[month]:<10}{arrived:>7,} flights arrived, {rates[month]:6.1%} of them late "
            f"({written.cancelled[month]:,} cancelled, {written.diverted[month]} diverted)"
        )
    *trained, asked = months
    return Landed(
        months=tables,
        late_rates=rates,
        train_uri=_data_set(s3, outputs, trained),
        validation_uri=_data_set(s3, outputs, [asked]),
    )


def curated_key(month: int) -> str:
    """Return where a month's curated flights lie."""
    return f"flights/{flights.YEAR}/{month:02}/flights.parquet"


def _files(folder: Path) -> list[tuple[str, str, Path]]:
    """Return bucket (raw or curated), key and path of each file to land."""
    return [
        (bucket, path.relative_to(folder / bucket).as_posix(), path)
        for bucket in ("raw", "curated")
        for path in sorted((folder / bucket).rglob("*.parquet"))
    ]


def _read(s3: S3Client, bucket: str, key: str) -> pa.Table:
    return pq.read_table(io.BytesIO(s3.get_object(Bucket=bucket, Key=key)["Body"].read()))


def _late_rate(table: pa.Table) -> float:
    late = pc.mean(pc.cast(pc.greater(table.column(flights.OUTCOME), LATE_MINUTES), "double")).as_py()
    require(late is not None and 0 < late < 1, f"{late} of a month's flights are late: that is no real month")
    return float(late)


def _data_set(s3: S3Client, outputs: Outputs, months: Sequence[int]) -> str:
    """Name the months as one data set: a manifest whose own name changes with its parts' content."""
    prefix = f"s3://{outputs.lake.curated}/flights/{flights.YEAR}/"
    parts = [f"{month:02}/flights.parquet" for month in months]
    text = json.dumps([{"prefix": prefix}, *parts])
    digest = hashlib.sha256(text.encode())
    for month in months:
        digest.update(s3.head_object(Bucket=outputs.lake.curated, Key=curated_key(month))["ETag"].encode())
    key = f"datasets/{digest.hexdigest()}.manifest"
    s3.put_object(Bucket=outputs.lake.artifacts, Key=key, Body=text.encode(), ContentType="application/json")
    return f"s3://{outputs.lake.artifacts}/{key}"
