"""A CloudWatch Logs stream that takes lines and sends them in order, in batches."""

import threading
import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

BATCH_EVENTS = 10_000
BATCH_BYTES = 1_048_576
"""Limits of PutLogEvents; an event counts its UTF-8 bytes and 26 more."""
EVENT_OVERHEAD = 26
STREAM_BYTES = 64 * 1_048_576
"""What one stream keeps here: the log lives in this machine's memory, and a container may loop."""


class CloudWatchStream:
    """One stream of a group; group and stream are made with the first batch. Safe for several threads."""

    def __init__(self, logs: Any, group: str, stream: str) -> None:
        self._logs = logs
        self._group = group
        self._stream = stream
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._events: list[dict[str, Any]] = []
        self._batch_bytes = 0
        self._total_bytes = 0
        self._exists = False
        self._newest = 0

    def write(self, line: str) -> None:
        """Take one line; an empty one is kept as a space, since CloudWatch refuses empty events."""
        size = len(line.encode("utf-8")) + EVENT_OVERHEAD
        with self._lock:
            before, self._total_bytes = self._total_bytes, self._total_bytes + size
            if before > STREAM_BYTES:
                return
            if self._total_bytes > STREAM_BYTES:
                line = f"[slipway] log cut here: the sandbox keeps {STREAM_BYTES >> 20} MiB of one stream"
            # events of a stream must not go back in time
            self._newest = max(self._newest, time.time_ns() // 1_000_000)
            self._events.append({"timestamp": self._newest, "message": line or " "})
            self._batch_bytes += size
            full = len(self._events) >= BATCH_EVENTS or self._batch_bytes + size > BATCH_BYTES
        if full:
            self.flush()

    def flush(self) -> None:
        """Send what was taken; a failure drops the batch, since a container must not die of its log."""
        with self._sending:
            with self._lock:
                events, self._events, self._batch_bytes = self._events, [], 0
            if not events:
                return
            try:
                self._send(events)
            except (ClientError, BotoCoreError):
                self._exists = False  # group or stream was deleted under us: make them again next time

    def _send(self, events: list[dict[str, Any]]) -> None:
        where = {"logGroupName": self._group, "logStreamName": self._stream}
        if not self._exists:
            self._make(self._logs.create_log_group, logGroupName=self._group)
            self._make(self._logs.create_log_stream, **where)
            self._exists = True
        batch: list[dict[str, Any]] = []
        size = 0
        for event in events:
            more = len(event["message"].encode("utf-8")) + EVENT_OVERHEAD
            if batch and (size + more > BATCH_BYTES or len(batch) == BATCH_EVENTS):
                self._logs.put_log_events(**where, logEvents=batch)
                batch, size = [], 0
            batch.append(event)
            size += more
        self._logs.put_log_events(**where, logEvents=batch)

    def _make(self, create: Any, **names: str) -> None:
        try:
            create(**names)
        except self._logs.exceptions.ResourceAlreadyExistsException:
            return
