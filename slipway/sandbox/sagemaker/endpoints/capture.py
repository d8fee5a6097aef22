"""Data capture: sampled requests and answers, written to S3 as Model Monitor reads them.

The record is AWS's: docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
"""

import base64
import json
import logging
import random
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from slipway.sandbox.sagemaker.containers.s3_objects import parse_uri

FLUSH_SECONDS = 2.0
FLUSH_RECORDS = 1_000
_KEEP_RECORDS = 20_000

log = logging.getLogger(__name__)

Encoding = Literal["CSV", "JSON", "BASE64"]


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request and its answer, as the container saw them."""

    variant: str
    moment: datetime
    request_type: str
    request_body: bytes
    answer_type: str
    answer_body: bytes
    inference_id: str | None


def encoding_of(content_type: str, header: Mapping[str, list[str]]) -> Encoding:
    """Return how a body is written: as text if CaptureContentTypeHeader names its type, else in base64."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind in {each.lower() for each in header.get("CsvContentTypes", [])}:
        return "CSV"
    if kind in {each.lower() for each in header.get("JsonContentTypes", [])}:
        return "JSON"
    return "BASE64"


def capture_record(exchange: Exchange, config: Mapping[str, Any], event_id: str) -> dict[str, Any]:
    """Return one line of a capture file."""
    header = config.get("CaptureContentTypeHeader", {})
    modes = {option["CaptureMode"] for option in config["CaptureOptions"]}
    data: dict[str, Any] = {}
    if modes & {"Input", "InputAndOutput"}:
        data["endpointInput"] = _side("INPUT", exchange.request_type, exchange.request_body, header)
    if modes & {"Output", "InputAndOutput"}:
        data["endpointOutput"] = _side("OUTPUT", exchange.answer_type, exchange.answer_body, header)
    metadata = {"eventId": event_id}
    if exchange.inference_id is not None:
        metadata["inferenceId"] = exchange.inference_id
    metadata["inferenceTime"] = exchange.moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"captureData": data, "eventMetadata": metadata, "eventVersion": "0"}


def _side(mode: str, content_type: str, body: bytes, header: Mapping[str, list[str]]) -> dict[str, str]:
    encoding = encoding_of(content_type, header)
    text: str | None = None
    if encoding != "BASE64":
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            encoding = "BASE64"
    data = base64.b64encode(body).decode("ascii") if text is None else text
    return {"observedContentType": content_type, "mode": mode, "data": data, "encoding": encoding}


def capture_key(prefix: str, endpoint: str, variant: str, moment: datetime, file_id: str) -> str:
    """Return `<prefix>/<endpoint>/<variant>/yyyy/mm/dd/hh/<mm-ss-milliseconds>-<id>.jsonl`."""
    clean = prefix.strip("/")
    name = f"{moment:%M-%S}-{moment.microsecond // 1000:03d}-{file_id}.jsonl"
    return "/".join([*([clean] if clean else []), endpoint, variant, f"{moment:%Y/%m/%d/%H}", name])


class Capture:
    """Samples exchanges and writes them in batches, off the request's path."""

    def __init__(self, s3: Any, endpoint: str, config: Mapping[str, Any]) -> None:
        self._s3 = s3
        self._endpoint = endpoint
        self._config = config
        self._share = float(config["InitialSamplingPercentage"]) / 100
        self._random = random.Random(endpoint)  # noqa: S311 - a sample that repeats from run to run
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._lines: dict[tuple[str, str], list[tuple[datetime, str]]] = {}
        self._count = 0
        self._oldest: float | None = None

    def offer(self, exchange: Exchange) -> None:
        """Keep an exchange if the sample takes it."""
        with self._lock:
            if self._random.random() >= self._share or self._count >= _KEEP_RECORDS:
                return
        line = json.dumps(capture_record(exchange, self._config, str(uuid.uuid4())), separators=(",", ":"))
        group = (exchange.variant, f"{exchange.moment:%Y/%m/%d/%H}")
        with self._lock:
            self._lines.setdefault(group, []).append((exchange.moment, line))
            self._count += 1
            if self._oldest is None:
                self._oldest = time.monotonic()

    def flush_if_due(self) -> None:
        """Write when a batch is full or has waited long enough."""
        with self._lock:
            waited = 0.0 if self._oldest is None else time.monotonic() - self._oldest
            due = self._count >= FLUSH_RECORDS or waited >= FLUSH_SECONDS
        if due:
            self.flush()

    def flush(self) -> None:
        """Write everything that was kept, one file per variant and hour; what S3 refuses is lost and logged."""
        with self._writing:
            with self._lock:
                groups, self._lines, self._count, self._oldest = self._lines, {}, 0, None
            bucket, prefix = parse_uri(self._config["DestinationS3Uri"])
            for (variant, _), lines in groups.items():
                key = capture_key(prefix, self._endpoint, variant, lines[0][0], str(uuid.uuid4()))
                body = "".join(f"{line}\n" for _, line in lines).encode("utf-8")
                try:
                    self._s3.put_object(Bucket=bucket, Key=key, Body=body, **self._encryption())
                except (ClientError, BotoCoreError) as error:
                    log.warning("%d captures of endpoint %s are lost: %s", len(lines), self._endpoint, error)

    def _encryption(self) -> dict[str, str]:
        key = self._config.get("KmsKeyId")
        return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key} if key else {}


def now() -> datetime:
    """Return the moment of an inference."""
    return datetime.now(UTC)
