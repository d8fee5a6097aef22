from collections.abc import Callable

import numpy as np
import pyarrow as pa

from training import features

AFTER_DEPARTURE = {"dep_time", "dep_delay", "arr_time", "arr_delay", "air_time", "tailnum", "flight"}


def test_no_feature_is_only_known_after_departure() -> None:
    assert not AFTER_DEPARTURE & {one.name for one in features.FEATURES}


def test_sixteen_minutes_are_late_and_fifteen_are_not() -> None:
    assert features.label(pa.table({"arr_delay": [-5, 15, 16]})).tolist() == [0.0, 0.0, 1.0]


def test_the_outcome_does_not_reach_the_matrix(made_up_flights: Callable[..., pa.Table]) -> None:
    table = made_up_flights(50)
    known = features.categories(table)
    place = table.schema.get_field_index("arr_delay")
    other = table.set_column(place, "arr_delay", pa.array([0] * 50, pa.int32()))

    assert np.array_equal(features.matrix(table, known), features.matrix(other, known), equal_nan=True)


def test_categories_are_sorted_and_unknown_ones_are_missing(made_up_flights: Callable[..., pa.Table]) -> None:
    table = made_up_flights(200)
    known = features.categories(table)
    column = [one.name for one in features.FEATURES].index("carrier")
    strange = table.set_column(table.schema.get_field_index("carrier"), "carrier", pa.array(["XX"] * 200))

    assert known["carrier"] == ("AA", "B6", "UA", "ZZ")
    assert set(features.matrix(table, known)[:, column]) == {0.0, 1.0, 2.0, 3.0}
    assert np.isnan(features.matrix(strange, known)[:, column]).all()


def test_a_null_is_missing(made_up_flights: Callable[..., pa.Table]) -> None:
    table = made_up_flights(200)
    column = [one.name for one in features.FEATURES].index("precip")

    missing = np.isnan(features.matrix(table, features.categories(table))[:, column])

    assert missing.sum() == table["precip"].null_count > 0
