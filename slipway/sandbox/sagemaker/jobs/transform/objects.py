"""One object of a transform job: read, cut, sent, put together, written as `<key>.out`."""

import gzip
import threading
import zlib
from collections.abc import Sequence
from concurrent.futures import Executor
from typing import Any

from botocore.exceptions import ClientError

from slipway.sandbox.sagemaker.containers.s3_objects import join_uri, parse_uri
from slipway.sandbox.sagemaker.endpoints.container import ContainerBrokeError, ServingContainer
from slipway.sandbox.sagemaker.endpoints.serving import pass_through
from slipway.sandbox.sagemaker.jobs.channels import ChannelObject
from slipway.sandbox.sagemaker.jobs.mirror import encryption
from slipway.sandbox.sagemaker.jobs.transform.batches import (
    PayloadTooLargeError,
    assemble,
    records_of,
    requests_of,
)
from slipway.sandbox.sagemaker.jobs.transform.data_processing import DataProcessingError, plan_of
from slipway.sandbox.sagemaker.jobs.transform.settings import Settings

_TOLD_BYTES = 300


class ObjectFailedError(Exception):
    """An object could not be read or the model did not answer it; the message says why."""


class Transformer:
    """Sends the records of objects through a model's containers. Raises ContainerGoneError when nobody listens."""

    def __init__(
        self,
        s3: Any,
        job: dict[str, Any],
        containers: Sequence[ServingContainer],
        settings: Settings,
        stopping: threading.Event,
    ) -> None:
        self.settings = settings
        self._s3 = s3
        self._input = job["TransformInput"]
        self._output = job["TransformOutput"]
        self._containers = containers
        self._stopping = stopping
        self._plan = plan_of(job)
        self._headers = {
            name: value
            for name, value in (
                ("content-type", self._input.get("ContentType")),
                ("accept", self._output.get("Accept")),
            )
            if value
        }

    def transform(self, item: ChannelObject, pool: Executor) -> None:
        """Write the results of one object. Raises ObjectFailedError, ContainerGoneError and ClientError."""
        records = records_of(self._read(item), self._input.get("SplitType", "None"))
        try:
            sent = records if self._plan is None else [self._plan.sent(record) for record in records]
            requests = requests_of(sent, self.settings.payload_bytes, single=self.settings.single_record)
            answers = list(pool.map(self._ask, requests))
            if self._stopping.is_set():
                return
            kept = answers if self._plan is None else self._kept(records, requests, answers)
        except (PayloadTooLargeError, DataProcessingError) as error:
            raise ObjectFailedError(str(error)) from error
        bucket, key = parse_uri(join_uri(self._output["S3OutputPath"], f"{item.target}.out"))
        body = assemble(kept, self._output.get("AssembleWith", "None"))
        self._s3.put_object(Bucket=bucket, Key=key, Body=body, **encryption(self._output.get("KmsKeyId")))

    def _read(self, item: ChannelObject) -> bytes:
        try:
            body: bytes = self._s3.get_object(Bucket=item.bucket, Key=item.key)["Body"].read()
            return gzip.decompress(body) if self._input.get("CompressionType") == "Gzip" else body
        except ClientError as error:
            raise ObjectFailedError(f"cannot be read: {error.response['Error']['Message']}") from error
        except (OSError, EOFError, zlib.error) as error:
            raise ObjectFailedError(f"is not gzip, but its CompressionType says so: {error}") from error

    def _ask(self, records: list[bytes]) -> bytes:
        """Return the model's answer to one request; what may be an accident is tried again."""
        body = b"\n".join(records)
        problem = ""
        for _ in range(1 + self.settings.retries):
            if self._stopping.is_set():
                return b""
            try:
                reply = pass_through(self._containers, self._headers, body, self.settings.timeout)
            except ContainerBrokeError as error:
                problem = str(error)
                continue
            if 200 <= reply.status < 300:  # noqa: PLR2004
                return reply.body
            problem = f"the model answered {reply.status}: {reply.body[:_TOLD_BYTES].decode(errors='replace')}"
            if reply.status < 500:  # noqa: PLR2004 - the same record would be refused again
                break
        raise ObjectFailedError(problem)

    def _kept(self, records: list[bytes], requests: list[list[bytes]], answers: list[bytes]) -> list[bytes]:
        """Return what the job keeps of each record, the answer to a request of many being one line a record."""
        if self._plan is None:
            return answers
        results: list[bytes] = []
        for request, answer in zip(requests, answers, strict=True):
            lines = [answer.strip()] if len(request) == 1 else records_of(answer, "Line")
            if len(lines) != len(request):
                raise DataProcessingError(
                    f"the model answered {len(lines)} lines to {len(request)} records: one each is needed"
                )
            results += lines
        return [self._plan.kept(record, result) for record, result in zip(records, results, strict=True)]
