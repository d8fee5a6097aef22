"""Reads a channel: Parquet files at any depth, checked before they are used, with a digest of what was read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from training.contract import TrainingError
from training.features import FEATURES, OUTCOME, label

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

COLUMNS = (*(one.name for one in FEATURES), OUTCOME)


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One channel's rows."""

    name: str
    table: pa.Table
    label: NDArray[np.float64]
    sha256: str
    """Over the sorted (path below the channel, SHA-256) of its files."""

    @property
    def rows(self) -> int:
        """Return how many rows it has."""
        return int(self.table.num_rows)

    def facts(self) -> dict[str, int | str]:
        """Return what the manifest says of it."""
        return {"rows": self.rows, "sha256": self.sha256}


def read(name: str, folder: Path) -> Channel:
    """Read a channel; raises TrainingError for missing files or columns, wrong types, nulls, or one outcome only."""
    files = _files(folder)
    if not files:
        raise TrainingError(
            f"channel {name!r} has no .parquet file below {folder}: give the job an input channel {name!r}"
        )
    digest = hashlib.sha256()
    tables = []
    for path in files:
        inside = path.relative_to(folder).as_posix()
        digest.update(f"{inside}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
        tables.append(_table(path, f"{inside} of channel {name!r}"))
    table = pa.concat_tables(tables)
    late = label(table)
    if not 0 < late.sum() < len(late):
        seen = "nothing" if not len(late) else "late flights only" if late.all() else "punctual flights only"
        raise TrainingError(f"channel {name!r} holds {seen} in {len(late)} rows; both kinds are needed")
    return Channel(name=name, table=table, label=late, sha256=digest.hexdigest())


def read_table(source: Path, columns: Sequence[str] = COLUMNS) -> pa.Table:
    """Read columns of a Parquet file, or of all below a folder; raises TrainingError as `read`, but one outcome does.

    `columns` are some of COLUMNS.
    """
    if not source.exists():
        raise TrainingError(f"{source} does not exist; name a Parquet file or a folder of them")
    files = _files(source) if source.is_dir() else [source]
    if not files:
        raise TrainingError(f"{source} has no .parquet file; name a Parquet file or a folder of them")
    table = pa.concat_tables([_table(path, str(path), columns) for path in files])
    if not table.num_rows:
        raise TrainingError(f"{source} holds no rows; at least one is needed")
    return table


def _files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.parquet"), key=lambda path: path.relative_to(folder).as_posix())


def _table(path: Path, place: str, wanted: Sequence[str] = COLUMNS) -> pa.Table:
    try:
        schema = pq.read_schema(path)
        missing = [column for column in wanted if column not in schema.names]
        if missing:
            raise TrainingError(f"{place} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}")
        table = pq.read_table(path, columns=list(wanted))
    except (pa.ArrowInvalid, OSError) as error:
        raise TrainingError(f"{place} is no readable Parquet file: {str(error).splitlines()[0]}") from error
    problems = [*_type_problems(table), *_null_problems(table)]
    if problems:
        raise TrainingError(f"{place} can't be used: " + "; ".join(problems))
    return pa.table({column: _plain(table[column]) for column in wanted})


def _type_problems(table: pa.Table) -> list[str]:
    problems = []
    kinds = {**{one.name: one.kind for one in FEATURES}, OUTCOME: "number"}
    for name in table.column_names:
        kind = kinds[name]
        found = _value_type(table[name].type)
        fits = pa.types.is_string(found) or pa.types.is_large_string(found)
        if kind == "number":
            fits = pa.types.is_integer(found) or pa.types.is_floating(found)
        if not fits and not pa.types.is_null(found):
            problems.append(f"{name} is {found}, a {kind} is expected")
    return problems


def _null_problems(table: pa.Table) -> list[str]:
    nullable = {one.name for one in FEATURES if one.nullable}
    return [
        f"{name} is missing in {table[name].null_count} rows"
        for name in table.column_names
        if table[name].null_count and name not in nullable
    ]


def _value_type(given: pa.DataType) -> pa.DataType:
    return given.value_type if pa.types.is_dictionary(given) else given


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Make the months' columns alike: numbers as doubles, strings as strings, whatever each file chose."""
    found = _value_type(column.type)
    text = pa.types.is_string(found) or pa.types.is_large_string(found)
    return pc.cast(column, pa.string() if text else pa.float64())
