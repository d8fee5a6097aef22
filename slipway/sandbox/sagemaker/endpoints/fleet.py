"""All variants of one endpoint configuration: what a blue/green update builds a second of."""

import random
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.endpoints.capture import Capture
from slipway.sandbox.sagemaker.endpoints.variant import NOT_STARTED, Variant
from slipway.sandbox.sagemaker.execution_roles import RoleNotAssumableError, as_role

DRAIN_SECONDS = 65
"""Longer than the 60 s that an invocation may take."""


class FleetNotStartedError(Exception):
    """A variant did not come up; the message becomes the endpoint's FailureReason."""


class NoSuchVariantError(Exception):
    """TargetVariant names none of the fleet's variants, or every weight is zero."""


class Fleet:
    """Started as a whole or not at all; knows how many requests are inside, so that it can be drained."""

    def __init__(self, context: Context, endpoint: str, release: Mapping[str, Any], root: Path) -> None:
        config = release["config"]
        self.config_name: str = config["EndpointConfigName"]
        self._endpoint = endpoint

        def build(part: str) -> dict[str, Variant]:
            return {
                each["VariantName"]: Variant(
                    context, endpoint, each, release["models"][each["ModelName"]], root / each["VariantName"]
                )
                for each in config.get(part, [])
            }

        self.variants = build("ProductionVariants")
        self.shadows = build("ShadowProductionVariants")
        capture = config.get("DataCaptureConfig")
        self.acting = acting_for(context, release)
        """The context that acts as the role of the first variant's model: what the endpoint itself does, it does so."""
        self.capture = Capture(self.acting.aws.client("s3"), endpoint, capture) if captures(capture) else None
        self._random = random.Random(endpoint)  # noqa: S311 - the same split from run to run
        self._idle = threading.Condition()
        self._inside = 0

    def start(self) -> None:
        """Start all variants at once. Raises FleetNotStartedError with the first failure; `stop` cleans up."""
        failures: list[str] = []
        started: list[str] = []
        threads = [threading.Thread(target=_start, args=(each, started, failures)) for each in self._all()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise FleetNotStartedError(failures[0])
        missing = [each.name for each in self._all() if each.name not in started]
        if missing:
            raise FleetNotStartedError(f"variant {missing[0]} did not start: the sandbox's log has the error")

    def choose(self, target: str | None) -> Variant:
        """Return the named variant, or one by weight. Raises NoSuchVariantError."""
        if target is not None:
            if target not in self.variants:
                raise NoSuchVariantError(f"Variant {target} not found for Request")
            return self.variants[target]
        variants = list(self.variants.values())
        if len(variants) == 1:
            return variants[0]
        weights = [each.weight for each in variants]
        if sum(weights) <= 0:
            raise NoSuchVariantError(f"every variant of endpoint {self._endpoint} has weight 0; name a TargetVariant")
        with self._idle:
            return self._random.choices(variants, weights)[0]

    def enter(self) -> None:
        """Count a request in."""
        with self._idle:
            self._inside += 1

    def leave(self) -> None:
        """Count a request out."""
        with self._idle:
            self._inside -= 1
            if self._inside == 0:
                self._idle.notify_all()

    def drain(self, timeout: float = DRAIN_SECONDS) -> None:
        """Wait until no request is inside; call it when no new one can come in."""
        with self._idle:
            self._idle.wait_for(lambda: self._inside == 0, timeout)

    def cancel(self) -> None:
        """Let a start that still waits give up."""
        for each in self._all():
            each.cancel()

    def stop(self, grace_seconds: float) -> None:
        """End every process and write what was captured."""
        threads = [threading.Thread(target=each.stop, args=(grace_seconds,)) for each in self._all()]
        for thread in threads:
            thread.start()
        if self.capture is not None:
            self.capture.flush()
        for thread in threads:
            thread.join()

    def _all(self) -> list[Variant]:
        return [*self.variants.values(), *self.shadows.values()]


def acting_for(context: Context, release: Mapping[str, Any]) -> Context:
    """Return a context that acts as an endpoint's role, its first model's. Raises FleetNotStartedError."""
    model = release["models"][release["config"]["ProductionVariants"][0]["ModelName"]]
    try:
        return as_role(context, model.get("ExecutionRoleArn"), model["ModelArn"])
    except RoleNotAssumableError as error:
        raise FleetNotStartedError(str(error)) from error


def captures(config: Mapping[str, Any] | None) -> bool:
    """Tell whether a DataCaptureConfig captures anything: it does unless EnableCapture says otherwise."""
    return config is not None and bool(config.get("EnableCapture", True))


def _start(variant: Variant, started: list[str], failures: list[str]) -> None:
    try:
        variant.start()
        started.append(variant.name)
    except NOT_STARTED as error:
        failures.append(str(error))
