"""The sandbox stops, starts and is killed: endpoints come back, jobs get an end, no process stays."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.slow


def test_an_endpoint_comes_back_though_its_model_was_deleted(own_world: Any) -> None:
    world = own_world
    config = world.config({"who": "again"})
    endpoint = world.deploy(config)
    (variant,) = world.sagemaker.describe_endpoint_config(EndpointConfigName=config)["ProductionVariants"]
    world.sagemaker.delete_model(ModelName=variant["ModelName"])
    world.sagemaker.delete_endpoint_config(EndpointConfigName=config)
    world.down()
    assert world.processes() == []

    world.up()
    world.settled(endpoint)
    assert answers(world, endpoint) == "again"


def test_a_killed_sandbox_takes_its_processes_along_and_recovers(own_world: Any) -> None:
    world = own_world
    endpoint = world.deploy(world.config({"who": "again"}))
    job = world.train("import time; print('ready'); time.sleep(600)")
    world.until(lambda: running(world, job) and len(world.processes()) == 2, "endpoint and job to run")
    os.kill(world.up()["pid"], signal.SIGKILL)
    world.until(lambda: world.processes() == [], "the containers to end")

    world.up()
    ended = world.finished(job)
    assert ended["TrainingJobStatus"] == "Failed"
    assert "the sandbox was stopped while the job ran" in ended["FailureReason"]
    assert answers(world, endpoint) == "again"


def test_an_update_that_meets_an_endpoint_on_its_way_back_waits_for_it(own_world: Any) -> None:
    world = own_world
    endpoint = world.deploy(world.config({"who": "old"}))
    config = world.config({"who": "new"})
    world.down()
    world.up()
    world.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=config)
    described = world.settled(endpoint)
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", config), described
    assert answers(world, endpoint) == "new"
    assert len(world.processes()) == 1


def test_an_endpoint_can_be_deleted_on_its_way_back(own_world: Any) -> None:
    world = own_world
    endpoint = world.deploy(world.config({"who": "old"}))
    world.down()
    world.up()
    world.delete(endpoint)
    assert world.processes() == []


def test_stopping_the_sandbox_fails_a_running_job(own_world: Any) -> None:
    world = own_world
    job = world.train("import time; time.sleep(600)")
    world.until(lambda: running(world, job), "the job to run")
    world.down()
    assert world.processes() == []
    world.up()
    assert "the sandbox was stopped" in world.finished(job)["FailureReason"]


def running(world: Any, job: str) -> bool:
    """Tell whether a job's process runs."""
    return world.sagemaker.describe_training_job(TrainingJobName=job)["SecondaryStatus"] == "Training" and bool(
        world.processes()
    )


def answers(world: Any, endpoint: str) -> str:
    """Ask until the endpoint is back, and return who answers."""

    def ask() -> str | None:
        try:
            who: str = world.ask(endpoint)[0]
        except ClientError:
            return None
        return who

    found: str = world.until(ask, "the endpoint to answer")
    return found
