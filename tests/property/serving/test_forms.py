"""What a client sends in any form is what the model sees, and what it answers survives the way back."""

import csv
import io
import json
from typing import Any

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from serving.errors import RequestError
from serving.tabular import forms, rows

FEATURES = (
    rows.Feature("distance", None, nullable=False),
    rows.Feature("temp", None, nullable=True),
    rows.Feature("carrier", {"AA": 0.0, "B6": 1.0, 'Ü, "x"': 2.0}, nullable=False),
)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)
ROWS = st.lists(
    st.fixed_dictionaries(
        {"distance": NUMBERS, "temp": st.none() | NUMBERS, "carrier": st.sampled_from(["AA", "B6", 'Ü, "x"', "?"])}
    ),
    min_size=1,
    max_size=8,
)


def _matrix(body: bytes, form: str) -> Any:
    return rows.matrix(forms.decode(body, form), FEATURES)


def _as_csv(sent: list[dict[str, Any]]) -> bytes:
    file = io.StringIO(newline="")
    in_order = [[row[one.name] for one in FEATURES] for row in sent]
    csv.writer(file).writerows([["" if value is None else value for value in values] for values in in_order])
    return file.getvalue().encode()


@given(ROWS)
def test_json_csv_and_npy_say_the_same(sent: list[dict[str, Any]]) -> None:
    as_json = _matrix(json.dumps({"instances": sent}).encode(), forms.JSON)
    file = io.BytesIO()
    np.save(file, as_json)

    assert np.array_equal(_matrix(_as_csv(sent), forms.CSV), as_json, equal_nan=True)
    assert np.array_equal(_matrix(file.getvalue(), forms.NPY), as_json, equal_nan=True)
    assert as_json[:, 0].tolist() == [float(row["distance"]) for row in sent]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
@example([0.1 + 0.2, 5e-324, 1.0])
def test_answers_keep_their_full_precision_in_every_form(answers: list[float]) -> None:
    vector = np.array(answers)

    assert json.loads(forms.encode(vector, forms.JSON)[0])["predictions"] == answers
    assert [float(line) for line in forms.encode(vector, forms.CSV)[0].decode().splitlines()] == answers
    assert np.load(io.BytesIO(forms.encode(vector, forms.NPY)[0])).tolist() == answers


@given(st.binary(max_size=200), st.sampled_from(forms.FORMS))
@example(b'{"instances": [{"distance": 1, "temp": null, "carrier": "AA"}]}', forms.JSON)
@example(b"\x93NUMPY\x01\x00\x02\x00{}", forms.NPY)
@example(b"\x93NUMPY\x01\x00\x02\x00((", forms.NPY)
@example(b"\x93NUMPY\x01\x00\x01\x00\x00", forms.NPY)
def test_no_body_breaks_anything(body: bytes, form: str) -> None:
    try:
        assert np.isfinite(_matrix(body, form)[:, 0]).all()
    except RequestError as error:
        assert error.status in (400, 413)  # noqa: PT017 - answered rows are fine too


@given(st.binary(max_size=120), st.integers(0, 127), st.integers(0, 255))
def test_no_damaged_matrix_breaks_anything(tail: bytes, place: int, value: int) -> None:
    file = io.BytesIO()
    np.save(file, np.ones((1, 3)))
    body = bytearray(file.getvalue() + tail)
    body[place] = value
    try:
        _matrix(bytes(body), forms.NPY)
    except RequestError as error:
        assert error.status in (400, 413)  # noqa: PT017


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["distance", "temp", "carrier", "x"]), inner)
    ),
    max_leaves=8,
)


@given(JSON_VALUES)
def test_no_json_value_breaks_anything(value: Any) -> None:
    for document in (value, {"instances": value}, {"instances": [value]}):
        try:
            _matrix(json.dumps(document).encode(), forms.JSON)
        except RequestError as error:
            assert error.status == 400  # noqa: PT017
