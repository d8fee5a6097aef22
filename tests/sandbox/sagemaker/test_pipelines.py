"""Pipeline executions create real jobs, step by step."""

from __future__ import annotations

import json
import os
import signal
from itertools import pairwise
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.slow

ROLE = "arn:aws:iam::123456789012:role/worker"
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/slipway-test/{}:1"
ROOT = "import json, os, pathlib, sys, time; root = pathlib.Path(os.environ.get('SLIPWAY_ML_ROOT', '/opt/ml'))\n"
ENDED = {"Succeeded", "Failed", "Stopped"}

# writes the score that it is told into a property file
SCORE = ROOT + "(root / 'processing/out/score.json').write_text(json.dumps({'auc': {'value': float(sys.argv[1])}}))\n"
SLEEP = "import time; print('ready', flush=True); time.sleep(600)"


def test_a_condition_on_a_property_file_decides_which_branch_runs(world: Any) -> None:
    name = pipeline(world, scoring(world))
    good, bad = (run(world, name, score=score) for score in ("0.9", "0.1"))
    assert (good["PipelineExecutionStatus"], bad["PipelineExecutionStatus"]) == ("Succeeded", "Failed")
    assert bad["FailureReason"] == "Step failure: One or multiple steps failed."
    assert statuses(world, good) == {"score": "Succeeded", "good-enough": "Succeeded", "model": "Succeeded"}
    assert statuses(world, bad) == {"score": "Succeeded", "good-enough": "Succeeded", "stop": "Failed"}
    condition, stop = steps(world, bad)["good-enough"], steps(world, bad)["stop"]
    assert condition["Metadata"] == {"Condition": {"Outcome": "False"}}
    assert stop["Metadata"] == {"Fail": {"ErrorMessage": "the score is 0.1"}}
    assert stop["FailureReason"] == "the score is 0.1"
    execution = good["PipelineExecutionArn"].rpartition("/")[2]
    (made,) = world.sagemaker.list_models(NameContains=execution)["Models"]
    assert made["ModelArn"] == steps(world, good)["model"]["Metadata"]["Model"]["Arn"]
    container = world.sagemaker.describe_model(ModelName=made["ModelName"])["PrimaryContainer"]
    assert container["Environment"] == {"SCORE": "0.9"}


def test_the_same_work_is_not_done_twice(world: Any) -> None:
    name = pipeline(world, scoring(world))
    first, second, third = (run(world, name, score=score) for score in ("0.9", "0.9", "0.8"))
    hit = steps(world, second)["score"]
    assert hit["CacheHitResult"] == {"SourcePipelineExecutionArn": first["PipelineExecutionArn"]}
    assert hit["Metadata"] == steps(world, first)["score"]["Metadata"]
    assert "AttemptCount" not in hit
    assert "CacheHitResult" not in steps(world, third)["score"]


def test_jobs_are_named_after_execution_and_step(world: Any) -> None:
    done = run(world, pipeline(world, scoring(world)), score="0.9")
    arn = steps(world, done)["score"]["Metadata"]["ProcessingJob"]["Arn"]
    execution = done["PipelineExecutionArn"].rpartition("/")[2]
    assert f":processing-job/pipelines-{execution}-score-" in arn
    job = next(
        each
        for each in world.sagemaker.list_processing_jobs(NameContains=execution)["ProcessingJobSummaries"]
        if each["ProcessingJobArn"] == arn
    )
    assert job["ProcessingJobStatus"] == "Completed"


def test_a_failed_execution_goes_on_where_it_failed_when_it_is_retried(world: Any) -> None:
    where = world.name("late")
    code = world.put(f"{where}/code/main.py", "")
    late = processing(code, extra={"late": f"s3://lake/{where}/data/"})
    name = pipeline(world, {"Steps": [step("first", processing(code)), step("second", late, DependsOn=["first"])]})
    failed = run(world, name)
    assert statuses(world, failed) == {"first": "Succeeded", "second": "Failed"}
    assert "no object below" in steps(world, failed)["second"]["FailureReason"]
    before = steps(world, failed)["first"]

    world.put(f"{where}/data/x.txt", "x")
    arn = failed["PipelineExecutionArn"]
    world.sagemaker.retry_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken="r" * 32)
    retried = ended(world, arn)
    assert retried["PipelineExecutionStatus"] == "Succeeded"
    assert "FailureReason" not in retried
    assert steps(world, retried)["first"] == before
    with pytest.raises(ClientError, match="only Failed or Stopped can be retried"):
        world.sagemaker.retry_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken="r" * 32)


def test_a_step_that_meets_no_capacity_is_tried_again_by_its_policy(world: Any) -> None:
    code = world.put(f"{world.name('again')}/main.py", "")
    policy = {"ExceptionType": ["SageMaker.CAPACITY_ERROR"], "IntervalSeconds": 1, "BackoffRate": 1.0, "MaxAttempts": 2}
    name = pipeline(world, {"Steps": [step("a", processing(code), RetryPolicies=[policy])]})
    assert world.control("fault", "add", "capacity", "sagemaker:CreateProcessingJob", "--times", "1").returncode == 0
    done = run(world, name)
    assert done["PipelineExecutionStatus"] == "Succeeded"
    assert steps(world, done)["a"]["AttemptCount"] == 2
    execution = done["PipelineExecutionArn"].rpartition("/")[2]
    jobs = world.sagemaker.list_processing_jobs(NameContains=execution, SortOrder="Ascending")["ProcessingJobSummaries"]
    assert [each["ProcessingJobStatus"] for each in jobs] == ["Failed", "Completed"]
    assert jobs[0]["FailureReason"].startswith("CapacityError: ")


def test_stopping_in_the_middle_leaves_no_process(world: Any) -> None:
    code = world.put(f"{world.name('sleep')}/main.py", SLEEP)
    name = pipeline(
        world,
        {
            "Steps": [
                step("a", processing(code)),
                step("b", processing(code)),
                step("c", processing(code), DependsOn=["a"]),
            ]
        },
    )
    arn = start(world, name)
    world.until(lambda: len(world.processes()) == 2, "both jobs to run")
    world.sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken="s" * 32)
    stopped = ended(world, arn)
    assert stopped["PipelineExecutionStatus"] == "Stopped"
    assert statuses(world, stopped) == {"a": "Stopped", "b": "Stopped"}
    assert world.processes() == []
    with pytest.raises(ClientError, match="only Executing or Stopping can be stopped"):
        world.sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken="s" * 32)


def test_a_model_of_one_step_is_asked_by_the_next(world: Any, archive: Any) -> None:
    where = world.name("batch")
    script = b"def model_fn(folder): return 2\ndef predict_fn(data, model): return data * model\n"
    data = world.put(f"{where}/model.tar.gz", archive({"code/inference.py": script}))
    world.put(f"{where}/in/a.csv", "1,2\n")
    ask = {
        "ModelName": {"Get": "Steps.model.ModelName"},
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://lake/{where}/in/"}},
            "ContentType": "text/csv",
        },
        "TransformOutput": {
            "S3OutputPath": {
                "Std:Join": {"On": "/", "Values": ["s3://lake", where, {"Get": "Execution.PipelineName"}]}
            },
            "Accept": "text/csv",
        },
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    }
    container = {"Image": IMAGE.format("foreign"), "ModelDataUrl": data}
    name = pipeline(
        world,
        {
            "Steps": [
                {"Name": "model", "Type": "Model", "Arguments": {"PrimaryContainer": container}},
                {"Name": "batch", "Type": "Transform", "Arguments": ask},
            ]
        },
    )
    done = run(world, name)
    assert done["PipelineExecutionStatus"] == "Succeeded", steps(world, done)
    assert world.get(f"s3://lake/{where}/{name}/a.csv.out") == b"2.0\n4.0\n"
    assert steps(world, done)["batch"]["Metadata"]["TransformJob"]["Arn"].startswith("arn:aws:sagemaker:")


def test_no_more_steps_run_at_once_than_the_execution_may(world: Any) -> None:
    code = world.put(f"{world.name('one')}/main.py", "")
    name = pipeline(world, {"Steps": [step(each, processing(code)) for each in "abc"]})
    arn = start(world, name, ParallelismConfiguration={"MaxParallelExecutionSteps": 1})
    done = steps(world, ended(world, arn))
    times = sorted((each["StartTime"], each["EndTime"]) for each in done.values())
    assert all(end <= begin for (_, end), (begin, _) in pairwise(times))
    assert len(times) == 3


def test_a_request_token_means_one_execution(world: Any) -> None:
    name = pipeline(world, scoring(world))
    arns = {start(world, name, score="0.9", ClientRequestToken="t" * 32) for _ in range(2)}
    assert len(arns) == 1
    with pytest.raises(ClientError, match="other parameters"):
        start(world, name, score="0.8", ClientRequestToken="t" * 32)
    ended(world, arns.pop())
    listed = world.sagemaker.list_pipeline_executions(PipelineName=name)["PipelineExecutionSummaries"]
    assert [each["PipelineExecutionStatus"] for each in listed] == ["Succeeded"]


def test_parameters_are_typed_listed_and_checked(world: Any) -> None:
    name = pipeline(world, scoring(world))
    done = run(world, name, score="0.75")
    listed = world.sagemaker.list_pipeline_parameters_for_execution(PipelineExecutionArn=done["PipelineExecutionArn"])
    assert listed["PipelineParameters"] == [{"Name": "score", "Value": "0.75"}, {"Name": "least", "Value": "0.5"}]
    with pytest.raises(ClientError, match="is of type Float, got 'much'"):
        start(world, name, score="much")
    with pytest.raises(ClientError, match="must be given: score"):
        start(world, name)


def test_an_execution_keeps_the_definition_that_it_was_started_with(world: Any) -> None:
    name = pipeline(world, scoring(world))
    before = world.sagemaker.describe_pipeline(PipelineName=name)["PipelineDefinition"]
    done = run(world, name, score="0.9")
    other = json.dumps(
        {"Version": "2020-12-01", "Steps": [{"Name": "x", "Type": "Fail", "Arguments": {"ErrorMessage": "no"}}]}
    )
    world.sagemaker.update_pipeline(PipelineName=name, PipelineDefinition=other)
    arn = done["PipelineExecutionArn"]
    kept = world.sagemaker.describe_pipeline_definition_for_execution(PipelineExecutionArn=arn)
    assert kept["PipelineDefinition"] == before
    assert world.sagemaker.describe_pipeline(PipelineName=name)["LastRunTime"] == done["CreationTime"]
    world.sagemaker.update_pipeline_execution(PipelineExecutionArn=arn, PipelineExecutionDisplayName="the-first")
    found = world.sagemaker.search(
        Resource="PipelineExecution",
        SearchExpression={
            "Filters": [{"Name": "PipelineExecutionDisplayName", "Operator": "Equals", "Value": "the-first"}]
        },
    )["Results"]
    assert [each["PipelineExecution"]["PipelineExecutionArn"] for each in found] == [arn]


def test_a_pipeline_whose_execution_runs_cannot_be_deleted(world: Any) -> None:
    code = world.put(f"{world.name('sleep')}/main.py", SLEEP)
    name = pipeline(world, {"Steps": [step("a", processing(code))]})
    arn = start(world, name)
    with pytest.raises(world.sagemaker.exceptions.ConflictException):
        world.sagemaker.delete_pipeline(PipelineName=name, ClientRequestToken="d" * 32)
    world.sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken="s" * 32)
    ended(world, arn)
    world.sagemaker.delete_pipeline(PipelineName=name, ClientRequestToken="d" * 32)
    with pytest.raises(world.sagemaker.exceptions.ResourceNotFound):
        world.sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)


def test_what_the_sandbox_cannot_run_is_refused_when_the_pipeline_is_made(world: Any) -> None:
    with pytest.raises(ClientError, match="step notify has Type 'Lambda', which is not in the sandbox"):
        pipeline(world, {"Steps": [{"Name": "notify", "Type": "Lambda", "Arguments": {}}]})
    with pytest.raises(ClientError, match="is not in the sandbox; leave it out"):
        start(world, pipeline(world, scoring(world)), score="1", PipelineVersionId=1)
    with pytest.raises(ClientError, match="SendPipelineExecutionStepSuccess"):
        world.sagemaker.send_pipeline_execution_step_success(CallbackToken="a" * 10)


def test_a_refused_job_fails_its_step_with_the_services_words(world: Any) -> None:
    code = world.put(f"{world.name('bad')}/main.py", "")
    arguments = processing(code)
    arguments["ProcessingInputs"][0]["S3Input"]["LocalPath"] = "/elsewhere"
    failed = run(world, pipeline(world, {"Steps": [step("a", arguments)]}))
    reason = steps(world, failed)["a"]["FailureReason"]
    assert reason.startswith("ClientError: Failed to invoke sagemaker:CreateProcessingJob. Error Details:")
    assert "LocalPath must be /opt/ml/processing" in reason


def test_every_status_of_execution_and_steps_is_an_event(world: Any) -> None:
    types = ("Execution Status Change", "Execution Step Status Change")
    queue = world.listen(*(f"SageMaker Model Building Pipeline {each}" for each in types))
    done = run(world, pipeline(world, scoring(world)), score="0.9")
    arn = done["PipelineExecutionArn"]
    found = world.heard(queue, lambda detail: detail.get("currentPipelineExecutionStatus") == "Succeeded")
    own = [each for each in found if each["detail"]["pipelineExecutionArn"] == arn]
    executions = [each["detail"] for each in own if each["detail-type"].endswith("Execution Status Change")]
    assert [
        (each["previousPipelineExecutionStatus"], each["currentPipelineExecutionStatus"]) for each in executions
    ] == [
        (None, "Executing"),
        ("Executing", "Succeeded"),
    ]
    scored = [each["detail"] for each in own if each["detail"].get("stepName") == "score"]
    assert [each["currentStepStatus"] for each in scored] == ["Executing", "Succeeded"]
    assert (
        scored[-1]["metadata"]["processingJob"]["arn"]
        == steps(world, done)["score"]["Metadata"]["ProcessingJob"]["Arn"]
    )


def test_a_kill_in_the_middle_fails_the_execution_and_a_retry_finishes_it(own_world: Any) -> None:
    world = own_world
    code, patient = (world.put(f"{place}/main.py", "") for place in ("code", "patient"))
    world.put("patient/main.py", SLEEP)
    name = pipeline(
        world, {"Steps": [step("first", processing(code)), step("second", processing(patient), DependsOn=["first"])]}
    )
    arn = start(world, name)
    world.until(lambda: "second" in steps(world, {"PipelineExecutionArn": arn}) and world.processes(), "step 2")
    os.kill(world.up()["pid"], signal.SIGKILL)
    world.until(lambda: world.processes() == [], "the container to end")

    world.up()
    failed = ended(world, arn)
    assert failed["PipelineExecutionStatus"] == "Failed"
    assert "the sandbox was stopped while the execution ran" in failed["FailureReason"]
    assert statuses(world, failed) == {"first": "Succeeded", "second": "Failed"}
    world.put("patient/main.py", "")
    world.sagemaker.retry_pipeline_execution(PipelineExecutionArn=arn, ClientRequestToken="r" * 32)
    assert ended(world, arn)["PipelineExecutionStatus"] == "Succeeded"


def test_stopping_the_sandbox_ends_an_execution_and_its_processes(own_world: Any) -> None:
    world = own_world
    code = world.put("sleep/main.py", SLEEP)
    arn = start(world, pipeline(world, {"Steps": [step("a", processing(code))]}))
    world.until(world.processes, "the job to run")
    world.down()
    assert world.processes() == []
    world.up()
    failed = ended(world, arn)
    assert failed["PipelineExecutionStatus"] == "Failed"
    assert "the sandbox was stopped while the execution ran" in failed["FailureReason"]


def scoring(world: Any) -> dict[str, Any]:
    """Return a pipeline that writes a score, judges it, and makes a model or fails."""
    code = world.put("pipelines/score/main.py", SCORE)
    score = {
        "Std:JsonGet": {"PropertyFile": {"Get": "Steps.score.PropertyFiles.report"}, "Path": "auc.value"},
    }
    process = processing(code, output=f"s3://lake/{world.name('scores')}")
    process["AppSpecification"]["ContainerArguments"] = [
        {"Std:Join": {"On": "", "Values": [{"Get": "Parameters.score"}]}}
    ]
    container = {
        "Image": IMAGE.format("serving"),
        "Environment": {"SCORE": {"Std:Join": {"On": "", "Values": [score]}}},
    }
    return {
        "Parameters": [
            {"Name": "score", "Type": "Float"},
            {"Name": "least", "Type": "Float", "DefaultValue": 0.5},
        ],
        "Steps": [
            step(
                "score",
                process,
                CacheConfig={"Enabled": True, "ExpireAfter": "T12H"},
                PropertyFiles=[{"PropertyFileName": "report", "OutputName": "out", "FilePath": "score.json"}],
            ),
            {
                "Name": "good-enough",
                "Type": "Condition",
                "Arguments": {
                    "Conditions": [
                        {
                            "Type": "GreaterThanOrEqualTo",
                            "LeftValue": score,
                            "RightValue": {"Get": "Parameters.least"},
                        }
                    ],
                    "IfSteps": [{"Name": "model", "Type": "Model", "Arguments": {"PrimaryContainer": container}}],
                    "ElseSteps": [
                        {
                            "Name": "stop",
                            "Type": "Fail",
                            "Arguments": {"ErrorMessage": {"Std:Join": {"On": " ", "Values": ["the score is", score]}}},
                        }
                    ],
                },
            },
        ],
    }


def step(name: str, arguments: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a processing step."""
    return {"Name": name, "Type": "Processing", "Arguments": arguments, **more}


def processing(code: str, *, output: str = "", extra: dict[str, str] | None = None) -> dict[str, Any]:
    """Return the arguments of a job that runs a script of S3."""
    folder = code.rpartition("/")[0]
    given: dict[str, Any] = {
        "RoleArn": ROLE,
        "AppSpecification": {
            "ImageUri": IMAGE.format("anything"),
            "ContainerEntrypoint": ["python", "/opt/ml/processing/input/code/main.py"],
        },
        "ProcessingInputs": [
            {
                "InputName": name,
                "S3Input": {
                    "S3Uri": uri,
                    "LocalPath": f"/opt/ml/processing/input/{name}",
                    "S3DataType": "S3Prefix",
                    "S3InputMode": "File",
                },
            }
            for name, uri in {"code": f"{folder}/main.py", **(extra or {})}.items()
        ],
        "ProcessingResources": {
            "ClusterConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5}
        },
    }
    if output:
        place = {"S3Uri": output, "LocalPath": "/opt/ml/processing/out", "S3UploadMode": "EndOfJob"}
        given["ProcessingOutputConfig"] = {"Outputs": [{"OutputName": "out", "S3Output": place}]}
    return given


def pipeline(world: Any, definition: dict[str, Any]) -> str:
    """Create a pipeline and return its name."""
    name: str = world.name("pipeline")
    text = json.dumps({"Version": "2020-12-01", **definition})
    world.sagemaker.create_pipeline(
        PipelineName=name, PipelineDefinition=text, RoleArn=ROLE, ClientRequestToken=name * 3
    )
    return name


def start(world: Any, name: str, *, score: str | None = None, **params: Any) -> str:
    """Start an execution and return its ARN."""
    if score is not None:
        params["PipelineParameters"] = [{"Name": "score", "Value": score}]
    arn: str = world.sagemaker.start_pipeline_execution(PipelineName=name, **params)["PipelineExecutionArn"]
    return arn


def run(world: Any, name: str, **params: Any) -> dict[str, Any]:
    """Start an execution and return its end."""
    return ended(world, start(world, name, **params))


def ended(world: Any, arn: str) -> dict[str, Any]:
    """Wait for an execution's end."""

    def look() -> dict[str, Any] | None:
        described: dict[str, Any] = world.sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
        return described if described["PipelineExecutionStatus"] in ENDED else None

    found: dict[str, Any] = world.until(look, f"the end of {arn}", 60)
    return found


def steps(world: Any, execution: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return an execution's steps by name."""
    arn = execution["PipelineExecutionArn"]
    found = world.sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)["PipelineExecutionSteps"]
    return {each["StepName"]: each for each in found}


def statuses(world: Any, execution: dict[str, Any]) -> dict[str, str]:
    """Return the status of each step."""
    return {name: each["StepStatus"] for name, each in steps(world, execution).items()}
