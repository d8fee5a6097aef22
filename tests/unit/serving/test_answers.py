import io
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from serving.tabular.forms import Objects
from serving.tabular.model import Model

Ask = Callable[..., Any]
Rows = list[dict[str, Any]]


def _line(row: dict[str, Any]) -> str:
    return ",".join("" if value is None else str(value) for value in row.values())


def _matrix(rows: Rows, model: Model) -> bytes:
    places = [one.places for one in model.features]
    values = [
        [
            np.nan if value is None else value if known is None else known[value]
            for value, known in zip(row.values(), places, strict=True)
        ]
        for row in rows
    ]
    file = io.BytesIO()
    np.save(file, np.array(values, dtype=np.float64))
    return file.getvalue()


def test_json_rows_get_the_models_answers(ask: Ask, rows: Rows, model: Model) -> None:
    answer = ask({"instances": rows})

    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json["predictions"] == pytest.approx(model.manifest["example_predictions"], abs=1e-12)


def test_csv_and_npy_give_the_same_numbers_as_json(ask: Ask, rows: Rows, model: Model) -> None:
    as_json = ask({"instances": rows}).json["predictions"]
    lines = ask("\n".join(map(_line, rows)).encode(), "text/csv")
    vector = ask(_matrix(rows, model), "application/x-npy")

    assert lines.headers["content-type"] == "text/csv"
    assert [float(line) for line in lines.body.decode().splitlines()] == as_json
    assert np.load(io.BytesIO(vector.body)).tolist() == as_json


@pytest.mark.parametrize("end", ["\n", "\r\n", "", "\n\n"])
def test_a_csv_body_may_end_as_it_likes(ask: Ask, rows: Rows, end: str) -> None:
    between = "\r\n" if end == "\r\n" else "\n"

    assert len(ask((between.join(map(_line, rows)) + end).encode(), "text/csv").body.splitlines()) == 3


def test_csv_values_may_be_quoted(ask: Ask, rows: Rows) -> None:
    plain = _line(rows[0])
    quoted = ",".join(f'"{value}"' for value in plain.split(","))

    assert ask(quoted.encode(), "text/csv").body == ask(plain.encode(), "text/csv").body


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/csv", "text/csv"),
        ("application/x-npy", "application/x-npy"),
        ("text/html, text/csv;q=0.9", "text/csv"),
        ("Application/JSON; charset=utf-8", "application/json"),
    ],
)
def test_accept_picks_the_answers_form(ask: Ask, rows: Rows, accept: str, form: str) -> None:
    assert ask({"instances": rows}, accept=accept).headers["content-type"] == form


def test_without_a_wish_a_csv_request_gets_csv(ask: Ask, rows: Rows) -> None:
    assert ask(_line(rows[0]).encode(), "text/csv; charset=utf-8", "*/*").headers["content-type"] == "text/csv"


def test_a_nullable_feature_may_be_null_or_left_out(ask: Ask, rows: Rows) -> None:
    null = {**rows[0], "temp": None}
    absent = {name: value for name, value in rows[0].items() if name != "temp"}

    assert ask({"instances": [null]}).body == ask({"instances": [absent]}).body


def test_the_order_of_names_does_not_matter(ask: Ask, rows: Rows) -> None:
    turned = dict(reversed(rows[0].items()))

    assert ask({"instances": [turned]}).body == ask({"instances": rows[:1]}).body


def test_an_unknown_category_is_answered_as_missing_in_every_form(ask: Ask, rows: Rows, model: Model) -> None:
    strange = {**rows[0], "dest": "QQQ"}
    file = io.BytesIO()
    values = np.load(io.BytesIO(_matrix(rows[:1], model)))
    values[0, list(rows[0]).index("dest")] = np.nan
    np.save(file, values)

    as_json = ask({"instances": [strange]}).json["predictions"]

    assert [float(ask(_line(strange).encode(), "text/csv").body)] == as_json
    assert ask(file.getvalue(), "application/x-npy", "application/json").json["predictions"] == as_json


@pytest.mark.parametrize(("dtype", "order"), [("<f4", "C"), (">f8", "C"), ("<f8", "F"), ("<f2", "C")])
def test_npy_may_be_of_any_float_and_order(ask: Ask, rows: Rows, model: Model, dtype: str, order: Any) -> None:
    whole = np.round(np.load(io.BytesIO(_matrix(rows, model)))).clip(0, 2000)
    file, plain = io.BytesIO(), io.BytesIO()
    np.save(file, np.asarray(whole.astype(dtype), order=order))
    np.save(plain, whole.astype(dtype).astype(np.float64))

    assert ask(file.getvalue(), "application/x-npy").body == ask(plain.getvalue(), "application/x-npy").body


def test_ping_answers_empty(ask: Ask) -> None:
    answer = ask(path="/ping", method="GET")

    assert (answer.status, answer.body) == (200, b"")


def test_many_rows_answer_as_one_by_one(ask: Ask, rows: Rows) -> None:
    many = ask({"instances": rows * 100}).json["predictions"]
    single = [ask({"instances": [row]}).json["predictions"][0] for row in rows]

    assert many == single * 100


def test_threads_that_ask_at_the_same_time_get_their_own_answers(model: Model, rows: Rows) -> None:
    alone = [model.predict(Objects([row])).tolist() for row in rows]

    def ask_often(number: int) -> list[list[float]]:
        return [model.predict(Objects([rows[number]])).tolist() for _ in range(2000)]

    with ThreadPoolExecutor(len(rows)) as pool:
        together = list(pool.map(ask_often, range(len(rows))))

    assert all(answers == [wanted] * 2000 for answers, wanted in zip(together, alone, strict=True))


def test_an_answer_outlives_the_next_one(model: Model, rows: Rows) -> None:
    first = model.predict(Objects(rows[:1]))
    kept = first.tolist()
    model.predict(Objects(rows[1:2]))

    assert first.tolist() == kept


def test_a_prediction_survives_the_way_through_text(ask: Ask, rows: Rows) -> None:
    as_text = ask({"instances": rows}, accept="text/csv").body.decode().splitlines()

    assert [float(line) for line in as_text] == json.loads(ask({"instances": rows}).body)["predictions"]
