"""What the model looks at and what it foretells: the one place to change when the question changes.

Every feature is known before a flight's scheduled departure. What is only known later (its real departure, its time in
the air) is not in the curated tables, so that no feature can be made of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

OUTCOME = "arr_delay"
LATE_MINUTES = 15
TARGET = {"name": "late", "description": f"the flight arrives more than {LATE_MINUTES} minutes late"}

Categories = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Feature:
    """One column that the model looks at."""

    name: str
    kind: Literal["number", "category"] = "number"
    nullable: bool = False
    """Whether it may be missing: the data sometimes lacks it."""


FEATURES = (
    # the timetable, printed months ahead
    Feature("month"),  # the day of the month is left out: a model would learn single days of the past by heart
    Feature("weekday"),
    Feature("dep_hour"),
    Feature("dep_minute"),
    Feature("sched_arr_minute_of_day"),
    Feature("carrier", "category"),
    Feature("origin", "category"),
    Feature("dest", "category"),
    Feature("distance"),
    # the airport's last observation before the scheduled hour began: it was published before the flight could leave
    Feature("temp", nullable=True),  # thermometer reading of that observation
    Feature("dewp", nullable=True),  # dew point, from the same reading
    Feature("humid", nullable=True),  # follows from the two above
    Feature("wind_dir", nullable=True),  # anemometer, averaged over the minutes before the observation
    Feature("wind_speed", nullable=True),  # likewise
    Feature("precip", nullable=True),  # fallen in the hour up to that observation, no forecast
    Feature("pressure", nullable=True),  # barometer reading of that observation
    Feature("visib", nullable=True),  # how far the observer saw then
    # the aeroplane is assigned before departure; its year and seats come from the FAA's register
    Feature("plane_year", nullable=True),
    Feature("plane_seats", nullable=True),
)


def label(table: pa.Table) -> NDArray[np.float64]:
    """Return 1 for each late flight, 0 for each other."""
    return np.asarray(table[OUTCOME].to_numpy() > LATE_MINUTES, dtype=np.float64)


def categories(table: pa.Table) -> Categories:
    """Return the values of each category feature, sorted: a value's place is its number in the model."""
    return {
        one.name: tuple(sorted(value for value in pc.unique(table[one.name]).to_pylist() if value is not None))
        for one in FEATURES
        if one.kind == "category"
    }


def matrix(table: pa.Table, known: Categories) -> NDArray[np.float64]:
    """Return (rows, features): numbers as they are, categories as their place, NaN for missing and unknown."""
    columns = []
    for one in FEATURES:
        column = table[one.name]
        if one.kind == "category":
            column = pc.index_in(column, value_set=pa.array(known[one.name], pa.string()))
        columns.append(pc.cast(column, pa.float64()).to_numpy())
    return np.ascontiguousarray(np.column_stack(columns), dtype=np.float64)
