import json
from pathlib import Path

import numpy as np
import pyarrow as pa

from training import baseline


def test_numbers_are_counted_between_the_deciles_and_the_missing_beside_them() -> None:
    found = baseline.numbers(pa.chunked_array([[float(value) for value in range(1, 101)] + [None] * 7]))

    assert found["edges"] == [10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0]
    assert found["counts"] == [10] * 10
    assert found["missing"] == 7


def test_a_number_with_few_values_has_no_empty_bins_between_equal_edges() -> None:
    found = baseline.numbers(pa.chunked_array([[1] * 80 + [2] * 20]))

    assert found["edges"] == [1.0, 2.0]
    assert found["counts"] == [80, 20, 0]


def test_rare_categories_share_a_bin() -> None:
    values = [f"airport {number:02}" for number in range(25) for _ in range(number + 1)]

    found = baseline.categories(pa.chunked_array([[*values, None]]))

    assert len(found["counts"]) == 20
    assert found["counts"]["airport 24"] == 25
    assert found["other"] == 1 + 2 + 3 + 4 + 5
    assert found["missing"] == 1


def test_a_feature_that_is_always_missing_has_one_empty_bin() -> None:
    found = baseline.numbers(pa.chunked_array([pa.nulls(3, pa.float64())]))

    assert found == {"edges": [], "counts": [0], "missing": 3}


def test_a_model_has_the_baseline_of_its_training_rows_and_of_its_answers(trained: Path) -> None:
    found = json.loads((trained / "model/baseline.json").read_text())

    manifest = json.loads((trained / "model/manifest.json").read_text())
    assert list(found["features"]) == [one["name"] for one in manifest["features"]]
    rows = {name: sum(_counts(one)) for name, one in found["features"].items()}
    assert set(rows.values()) == {3000}
    assert sum(_counts(found["prediction"])) == 1500
    assert np.all(np.diff(found["prediction"]["edges"]) > 0)


def _counts(one: dict[str, object]) -> list[int]:
    counts = one["counts"]
    values = list(counts.values()) if isinstance(counts, dict) else counts
    assert isinstance(values, list)
    return [*values, one.get("other", 0), one["missing"]]
