"""What a data capture file says."""

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from slipway.sandbox.sagemaker.endpoints.capture import Capture, Exchange, capture_key, capture_record

MOMENT = datetime(2026, 2, 14, 17, 25, 49, 123_000, tzinfo=UTC)
BOTH = {"CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}]}
TEXT = {"CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]}}


def exchange(**changes: Any) -> Exchange:
    return Exchange(
        **{
            "variant": "AllTraffic",
            "moment": MOMENT,
            "request_type": "text/csv",
            "request_body": b"69,0\n",
            "answer_type": "text/csv; charset=utf-8",
            "answer_body": b"0.0254",
            "inference_id": "mine",
            **changes,
        }
    )


def test_a_line_has_the_shape_that_model_monitor_reads() -> None:
    assert capture_record(exchange(), BOTH | TEXT, "an-id") == {
        "captureData": {
            "endpointInput": {
                "observedContentType": "text/csv",
                "mode": "INPUT",
                "data": "69,0\n",
                "encoding": "CSV",
            },
            "endpointOutput": {
                "observedContentType": "text/csv; charset=utf-8",
                "mode": "OUTPUT",
                "data": "0.0254",
                "encoding": "CSV",
            },
        },
        "eventMetadata": {"eventId": "an-id", "inferenceId": "mine", "inferenceTime": "2026-02-14T17:25:49Z"},
        "eventVersion": "0",
    }


def test_without_content_types_everything_is_base64() -> None:
    side = capture_record(exchange(), BOTH, "x")["captureData"]["endpointInput"]
    assert (side["encoding"], base64.b64decode(side["data"])) == ("BASE64", b"69,0\n")


def test_json_is_kept_as_text() -> None:
    record = capture_record(exchange(request_type="application/json", request_body=b"{}"), BOTH | TEXT, "x")
    assert record["captureData"]["endpointInput"]["encoding"] == "JSON"
    assert record["captureData"]["endpointInput"]["data"] == "{}"


def test_text_that_is_not_utf8_is_base64() -> None:
    record = capture_record(exchange(request_body=b"\xff\xfe"), BOTH | TEXT, "x")
    assert record["captureData"]["endpointInput"]["encoding"] == "BASE64"


@pytest.mark.parametrize(
    ("mode", "sides"),
    [
        ("Input", {"endpointInput"}),
        ("Output", {"endpointOutput"}),
        ("InputAndOutput", {"endpointInput", "endpointOutput"}),
    ],
)
def test_only_the_chosen_sides_are_captured(mode: str, sides: set[str]) -> None:
    record = capture_record(exchange(), {"CaptureOptions": [{"CaptureMode": mode}]}, "x")
    assert set(record["captureData"]) == sides


def test_an_inference_id_that_nobody_gave_is_not_made_up() -> None:
    assert "inferenceId" not in capture_record(exchange(inference_id=None), BOTH, "x")["eventMetadata"]


@pytest.mark.parametrize(("prefix", "start"), [("", "e/v/"), ("captures", "captures/e/v/"), ("a/b/", "a/b/e/v/")])
def test_files_lie_by_endpoint_variant_and_hour(prefix: str, start: str) -> None:
    assert capture_key(prefix, "e", "v", MOMENT, "id") == f"{start}2026/02/14/17/25-49-123-id.jsonl"


class Refusing:
    """An S3 whose bucket is gone."""

    def put_object(self, **_: Any) -> None:
        raise ClientError({"Error": {"Code": "NoSuchBucket", "Message": "gone"}}, "PutObject")


def test_captures_that_s3_refuses_are_told(caplog: pytest.LogCaptureFixture) -> None:
    config = {**BOTH, "InitialSamplingPercentage": 100, "DestinationS3Uri": "s3://gone/x"}
    capture = Capture(Refusing(), "scores", config)
    capture.offer(exchange())
    capture.flush()
    assert "1 captures of endpoint scores are lost" in caplog.text
