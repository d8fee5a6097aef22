from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from training import data
from training.contract import TrainingError

Maker = Callable[..., pa.Table]


def _write(table: pa.Table, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path)


def test_files_at_any_depth_are_read_in_the_order_of_their_paths(tmp_path: Path, made_up_flights: Maker) -> None:
    first, second = made_up_flights(30, seed=1), made_up_flights(40, seed=2)
    _write(second, tmp_path / "2013/02/flights.parquet")
    _write(first, tmp_path / "2013/01/flights.parquet")

    channel = data.read("train", tmp_path)

    assert channel.rows == 70
    assert channel.table["distance"].to_pylist() == [*first["distance"].to_pylist(), *second["distance"].to_pylist()]


def test_the_digest_changes_with_content_and_with_names(tmp_path: Path, made_up_flights: Maker) -> None:
    digests = set()
    for place, seed in (("a/01.parquet", 1), ("b/02.parquet", 1), ("c/01.parquet", 2), ("d/01.parquet", 1)):
        path = tmp_path / place
        _write(made_up_flights(30, seed=seed), path)
        digests.add(data.read("train", path.parent).sha256)

    assert len(digests) == 3


def test_folders_named_like_partitions_add_no_columns(tmp_path: Path, made_up_flights: Maker) -> None:
    _write(made_up_flights(30), tmp_path / "month=12/flights.parquet")

    assert max(data.read("train", tmp_path).table["month"].to_pylist()) <= 6


def test_files_may_differ_in_number_width_and_string_form(tmp_path: Path, made_up_flights: Maker) -> None:
    table = made_up_flights(30)
    place = table.schema.get_field_index("carrier")
    other = table.set_column(place, "carrier", table["carrier"].dictionary_encode())
    place = other.schema.get_field_index("month")
    other = other.set_column(place, "month", other["month"].cast(pa.int64()))
    _write(table, tmp_path / "1.parquet")
    _write(other, tmp_path / "2.parquet")

    assert data.read("train", tmp_path).rows == 60


def test_an_empty_channel_is_told(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"channel 'train' has no \.parquet file"):
        data.read("train", tmp_path / "train")


def test_a_file_that_is_no_parquet_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 but not really")

    with pytest.raises(TrainingError, match=r"broken\.parquet of channel 'train' is no readable Parquet file"):
        data.read("train", tmp_path)


def test_missing_columns_are_all_named(tmp_path: Path, made_up_flights: Maker) -> None:
    _write(made_up_flights(30).drop_columns(["carrier", "arr_delay"]), tmp_path / "1.parquet")

    with pytest.raises(TrainingError, match="lacks the columns carrier, arr_delay"):
        data.read("train", tmp_path)


def test_wrong_types_and_missing_values_are_told_together(tmp_path: Path, made_up_flights: Maker) -> None:
    table = made_up_flights(30)
    table = table.set_column(table.schema.get_field_index("dep_hour"), "dep_hour", pa.array(["eight"] * 30))
    table = table.set_column(table.schema.get_field_index("distance"), "distance", pa.nulls(30, pa.int32()))
    _write(table, tmp_path / "1.parquet")

    with pytest.raises(
        TrainingError, match=r"dep_hour is string, a number is expected; distance is missing in 30 rows"
    ):
        data.read("train", tmp_path)


@pytest.mark.parametrize(("delay", "seen"), [(0, "punctual flights only"), (99, "late flights only")])
def test_a_channel_with_one_outcome_only_is_refused(
    tmp_path: Path, made_up_flights: Maker, delay: int, seen: str
) -> None:
    table = made_up_flights(30)
    delays = pa.array(np.full(30, delay), pa.int32())
    _write(table.set_column(table.schema.get_field_index("arr_delay"), "arr_delay", delays), tmp_path / "1.parquet")

    with pytest.raises(TrainingError, match=f"holds {seen} in 30 rows"):
        data.read("train", tmp_path)


def test_a_channel_without_rows_is_refused(tmp_path: Path, made_up_flights: Maker) -> None:
    _write(made_up_flights(30).slice(0, 0), tmp_path / "1.parquet")

    with pytest.raises(TrainingError, match="holds nothing in 0 rows"):
        data.read("train", tmp_path)
