"""What serving settings must be together: every conflict of kind, host, scaling and rollout at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.instance_types import accelerator, fitting_amis
from infra.problems import Problem
from infra.settings_report import NAMESPACE

if TYPE_CHECKING:
    from infra.serving_settings import ServingSection

_SECTION = f"{NAMESPACE}serving"
_LEAST_LINEAR_PERCENT = 10
_LONGEST_ROLLOUT_SECONDS = 1800


def problems_of_serving(serving: ServingSection) -> list[Problem]:
    """Return every conflict inside `slipway:serving`."""
    kind = _serverless(serving) if serving.kind == "serverless" else _with_instances(serving)
    return [*kind, *_host(serving), *_autoscaling(serving), *_rollout(serving)]


def _problem(key: str, rule: str, value: object, way_out: str) -> Problem:
    return Problem(key=f"{_SECTION}.{key}", rule=rule, value=value, given=value is not None, way_out=way_out)


def _serverless(serving: ServingSection) -> list[Problem]:
    """Refuse what SageMaker excludes from serverless endpoints (developer guide, serverless feature exclusions)."""
    found = []
    if serving.serverless is None:
        found.append(_problem("serverless", "kind serverless needs memory and concurrency", None, "add this section"))
    unwanted = {
        "instance_type": serving.instance_type,
        "initial_instance_count": serving.initial_instance_count,
        "inference_ami_version": serving.inference_ami_version,
    }
    found += [
        _problem(key, "kind serverless has no instances", value, "remove it, or choose kind realtime or async")
        for key, value in unwanted.items()
        if value is not None
    ]
    if serving.capture_percentage > 0:
        way_out = "use 0, or choose kind realtime or async"
        found.append(
            _problem("capture_percentage", "kind serverless captures no data", serving.capture_percentage, way_out)
        )
    if serving.autoscaling is not None:
        found.append(_problem("autoscaling", "kind serverless scales by itself", "given", "remove it"))
    if serving.rollout.type != "ALL_AT_ONCE":
        rule = "kind serverless has no fleet to share: it moves ALL_AT_ONCE"
        found.append(_problem("rollout.type", rule, serving.rollout.type, "use ALL_AT_ONCE"))
    return [*found, *_asynchronous(serving)]


def _with_instances(serving: ServingSection) -> list[Problem]:
    found = [
        _problem(key, f"kind {serving.kind} needs it", None, way_out)
        for key, value, way_out in (
            ("instance_type", serving.instance_type, "add one, such as ml.m5.large"),
            ("initial_instance_count", serving.initial_instance_count, "add how many instances a release starts with"),
        )
        if value is None
    ]
    if serving.serverless is not None:
        found.append(
            _problem("serverless", f"kind {serving.kind} has instances", "given", "remove it, or use kind serverless")
        )
    return [*found, *_asynchronous(serving)]


def _asynchronous(serving: ServingSection) -> list[Problem]:
    if serving.asynchronous is None or serving.kind == "async":
        return []
    return [
        _problem(
            "asynchronous", f"kind {serving.kind} takes no requests from S3", "given", "remove it, or use kind async"
        )
    ]


def _host(serving: ServingSection) -> list[Problem]:
    """Hold the host image against the instance type: the default host has drivers that are too old for our images."""
    if serving.instance_type is None:
        return []
    fitting, ami = fitting_amis(serving.instance_type), serving.inference_ami_version
    has = accelerator(serving.instance_type)
    if has is None and ami is not None:
        rule = f"{serving.instance_type} has no accelerator, so its host needs no driver"
        return [_problem("inference_ami_version", rule, ami, "remove it")]
    if has is not None and ami not in fitting:
        rule = f"{serving.instance_type} ({has}) needs a host image with its driver: {' or '.join(fitting)}"
        way_out = "use the newest one that your container's CUDA or Neuron version runs on"
        return [_problem("inference_ami_version", rule, ami, way_out)]
    return []


def _autoscaling(serving: ServingSection) -> list[Problem]:
    scaling, count = serving.autoscaling, serving.initial_instance_count
    if scaling is None or serving.kind == "serverless":
        return []
    found = []
    least, most = scaling.min_capacity, scaling.max_capacity
    if least > most:
        way_out = "lower it, or raise max_capacity"
        found.append(_problem("autoscaling.min_capacity", f"must be at most max_capacity, {most}", least, way_out))
    if least == 0 and serving.kind != "async":
        rule = f"kind {serving.kind} needs at least 1: only async endpoints scale to zero"
        found.append(_problem("autoscaling.min_capacity", rule, least, "use 1 or more, or choose kind async"))
    if count is not None and least <= most and not least <= count <= most:
        rule = f"must be between min_capacity and max_capacity, {least} to {most}"
        found.append(
            _problem("initial_instance_count", rule, count, "every rollout starts with it: bring it between them")
        )
    wanted, other = "target_invocations_per_minute", "target_backlog_per_instance"
    if serving.kind == "async":
        wanted, other = other, wanted
    if getattr(scaling, wanted) is None:
        found.append(_problem(f"autoscaling.{wanted}", f"kind {serving.kind} scales by it", None, "add it"))
    if (value := getattr(scaling, other)) is not None:
        found.append(_problem(f"autoscaling.{other}", f"kind {serving.kind} has no such load", value, f"use {wanted}"))
    return found


def _rollout(serving: ServingSection) -> list[Problem]:
    rollout, count = serving.rollout, serving.initial_instance_count
    step = rollout.step_percent
    if rollout.type == "ALL_AT_ONCE":
        if step is None:
            return []
        return [
            _problem("rollout.step_percent", "ALL_AT_ONCE has no shares", step, "remove it, or use CANARY or LINEAR")
        ]
    found = []
    if step is None:
        found.append(_problem("rollout.step_percent", f"{rollout.type} needs it", None, "add the share of the fleet"))
    elif rollout.type == "LINEAR" and step < _LEAST_LINEAR_PERCENT:
        found.append(_problem("rollout.step_percent", "LINEAR takes 10 to 50", step, "use 10 or more, or CANARY"))
    if count == 1:
        rule = f"{rollout.type} moves half of the instances at most, so there must be 2"
        found.append(_problem("initial_instance_count", rule, count, "use 2 or more, or rollout.type ALL_AT_ONCE"))
    waits = 1 if rollout.type == "CANARY" or step is None else -(-100 // step)
    seconds = waits * rollout.wait_seconds + serving.bake_seconds
    if seconds > _LONGEST_ROLLOUT_SECONDS:
        most = _LONGEST_ROLLOUT_SECONDS
        rule = f"all waits of a rollout and bake_seconds together ({seconds} s) must be at most {most} s"
        found.append(
            _problem(
                "rollout.wait_seconds", rule, rollout.wait_seconds, "shorten one of them: the provider waits an hour"
            )
        )
    return found
