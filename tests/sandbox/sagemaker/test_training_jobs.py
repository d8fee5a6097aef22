"""Training jobs run real processes with the container's contract."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.slow

# what a script needs to find its folders, whether or not it has an /opt/ml of its own
ROOT = "import json, os, pathlib, sys, time; root = pathlib.Path(os.environ.get('SLIPWAY_ML_ROOT', '/opt/ml'))\n"


def test_a_job_leaves_its_model_its_log_and_its_metrics(world: Any) -> None:
    job = world.train(
        ROOT
        + "for step in range(3): print(f'step {step} auc=0.{step + 5}')\n"
        + "(root / 'model/model.txt').write_text('weights')\n"
        + "(root / 'output/data/report.txt').write_text('fine')\n",
        algorithm={"MetricDefinitions": [{"Name": "auc", "Regex": "auc=([0-9.]+)"}]},
    )
    ended = world.finished(job)
    assert ended["TrainingJobStatus"] == "Completed", ended.get("FailureReason")
    assert ended["ModelArtifacts"]["S3ModelArtifacts"] == f"s3://lake/models/{job}/output/model.tar.gz"
    assert world.members(ended["ModelArtifacts"]["S3ModelArtifacts"]) == {"model.txt": b"weights"}
    assert world.members(f"s3://lake/models/{job}/output/output.tar.gz") == {"report.txt": b"fine"}
    assert world.job_log(job) == ["step 0 auc=0.5", "step 1 auc=0.6", "step 2 auc=0.7"]
    assert [(each["MetricName"], each["Value"]) for each in ended["FinalMetricDataList"]] == [
        ("auc", pytest.approx(0.7))
    ]
    metrics = world.client("cloudwatch").list_metrics(
        Namespace="/aws/sagemaker/TrainingJobs", Dimensions=[{"Name": "TrainingJobName", "Value": job}]
    )["Metrics"]
    assert {each["MetricName"] for each in metrics} == {"auc"}


def test_a_job_passes_through_sagemakers_statuses_in_order(world: Any) -> None:
    ended = world.finished(world.train("print('done')"))
    transitions = ended["SecondaryStatusTransitions"]
    assert [each["Status"] for each in transitions] == [
        "Starting",
        "Downloading",
        "Training",
        "Uploading",
        "Completed",
    ]
    assert all(each["StartTime"] <= each["EndTime"] for each in transitions)
    assert ended["BillableTimeInSeconds"] == ended["TrainingTimeInSeconds"] >= 1


def test_a_job_finds_the_contracts_files_and_variables(world: Any) -> None:
    world.put("data/a/one.csv", "1\n")
    world.put("data/two.csv", "2\n")
    script = ROOT + (
        "found = {file.name: json.loads(file.read_text()) for file in (root / 'input/config').iterdir()}\n"
        "data = root / 'input/data/train'\n"
        "found['data'] = sorted(str(file.relative_to(data)) for file in data.rglob('*.csv'))\n"
        "found['env'] = {name: os.environ[name] for name in ('TRAINING_JOB_NAME', 'MINE', 'AWS_REGION')}\n"
        "print(json.dumps(found))\n"
    )
    job = world.train(
        script,
        HyperParameters={"rounds": "10"},
        Environment={"MINE": "yes"},
        InputDataConfig=[world.channel("train", "s3://lake/data/")],
    )
    assert world.finished(job)["TrainingJobStatus"] == "Completed"
    found = json.loads(world.job_log(job)[0])
    assert found["hyperparameters.json"] == {"rounds": "10"}
    assert found["inputdataconfig.json"]["train"]["TrainingInputMode"] == "File"
    assert found["resourceconfig.json"]["hosts"] == ["algo-1"]
    assert found["data"] == ["a/one.csv", "two.csv"]
    assert found["env"] == {"TRAINING_JOB_NAME": job, "MINE": "yes", "AWS_REGION": "us-east-1"}


def test_a_manifest_names_what_is_brought(world: Any) -> None:
    world.put("flights/01/f.txt", "january")
    world.put("flights/02/f.txt", "february")
    manifest = world.put("m/1.manifest", json.dumps([{"prefix": "s3://lake/flights/"}, "02/f.txt"]))
    job = world.train(
        ROOT + "print(*[file.read_text() for file in sorted((root / 'input/data/train').rglob('*.txt'))])",
        InputDataConfig=[world.channel("train", manifest, S3DataType="ManifestFile")],
    )
    world.finished(job)
    assert world.job_log(job) == ["february"]


def test_a_container_reads_and_writes_s3_by_its_own_boto3(world: Any) -> None:
    key = world.name("by-the-container")
    job = world.train(f"import boto3; boto3.client('s3').put_object(Bucket='lake', Key={key!r}, Body=b'hello')")
    assert world.finished(job)["TrainingJobStatus"] == "Completed", world.job_log(job)
    assert world.get(f"s3://lake/{key}") == b"hello"


def test_the_failure_file_becomes_the_reason(world: Any) -> None:
    job = world.train(ROOT + "(root / 'output/failure').write_text('no row is valid'); sys.exit(3)")
    ended = world.finished(job)
    assert (ended["TrainingJobStatus"], ended["FailureReason"]) == (
        "Failed",
        "AlgorithmError: no row is valid, exit code: 3",
    )
    with pytest.raises(ClientError, match="NoSuchKey"):
        world.get(ended["ModelArtifacts"]["S3ModelArtifacts"])


def test_without_a_failure_file_the_reason_quotes_the_log(world: Any) -> None:
    ended = world.finished(world.train("raise ValueError('column missing')"))
    assert "ValueError: column missing" in ended["FailureReason"]
    assert ended["FailureReason"].endswith("exit code: 1")


@pytest.mark.parametrize(
    ("image", "told"),
    [("xgboost", "xgboost/Dockerfile does not exist"), ("training", None)],
)
def test_an_image_runs_by_the_projects_dockerfile(world: Any, image: str, told: str | None) -> None:
    uri = f"123456789012.dkr.ecr.us-east-1.amazonaws.com/{image}:1"
    job = world.train("", algorithm={"TrainingImage": uri, "ContainerEntrypoint": None})
    ended = world.finished(job)
    if told is None:
        assert (ended["TrainingJobStatus"], world.job_log(job)) == ("Completed", ["ran train"])
    else:
        assert told in ended["FailureReason"]


def test_deployed_code_shadows_the_images_own(world: Any, archive: Callable[[dict[str, bytes]], bytes]) -> None:
    files = {"training/__init__.py": b"", "training/__main__.py": b"import sys; print('deployed', *sys.argv[1:])"}
    code = world.put("code/training/0123.tar.gz", archive(files))
    unpack = "mkdir -p /opt/ml/code && tar -xzf /opt/ml/input/data/code/*.tar.gz -C /opt/ml/code"
    algorithm = {
        "TrainingImage": "123456789012.dkr.ecr.us-east-1.amazonaws.com/slipway-dev/training:1",
        "ContainerEntrypoint": ["/bin/sh", "-c"],
        "ContainerArguments": [f"{unpack} && exec python -m training train"],
    }
    job = world.train("", algorithm=algorithm, InputDataConfig=[world.channel("code", code)])
    assert world.finished(job)["TrainingJobStatus"] == "Completed", world.job_log(job)
    assert world.job_log(job) == ["deployed train"]


def test_jobs_are_listed_by_status(world: Any) -> None:
    job = world.train("import sys; sys.exit(1)")
    world.finished(job)
    listed = world.sagemaker.list_training_jobs(StatusEquals="Failed", NameContains=job)["TrainingJobSummaries"]
    assert [each["TrainingJobName"] for each in listed] == [job]


def test_a_channel_without_data_fails_the_job(world: Any) -> None:
    job = world.train("pass", InputDataConfig=[world.channel("train", "s3://lake/nothing-here/")])
    ended = world.finished(job)
    assert ended["FailureReason"] == (
        "ClientError: Data download failed: channel train: no object below s3://lake/nothing-here/"
    )


def test_a_job_without_instances_fails_and_says_that_there_is_no_capacity(world: Any) -> None:
    assert world.control("fault", "add", "capacity", "sagemaker:CreateTrainingJob", "--times", "1").returncode == 0
    ended = world.finished(world.train("pass"))
    assert ended["FailureReason"].startswith("CapacityError: Unable to provision requested ML compute capacity")
    assert "TrainingStartTime" not in ended


def test_a_stopped_job_may_save_its_work(world: Any) -> None:
    script = ROOT + (
        "import signal\n"
        "def save(*_):\n"
        "    (root / 'model/part.txt').write_text('half'); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, save)\n"
        "print('ready'); time.sleep(60)\n"
    )
    job = world.train(script)
    world.until(lambda: has_line(world, job, "ready"), "the job to be ready")
    world.sagemaker.stop_training_job(TrainingJobName=job)
    ended = world.finished(job)
    assert (ended["TrainingJobStatus"], ended["SecondaryStatus"]) == ("Stopped", "Stopped")
    assert world.members(ended["ModelArtifacts"]["S3ModelArtifacts"]) == {"part.txt": b"half"}


def test_a_child_of_a_shell_gets_its_grace_too(world: Any) -> None:
    script = ROOT + (
        "import signal\n"
        "def save(*_):\n"
        "    time.sleep(0.3); (root / 'model/part.txt').write_text('half'); os._exit(0)\n"
        "signal.signal(signal.SIGTERM, save)\n"
        "print('ready', flush=True); time.sleep(60)\n"
    )
    entry = ["/bin/sh", "-c", "python /opt/ml/input/data/script/main.py && echo never"]
    job = world.train(script, algorithm={"ContainerEntrypoint": entry})
    world.until(lambda: has_line(world, job, "ready"), "the job to be ready")
    world.sagemaker.stop_training_job(TrainingJobName=job)
    ended = world.finished(job)
    assert world.members(ended["ModelArtifacts"]["S3ModelArtifacts"]) == {"part.txt": b"half"}


def test_the_maximum_runtime_ends_a_job(world: Any) -> None:
    ended = world.finished(world.train("import time; time.sleep(60)", runtime=1))
    assert (ended["TrainingJobStatus"], ended["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")


def test_a_job_leaves_no_process_behind(world: Any) -> None:
    mark = world.name("mark")
    script = f"import subprocess; subprocess.Popen(['sleep', '600'], env={{'MARK': {mark!r}}}); print('gone')"
    world.finished(world.train(script))
    assert not has_process(f"MARK={mark}")


def test_a_name_is_taken_until_its_job_is_deleted(world: Any) -> None:
    job = world.train("pass")
    with pytest.raises(world.sagemaker.exceptions.ResourceInUse):
        world.train("pass", name=job)
    world.finished(job)
    world.sagemaker.delete_training_job(TrainingJobName=job)
    with pytest.raises(world.sagemaker.exceptions.ResourceNotFound):
        world.sagemaker.describe_training_job(TrainingJobName=job)
    assert world.finished(world.train("pass", name=job))["TrainingJobStatus"] == "Completed"


def test_a_running_job_is_not_deleted(world: Any) -> None:
    job = world.train("import time; time.sleep(60)")
    with pytest.raises(world.sagemaker.exceptions.ResourceInUse):
        world.sagemaker.delete_training_job(TrainingJobName=job)
    world.sagemaker.stop_training_job(TrainingJobName=job)
    world.finished(job)


def test_a_script_runs_as_the_toolkit_would_run_it(world: Any, archive: Callable[[dict[str, bytes]], bytes]) -> None:
    code = b"import helper, os, sys; print(helper.word, *sys.argv[1:], os.environ['SM_HP_LR'])"
    files = {"train.py": code, "helper.py": b"word = 'helped'", "requirements.txt": b"torch"}
    location = world.put("code/sourcedir.tar.gz", archive(files))
    hyperparameters = {
        "sagemaker_program": '"train.py"',
        "sagemaker_submit_directory": json.dumps(location),
        "lr": "0.1",
    }
    job = world.train("", algorithm={"ContainerEntrypoint": None}, HyperParameters=hyperparameters)
    assert world.finished(job)["TrainingJobStatus"] == "Completed", world.job_log(job)
    lines = world.job_log(job)
    assert lines[0].startswith("[slipway] requirements.txt is not installed")
    assert lines[-1] == "helped --lr 0.1 0.1"


def test_checkpoints_come_and_go(world: Any) -> None:
    prefix = world.name("checkpoints")
    world.put(f"{prefix}/old.txt", "1")
    job = world.train(
        ROOT + "place = root / 'checkpoints'; (place / 'new.txt').write_text((place / 'old.txt').read_text() + '2')",
        CheckpointConfig={"S3Uri": f"s3://lake/{prefix}"},
    )
    assert world.finished(job)["TrainingJobStatus"] == "Completed", world.job_log(job)
    assert world.get(f"s3://lake/{prefix}/new.txt") == b"12"


def test_a_checkpoint_whose_key_is_an_absolute_path_stays_in_the_jobs_folder(world: Any, tmp_path: Path) -> None:
    prefix, target = world.name("checkpoints"), tmp_path / "planted.txt"
    world.put(f"{prefix}/{target}", "x")
    script = ROOT + f"print((root / 'checkpoints' / '{target}'.lstrip('/')).read_text())"
    job = world.train(script, CheckpointConfig={"S3Uri": f"s3://lake/{prefix}"})
    assert world.finished(job)["TrainingJobStatus"] == "Completed", world.job_log(job)
    assert not target.exists()


def test_a_job_that_is_seen_to_have_ended_has_no_files_left(world: Any) -> None:
    script = ROOT + "[(root / f'output/intermediate/{number}').touch() for number in range(30_000)]"
    job = world.train(script)
    assert world.finished(job)["TrainingJobStatus"] == "Completed", world.job_log(job)
    assert list((world.state / "work/training").glob(f"*/*/{job}")) == []


def test_two_instances_share_a_sharded_channel(world: Any) -> None:
    prefix = world.name("shards")
    for number in range(4):
        world.put(f"{prefix}/{number}.txt", str(number))
    script = ROOT + (
        "host = json.loads((root / 'input/config/resourceconfig.json').read_text())['current_host']\n"
        "files = sorted((root / 'input/data/train').iterdir())\n"
        "(root / f'model/{host}.txt').write_text(''.join(file.read_text() for file in files))\n"
    )
    channel = world.channel("train", f"s3://lake/{prefix}/", S3DataDistributionType="ShardedByS3Key")
    ended = world.finished(world.train(script, instances=2, InputDataConfig=[channel]))
    assert world.members(ended["ModelArtifacts"]["S3ModelArtifacts"]) == {"algo-1.txt": b"02", "algo-2.txt": b"13"}


def test_a_failing_instance_ends_the_others(world: Any) -> None:
    script = ROOT + (
        "host = json.loads((root / 'input/config/resourceconfig.json').read_text())['current_host']\n"
        "sys.exit(5) if host == 'algo-2' else time.sleep(60)\n"
    )
    ended = world.finished(world.train(script, instances=2))
    assert ended["FailureReason"].endswith("exit code: 5")


def test_equal_models_pack_to_equal_bytes(world: Any) -> None:
    script = ROOT + "(root / 'model/model.txt').write_text('weights')"
    uris = [world.finished(world.train(script))["ModelArtifacts"]["S3ModelArtifacts"] for _ in range(2)]
    assert world.get(uris[0]) == world.get(uris[1])


def test_event_bridge_hears_of_every_state(world: Any) -> None:
    name = world.name("heard")
    sqs, events = world.client("sqs"), world.client("events")
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {"source": ["aws.sagemaker"], "detail-type": ["SageMaker Training Job State Change"]}
    events.put_rule(Name=name, EventPattern=json.dumps(pattern), State="ENABLED")
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
    job = world.train("pass", Tags=[{"Key": "team", "Value": "a"}])
    world.finished(job)
    states: list[str] = []

    def heard() -> bool:
        for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
            event = json.loads(message["Body"])
            if event["detail"]["TrainingJobName"] == job:
                assert event["resources"] == [event["detail"]["TrainingJobArn"]]
                assert event["detail"]["Tags"] == {"team": "a"}
                states.append(event["detail"]["SecondaryStatus"])
        return "Completed" in states

    world.until(heard, "the event of the end")
    assert set(states) == {"Starting", "Downloading", "Training", "Uploading", "Completed"}
    events.remove_targets(Rule=name, Ids=["queue"])
    events.delete_rule(Name=name)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"algorithm": {"TrainingInputMode": "Pipe"}}, "Pipe is not in the sandbox"),
        ({"algorithm": {"MetricDefinitions": [{"Name": "a", "Regex": "("}]}}, "does not compile"),
        ({"algorithm": {"TrainingImage": None}}, "Either AlgorithmName or TrainingImage"),
        ({"instances": 9}, "at most 4 instances"),
    ],
)
def test_what_cannot_run_is_refused_at_once(world: Any, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ClientError, match=told):
        world.train("pass", **changes)


def has_line(world: Any, job: str, line: str) -> bool:
    """Tell whether a job has logged a line yet."""
    try:
        return line in world.job_log(job)
    except ClientError:
        return False


def has_process(variable: str) -> bool:
    """Tell whether any process has a variable in its environment."""
    from pathlib import Path  # noqa: PLC0415

    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if variable.encode() in (entry / "environ").read_bytes().split(b"\0"):
                return True
        except OSError:
            continue
    return False
