"""Processing jobs run real processes between objects of S3."""

from __future__ import annotations

import json
import os
import signal
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.slow

ROLE = "arn:aws:iam::123456789012:role/worker"
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/slipway-test/{}:1"
# what a script needs to find its folders, whether or not it has an /opt/ml of its own
ROOT = "import json, os, pathlib, sys, time; root = pathlib.Path(os.environ.get('SLIPWAY_ML_ROOT', '/opt/ml'))\n"
TERMINAL = {"Completed", "Failed", "Stopped"}


def test_a_job_reads_its_inputs_and_leaves_its_outputs(world: Any) -> None:
    world.put("raw/a/one.csv", "1\n")
    world.put("raw/two.csv", "2\n")
    where = world.name("out")
    job = process(
        world,
        ROOT
        + "data = root / 'processing/input/raw'\n"
        + "names = sorted(str(each.relative_to(data)) for each in data.rglob('*.csv'))\n"
        + "(root / 'processing/output/names/list.json').write_text(json.dumps(names))\n"
        + "(root / 'output/message').write_text('2 files')\n"
        + "print('args', *sys.argv[1:], os.environ['MINE'])\n",
        inputs={"raw": "s3://lake/raw/"},
        outputs={"names": f"s3://lake/{where}"},
        arguments=["--fast"],
        Environment={"MINE": "yes"},
    )
    ended = finished(world, job)
    assert (ended["ProcessingJobStatus"], ended["ExitMessage"]) == ("Completed", "2 files"), ended
    assert json.loads(world.get(f"s3://lake/{where}/list.json")) == ["a/one.csv", "two.csv"]
    assert log(world, job) == ["args --fast yes"]
    assert ended["ProcessingStartTime"] <= ended["ProcessingEndTime"]


def test_a_job_finds_what_it_was_asked_for_and_who_its_hosts_are(world: Any) -> None:
    script = ROOT + "print((root / 'config/processingjobconfig.json').read_text().replace(chr(10), ''))\n"
    script += "print((root / 'config/resourceconfig.json').read_text())\n"
    job = process(world, script, instances=2)
    arn = finished(world, job)["ProcessingJobArn"]
    lines = [json.loads(line) for line in log(world, job)]
    documents = [each for each in lines if "ProcessingJobArn" in each]
    hosts = sorted((each["current_host"], *each["hosts"]) for each in lines if "hosts" in each)
    assert hosts == [("algo-1", "algo-1", "algo-2"), ("algo-2", "algo-1", "algo-2")]
    assert [each["ProcessingJobArn"] for each in documents] == [arn, arn]
    (code,) = documents[0]["ProcessingInputs"]
    assert code["S3Input"]["S3DataDistributionType"] == "FullyReplicated"


def test_hosts_share_the_objects_that_are_sharded(world: Any) -> None:
    where = world.name("shards")
    for number in range(4):
        world.put(f"{where}/{number}.txt", "x")
    manifest = world.put(
        f"{where}.manifest", json.dumps([{"prefix": f"s3://lake/{where}/"}, "0.txt", "1.txt", "2.txt"])
    )
    job = process(
        world,
        ROOT + "print(len(list((root / 'processing/input/raw').iterdir())))",
        inputs={"raw": manifest},
        source={"S3DataType": "ManifestFile", "S3DataDistributionType": "ShardedByS3Key"},
        instances=2,
    )
    assert finished(world, job)["ProcessingJobStatus"] == "Completed"
    assert sorted(log(world, job)) == ["1", "2"]


def test_an_image_without_an_entrypoint_of_the_job_runs_its_own_command(world: Any) -> None:
    (world.project / "cleaning").mkdir()
    recipe = 'FROM python:3.11-slim\nENTRYPOINT ["python", "-c"]\nCMD ["print(\'cleaned\')"]\n'
    (world.project / "cleaning/Dockerfile").write_text(recipe, encoding="utf-8")
    job = process(world, "", AppSpecification={"ImageUri": IMAGE.format("cleaning")})
    assert finished(world, job)["ProcessingJobStatus"] == "Completed", log(world, job)
    assert log(world, job) == ["cleaned"]


def test_a_failure_is_told_by_the_message_and_leaves_no_output(world: Any) -> None:
    where = world.name("out")
    script = ROOT + (
        "(root / 'processing/output/names/part.txt').write_text('half')\n"
        "(root / 'output/message').write_text('no row is valid'); sys.exit(3)\n"
    )
    job = process(world, script, outputs={"names": f"s3://lake/{where}"})
    ended = finished(world, job)
    assert (ended["ProcessingJobStatus"], ended["FailureReason"], ended["ExitMessage"]) == (
        "Failed",
        "AlgorithmError: no row is valid, exit code: 3",
        "no row is valid",
    )
    assert world.keys(where) == []


def test_continuous_output_is_there_though_the_job_failed(world: Any) -> None:
    where = world.name("out")
    script = ROOT + "(root / 'processing/output/names/part.txt').write_text('half'); sys.exit(3)\n"
    job = process(world, script, outputs={"names": f"s3://lake/{where}"}, upload="Continuous")
    assert finished(world, job)["ProcessingJobStatus"] == "Failed"
    assert world.get(f"s3://lake/{where}/part.txt") == b"half"


def test_an_input_without_objects_fails_the_job(world: Any) -> None:
    ended = finished(world, process(world, "", inputs={"raw": "s3://lake/nothing-here/"}))
    assert "no object below s3://lake/nothing-here/" in ended["FailureReason"]


def test_a_stopped_job_is_stopping_then_stopped(world: Any) -> None:
    job = process(world, "import time; print('ready', flush=True); time.sleep(600)")
    world.until(lambda: "ready" in log(world, job), "the job to be ready")
    world.sagemaker.stop_processing_job(ProcessingJobName=job)
    assert finished(world, job)["ProcessingJobStatus"] == "Stopped"
    with pytest.raises(ClientError, match="in status Stopped"):
        world.sagemaker.stop_processing_job(ProcessingJobName=job)


def test_a_job_over_its_maximum_runtime_is_stopped_and_says_why(world: Any) -> None:
    ended = finished(world, process(world, "import time; time.sleep(600)", runtime=1))
    assert (ended["ProcessingJobStatus"], ended["FailureReason"]) == (
        "Stopped",
        "the job ran longer than its MaxRuntimeInSeconds of 1",
    )


def test_jobs_are_listed_by_status_tagged_and_deleted(world: Any) -> None:
    job = process(world, "", Tags=[{"Key": "team", "Value": "a"}])
    arn = finished(world, job)["ProcessingJobArn"]
    found = world.sagemaker.list_processing_jobs(StatusEquals="Completed", NameContains=job)
    assert [each["ProcessingJobArn"] for each in found["ProcessingJobSummaries"]] == [arn]
    assert world.sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "a"}]
    with pytest.raises(world.sagemaker.exceptions.ResourceInUse):
        process(world, "", ProcessingJobName=job)
    world.sagemaker.delete_processing_job(ProcessingJobName=job)
    with pytest.raises(world.sagemaker.exceptions.ResourceNotFound):
        world.sagemaker.describe_processing_job(ProcessingJobName=job)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"LocalPath": "/tmp/x"}, "LocalPath must be /opt/ml/processing or below it"),  # noqa: S108
        ({"LocalPath": "/opt/ml/processing/../model"}, "LocalPath must be /opt/ml/processing or below it"),
        ({"S3InputMode": "Pipe"}, "S3InputMode Pipe is not in the sandbox"),
        ({"S3CompressionType": "Gzip"}, "is for S3InputMode Pipe only"),
    ],
)
def test_what_cannot_be_done_is_refused_at_once(world: Any, change: dict[str, str], told: str) -> None:
    with pytest.raises(ClientError, match=told):
        process(world, "", inputs={"raw": "s3://lake/raw/"}, source=change)


def test_every_state_is_an_event(world: Any) -> None:
    queue = world.listen("SageMaker Processing Job State Change")
    job = process(world, "")
    finished(world, job)
    found = world.heard(queue, lambda detail: detail["ProcessingJobStatus"] == "Completed")
    states = [each["detail"]["ProcessingJobStatus"] for each in found if job in json.dumps(each)]
    assert (states[0], states[-1]) == ("InProgress", "Completed")


def test_a_killed_sandbox_fails_its_processing_jobs(own_world: Any) -> None:
    world = own_world
    job = process(world, "import time; print('ready', flush=True); time.sleep(600)")
    world.until(world.processes, "the job to run")
    os.kill(world.up()["pid"], signal.SIGKILL)
    world.until(lambda: world.processes() == [], "the container to end")
    world.up()
    assert "the sandbox was stopped while the job ran" in finished(world, job)["FailureReason"]


def process(
    world: Any,
    script: str,
    *,
    inputs: dict[str, str] | None = None,
    source: dict[str, str] | None = None,
    outputs: dict[str, str] | None = None,
    upload: str = "EndOfJob",
    arguments: list[str] | None = None,
    instances: int = 1,
    runtime: int = 60,
    **params: Any,
) -> str:
    """Create a job that runs a Python script, brought by an input of its own; return the job's name."""
    name: str = params.pop("ProcessingJobName", world.name("job"))
    code = world.put(f"scripts/{name}/main.py", script)

    def taken(input_name: str, uri: str, **more: str) -> dict[str, Any]:
        place = {"S3Uri": uri, "LocalPath": f"/opt/ml/processing/input/{input_name}", "S3DataType": "S3Prefix"}
        return {"InputName": input_name, "S3Input": {**place, "S3InputMode": "File", **more}}

    given = {
        "AppSpecification": {
            "ImageUri": IMAGE.format("anything"),
            "ContainerEntrypoint": ["python", "/opt/ml/processing/input/code/main.py"],
            **({"ContainerArguments": arguments} if arguments else {}),
        },
        "ProcessingInputs": [
            taken("code", code),
            *(taken(each, uri, **(source or {})) for each, uri in (inputs or {}).items()),
        ],
        "ProcessingResources": {
            "ClusterConfig": {"InstanceType": "ml.m5.large", "InstanceCount": instances, "VolumeSizeInGB": 5}
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": runtime},
        "RoleArn": ROLE,
        **params,
    }
    if outputs:
        given["ProcessingOutputConfig"] = {
            "Outputs": [
                {
                    "OutputName": each,
                    "S3Output": {
                        "S3Uri": uri,
                        "LocalPath": f"/opt/ml/processing/output/{each}",
                        "S3UploadMode": upload,
                    },
                }
                for each, uri in outputs.items()
            ]
        }
    world.sagemaker.create_processing_job(ProcessingJobName=name, **given)
    return name


def finished(world: Any, job: str) -> dict[str, Any]:
    """Wait for a job's end."""

    def ended() -> dict[str, Any] | None:
        described: dict[str, Any] = world.sagemaker.describe_processing_job(ProcessingJobName=job)
        return described if described["ProcessingJobStatus"] in TERMINAL else None

    found: dict[str, Any] = world.until(ended, f"the end of {job}")
    return found


def log(world: Any, job: str) -> list[str]:
    """Return a job's lines."""
    lines: list[str] = world.log("/aws/sagemaker/ProcessingJobs", f"{job}/")
    return lines
