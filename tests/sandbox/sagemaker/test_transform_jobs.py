"""Transform jobs ask a model's own serving containers about every object below a prefix."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.slow

ROLE = "arn:aws:iam::123456789012:role/worker"
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/slipway-test/{}:1"

# answers each line of a request with its double; counts the requests that came
DOUBLING = b"""
import os
COUNT = []
def model_fn(folder):
    print("batch", os.environ.get("SAGEMAKER_BATCH"), flush=True)
    return None
def transform_fn(model, data, content_type, accept):
    text = data if isinstance(data, str) else data.decode()
    COUNT.append(text)
    if "bad" in text:
        raise ValueError("a bad row")
    if "die" in text:
        os._exit(4)
    return "\\n".join(str(2 * float(line.split(",")[0])) for line in text.splitlines()), accept
"""


def test_every_object_below_the_prefix_gets_its_results(world: Any, archive: Any) -> None:
    where = world.name("batch")
    world.put(f"{where}/in/a.csv", "1\n2\n")
    world.put(f"{where}/in/deep/b.csv", "3\n")
    queue = world.listen("SageMaker Transform Job State Change")
    job = transform(world, archive, where, split="Line", assemble="Line")
    ended = finished(world, job)
    assert ended["TransformJobStatus"] == "Completed", ended
    assert world.get(f"s3://lake/{where}/out/a.csv.out") == b"2.0\n4.0\n"
    assert world.get(f"s3://lake/{where}/out/deep/b.csv.out") == b"6.0\n"
    assert ended["TransformStartTime"] <= ended["TransformEndTime"]
    assert log(world, job) == ["batch true"]
    heard = world.heard(queue, lambda detail: detail["TransformJobStatus"] == "Completed")
    assert [each["resources"] for each in heard if each["detail"]["TransformJobName"] == job][-1] == [
        ended["TransformJobArn"]
    ]
    world.until(lambda: world.processes() == [], "the model's container to end")


def test_a_request_has_one_record_or_as_many_as_fit(world: Any, archive: Any) -> None:
    script = DOUBLING.replace(b'return "\\n".join', b'return str(len(COUNT)) + ":" + ";".join')
    results = {}
    for strategy in ("SingleRecord", "MultiRecord"):
        where = world.name("batch")
        world.put(f"{where}/in/a.csv", "1\n2\n3\n")
        job = transform(
            world, archive, where, script=script, split="Line", BatchStrategy=strategy, MaxConcurrentTransforms=1
        )
        assert finished(world, job)["TransformJobStatus"] == "Completed"
        results[strategy] = world.get(f"s3://lake/{where}/out/a.csv.out").decode()
    assert results == {"SingleRecord": "1:2.02:4.03:6.0", "MultiRecord": "1:2.0;4.0;6.0"}


def test_without_a_split_the_object_is_one_request_and_may_be_packed(world: Any, archive: Any) -> None:
    where = world.name("batch")
    world.put(f"{where}/in/a.csv", gzip.compress(b"1\n2\n"))
    job = transform(world, archive, where, compression="Gzip")
    assert finished(world, job)["TransformJobStatus"] == "Completed"
    assert world.get(f"s3://lake/{where}/out/a.csv.out") == b"2.0\n4.0"


def test_predictions_are_joined_to_their_records(world: Any, archive: Any) -> None:
    where = world.name("batch")
    world.put(f"{where}/in/a.csv", "id-1,1,x\nid-2,2,y\n")
    job = transform(
        world,
        archive,
        where,
        split="Line",
        assemble="Line",
        DataProcessing={"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"},
    )
    ended = finished(world, job)
    assert ended["TransformJobStatus"] == "Completed", ended
    assert world.get(f"s3://lake/{where}/out/a.csv.out") == b"id-1,2.0\nid-2,4.0\n"


def test_a_refused_object_fails_the_job_and_leaves_the_others_done(world: Any, archive: Any) -> None:
    where = world.name("batch")
    world.put(f"{where}/in/a.csv", "bad\n")
    world.put(f"{where}/in/b.csv", "3\n")
    ended = finished(world, transform(world, archive, where, split="Line"))
    assert ended["TransformJobStatus"] == "Failed"
    assert f"s3://lake/{where}/in/a.csv: the model answered 500: ValueError: a bad row" in ended["FailureReason"]
    assert world.keys(f"{where}/out") == [f"{where}/out/b.csv.out"]


def test_an_accident_of_the_model_is_asked_again(world: Any, archive: Any) -> None:
    where = world.name("batch")
    world.put(f"{where}/in/a.csv", "3\n")
    flaky = DOUBLING.replace(b'    if "bad" in text:', b"    if len(COUNT) < 3:")
    job = transform(world, archive, where, script=flaky, ModelClientConfig={"InvocationsMaxRetries": 2})
    assert finished(world, job)["TransformJobStatus"] == "Completed"
    assert world.get(f"s3://lake/{where}/out/a.csv.out") == b"6.0"


def test_a_container_that_dies_fails_the_job(world: Any, archive: Any) -> None:
    where = world.name("batch")
    world.put(f"{where}/in/a.csv", "die\n")
    ended = finished(world, transform(world, archive, where))
    assert (ended["TransformJobStatus"], ended["FailureReason"].split(":")[0]) == ("Failed", "AlgorithmError")


def test_a_container_that_cannot_start_fails_the_job_with_its_log(world: Any, archive: Any) -> None:
    where = world.name("batch")
    world.put(f"{where}/in/a.csv", "1\n")
    ended = finished(world, transform(world, archive, where, script=b"raise RuntimeError('no weights')"))
    assert "RuntimeError: no weights" in ended["FailureReason"]


def test_a_job_can_be_stopped(world: Any, archive: Any) -> None:
    where = world.name("batch")
    world.put(f"{where}/in/a.csv", "1\n")
    slow = DOUBLING.replace(b"    COUNT.append(text)", b"    import time; print('asked', flush=True); time.sleep(600)")
    job = transform(world, archive, where, script=slow)
    world.until(lambda: "asked" in log(world, job), "the request to come")
    world.sagemaker.stop_transform_job(TransformJobName=job)
    assert finished(world, job)["TransformJobStatus"] == "Stopped"
    assert world.keys(f"{where}/out") == []
    listed = world.sagemaker.list_transform_jobs(StatusEquals="Stopped", NameContains=job)["TransformJobSummaries"]
    assert [each["TransformJobName"] for each in listed] == [job]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"split": "RecordIO"}, "SplitType RecordIO is not in the sandbox"),
        ({"data": "AugmentedManifestFile"}, "S3DataType AugmentedManifestFile is not in the sandbox"),
        ({"ModelName": "no-such-model"}, "Could not find model"),
        ({"DataProcessing": {"InputFilter": "$..deep"}}, "is not understood"),
        ({"DataCaptureConfig": {"DestinationS3Uri": "s3://lake/c"}}, "is not in the sandbox"),
    ],
)
def test_what_cannot_be_done_is_refused_at_once(world: Any, archive: Any, change: dict[str, Any], told: str) -> None:
    with pytest.raises(ClientError, match=told):
        transform(world, archive, world.name("batch"), **change)


def transform(
    world: Any,
    archive: Any,
    where: str,
    *,
    script: bytes = DOUBLING,
    split: str = "None",
    assemble: str = "None",
    compression: str = "None",
    data: str = "S3Prefix",
    **params: Any,
) -> str:
    """Create a model of a script and a job that asks it about WHERE/in/; return the job's name."""
    name: str = world.name("job")
    model = world.put(f"{where}/model.tar.gz", archive({"code/inference.py": script}))
    container = {"Image": IMAGE.format("foreign"), "ModelDataUrl": model}
    world.sagemaker.create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer=container)
    given = {
        "ModelName": name,
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": data, "S3Uri": f"s3://lake/{where}/in/"}},
            "ContentType": "text/csv",
            "SplitType": split,
            "CompressionType": compression,
        },
        "TransformOutput": {
            "S3OutputPath": f"s3://lake/{where}/out",
            "Accept": "text/csv",
            "AssembleWith": assemble,
        },
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        "ModelClientConfig": {"InvocationsMaxRetries": 0},
        **params,
    }
    world.sagemaker.create_transform_job(TransformJobName=name, **given)
    return name


def finished(world: Any, job: str) -> dict[str, Any]:
    """Wait for a job's end."""

    def ended() -> dict[str, Any] | None:
        described: dict[str, Any] = world.sagemaker.describe_transform_job(TransformJobName=job)
        return described if described["TransformJobStatus"] in {"Completed", "Failed", "Stopped"} else None

    found: dict[str, Any] = world.until(ended, f"the end of {job}")
    return found


def log(world: Any, job: str) -> list[str]:
    """Return a job's lines."""
    lines: list[str] = world.log("/aws/sagemaker/TransformJobs", f"{job}/")
    return lines
