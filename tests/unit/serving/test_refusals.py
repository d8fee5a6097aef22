import io
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from serving.application import MAX_BODY_BYTES, application
from serving.tabular.forms import MAX_ROWS
from serving.tabular.model import Model

Ask = Callable[..., Any]
Rows = list[dict[str, Any]]
CSV, NPY = "text/csv", "application/x-npy"


def _line(row: dict[str, Any], **changed: str) -> str:
    texts = {name: "" if value is None else str(value) for name, value in row.items()}
    return ",".join({**texts, **changed}.values())


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"dep_hour": None}, "row 1: 'dep_hour' is null; a number is expected"),
        ({"dep_hour": "8"}, "row 1: 'dep_hour' is '8'; a number is expected"),
        ({"dep_hour": True}, "row 1: 'dep_hour' is True; a number is expected"),
        ({"dep_hour": [8]}, "row 1: 'dep_hour' is [8]; a number is expected"),
        ({"temp": "warm"}, "row 1: 'temp' is 'warm'; a number or null is expected"),
        ({"carrier": 7}, "row 1: 'carrier' is 7; a string is expected"),
        ({"carrier": None}, "row 1: 'carrier' is null; a string is expected"),
        ({"tail": "N1"}, "row 1 has 'tail', which is no feature; features are month, weekday"),
        ({"dep_hour": "x" * 500}, f"row 1: 'dep_hour' is '{'x' * 59}...; a number is expected"),
    ],
)
def test_a_wrong_value_is_refused_by_row_and_feature(
    ask: Ask, rows: Rows, changed: dict[str, Any], message: str
) -> None:
    answer = ask({"instances": [rows[0], {**rows[1], **changed}]})

    assert answer.status == 400
    assert message in answer.error


def test_a_missing_feature_is_refused_by_name(ask: Ask, rows: Rows) -> None:
    lacking = {name: value for name, value in rows[0].items() if name != "carrier"}

    assert ask({"instances": [lacking]}).error == "row 0 lacks 'carrier'; a string is expected"


def test_a_misspelt_nullable_feature_is_not_taken_for_a_missing_one(ask: Ask, rows: Rows) -> None:
    misspelt = {("tmep" if name == "temp" else name): value for name, value in rows[0].items()}

    assert "row 0 has 'tmep', which is no feature" in ask({"instances": [misspelt]}).error


@pytest.mark.parametrize("number", ["1e999", "-1e999", "1" + "0" * 400])
def test_a_number_too_large_is_refused(ask: Ask, rows: Rows, number: str) -> None:
    body = json.dumps({"instances": [{**rows[0], "distance": -77}]}).replace("-77", number).encode()
    answer = ask(body)

    assert answer.status == 400
    assert "distance" in answer.error or "JSON" in answer.error


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"instances": NaN}',
        b'{"instances": [{"temp": Infinity}]}',
        b'{"instances": []}',
        b'{"instances": {}}',
        b'{"rows": []}',
        b"[]",
        b"7",
        b"\xff\xfe",
        b'{"instances": [1]}',
        b'{"instances": [null]}',
        b"[" * 100_000,
    ],
)
def test_a_body_of_another_shape_is_refused(ask: Ask, body: bytes) -> None:
    assert ask(body).status == 400


@pytest.mark.parametrize("content_type", ["application/json", CSV, NPY])
@pytest.mark.parametrize("body", [b"", b" \n"])
def test_an_empty_body_is_refused(ask: Ask, content_type: str, body: bytes) -> None:
    assert ask(body, content_type).error == f"the body is empty; send at least one row as {content_type}"


@pytest.mark.parametrize("text", ["nan", "inf", "-Infinity", "1_0", "0x10", "eight", "1,5e", "٣"])
def test_csv_takes_plain_numbers_only(ask: Ask, rows: Rows, text: str) -> None:
    answer = ask(_line(rows[0], distance=text).encode(), CSV)

    assert answer.status == 400
    assert answer.error.startswith("row 0")


def test_an_infinite_csv_number_is_refused(ask: Ask, rows: Rows) -> None:
    assert "row 0: 'distance' is infinite or too large" in ask(_line(rows[0], distance="1e999").encode(), CSV).error


def test_an_empty_csv_value_needs_a_nullable_feature(ask: Ask, rows: Rows) -> None:
    assert ask(_line(rows[0], temp="").encode(), CSV).status == 200
    assert "row 0: 'carrier' is empty" in ask(_line(rows[0], carrier="").encode(), CSV).error


@pytest.mark.parametrize("lines", ["1,2,3", "{0}\n\n{0}", "{0},", "{0}\n{0},9"])
def test_a_csv_row_of_another_length_is_refused(ask: Ask, rows: Rows, lines: str) -> None:
    answer = ask(lines.format(_line(rows[0])).encode(), CSV)

    assert answer.status == 400
    assert f"{len(rows[0])} are expected, without a header, in the order month, weekday" in answer.error


def test_a_csv_header_is_refused(ask: Ask, rows: Rows) -> None:
    assert "row 0: 'month' is 'month'" in ask(f"{','.join(rows[0])}\n{_line(rows[0])}".encode(), CSV).error


@pytest.mark.parametrize("body", [b"\xff\xff", b'"open', b'1,"2"3'])
def test_what_is_no_csv_is_refused(ask: Ask, body: bytes) -> None:
    assert ask(body, CSV).status == 400


def _npy(values: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.zeros(19), "floats of shape (rows, features) are expected"),
        (np.zeros((1, 19), np.int64), "the matrix is int64"),
        (np.zeros((1, 3)), "the matrix has 3 columns; 19 are expected"),
        (np.zeros((0, 19)), "floats of shape (rows, features) are expected"),
        (np.full((1, 19), np.inf), "row 0: 'month' is infinite"),
        (np.full((1, 19), np.nan), "row 0: 'month' is nan; a number is expected"),
        (np.full((1, 19), 0.5), "row 0: 'carrier' is 0.5; the place of a category, 0 to 3, or NaN is expected"),
        (np.full((1, 19), 1000.0), "row 0: 'carrier' is 1000.0; the place of a category"),
        (np.full((1, 19), -1.0), "row 0: 'carrier' is -1.0; the place of a category"),
    ],
)
def test_a_matrix_that_does_not_fit_is_refused(ask: Ask, values: Any, message: str) -> None:
    answer = ask(_npy(values), NPY)

    assert answer.status == 400
    assert message in answer.error


def test_a_matrix_that_claims_more_than_it_holds_is_refused_without_making_room_for_it(ask: Ask) -> None:
    header = _npy(np.zeros((1, 19)))
    claims = header.replace(b"(1, 19)", b"(99999999999, 19)")

    assert ask(claims, NPY).status == 400
    assert ask(header[:-8], NPY).error == "the matrix of shape (1, 19) has 144 bytes of data, which is not its size"


def test_pickled_objects_are_refused(ask: Ask) -> None:
    file = io.BytesIO()
    np.save(file, np.array([[{}]], dtype=object), allow_pickle=True)

    assert "the matrix is object" in ask(file.getvalue(), NPY).error


@pytest.mark.parametrize(
    "body", [b"\x93NUMPY", b"\x93NUMPY\x09\x00" + b"x" * 50, b"PK\x03\x04", b"\x93NUMPY\x01\x00\x05\x00{1:2}"]
)
def test_what_is_no_npy_is_refused(ask: Ask, body: bytes) -> None:
    assert ask(body, NPY).status == 400


def test_too_many_rows_are_refused(ask: Ask) -> None:
    answer = ask(b"1\n" * (MAX_ROWS + 1), CSV)

    assert answer.status == 413
    assert answer.error == f"{MAX_ROWS + 1} rows are too many; send at most {MAX_ROWS} a request"


def test_a_body_that_is_too_large_is_refused_declared_or_not(ask: Ask) -> None:
    declared = ask(b"{}", length=str(MAX_BODY_BYTES + 1))
    in_chunks = ask(b" " * (MAX_BODY_BYTES + 1), length="")

    assert (declared.status, in_chunks.status) == (413, 413)
    assert "at most 26214400 are taken" in declared.error


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/octet-stream", "application/jsonlines"])
def test_an_unknown_content_type_is_refused_with_those_that_are_known(ask: Ask, content_type: str) -> None:
    answer = ask(b"{}", content_type)

    assert answer.status == 415
    assert "send application/json, text/csv, application/x-npy" in answer.error


def test_an_accept_that_nobody_can_please_is_refused(ask: Ask, rows: Rows) -> None:
    assert ask({"instances": rows}, accept="text/html").status == 406


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/invocations", 405, "POST"),
        ("DELETE", "/invocations", 405, "POST"),
        ("POST", "/ping", 405, "GET"),
        ("GET", "/", 404, None),
        ("POST", "/invocations/", 404, None),
    ],
)
def test_other_methods_and_paths_are_refused(ask: Ask, method: str, path: str, status: int, allow: str | None) -> None:
    answer = ask(method=method, path=path)

    assert (answer.status, answer.headers.get("allow")) == (status, allow)
    assert answer.headers["content-type"] == "application/json"


def test_a_handler_that_breaks_answers_500_and_keeps_its_trace_in_the_log(
    model: Model, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: Any) -> Any:
        raise ZeroDivisionError("secret")

    app = application(model, input_fn=broken, predict_fn=broken, output_fn=broken)
    statuses: list[str] = []
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/invocations", "wsgi.input": io.BytesIO(b"x")}
    body = b"".join(app(environ, lambda status, *_: statuses.append(status)))  # type: ignore[arg-type]

    assert statuses == ["500 Internal Server Error"]
    assert b"secret" not in body
    assert "ZeroDivisionError: secret" in capsys.readouterr().err
