"""The account that a stack lives in: clients of one region, and the proof that the credentials belong there."""

from __future__ import annotations

import threading
from typing import Any, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from slipway.failure import Failure, in_our_words

_PATIENT = Config(retries={"mode": "standard", "total_max_attempts": 6}, connect_timeout=5, read_timeout=60)


class Account:
    """Clients of AWS's services in one region; every method may be called from any thread."""

    def __init__(self, region: str) -> None:
        self.region = region
        self._session = boto3.Session(region_name=region)
        self.partition = self._session.get_partition_for_region(region)
        """Second word of every ARN there."""
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()  # boto3 makes clients in one thread at a time, and lets all use them

    def client(self, service: str) -> Any:
        """Return the client of a service, made once."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._session.client(cast("Any", service), config=_PATIENT)
            return self._clients[service]

    def id(self) -> str:
        """Return the account that the credentials belong to. Raises Failure where AWS does not say."""
        try:
            return str(self.client("sts").get_caller_identity()["Account"])
        except ClientError as error:
            code = error.response["Error"]["Code"]
            raise Failure(f"AWS does not take the credentials ({code}): log in to the account of the stack") from error
        except BotoCoreError as error:
            raise in_our_words(error) from error

    def require(self, account_id: str, *, stack: str) -> None:
        """Raise Failure where the credentials belong to any account but the one that the stack lives in."""
        found = self.id()
        if found != account_id:
            raise Failure(
                f"stack {stack} lives in account {account_id}, the credentials belong to {found}: nothing was touched; "
                f"log in to {account_id}"
            )
