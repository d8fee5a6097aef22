"""The configuration files, script mode's words and the metrics of a training job."""

import json
import re

import pytest

from slipway.sandbox.sagemaker.jobs.training.metrics import MetricReader, compile_definitions
from slipway.sandbox.sagemaker.jobs.training.parameters import hosts_of, input_document, resource_document
from slipway.sandbox.sagemaker.jobs.training.script_mode import arguments, command, environment, script_of


def test_a_host_knows_its_cluster() -> None:
    assert resource_document({"InstanceType": "ml.c5.xlarge", "InstanceCount": 2}, "algo-2") == {
        "current_host": "algo-2",
        "current_instance_type": "ml.c5.xlarge",
        "current_group_name": "homogeneousCluster",
        "hosts": ["algo-1", "algo-2"],
        "instance_groups": [
            {
                "instance_group_name": "homogeneousCluster",
                "instance_type": "ml.c5.xlarge",
                "hosts": ["algo-1", "algo-2"],
            }
        ],
        "network_interface_name": "eth0",
    }


def test_groups_of_instances_number_their_hosts_through() -> None:
    groups = [
        {"InstanceGroupName": "cpu", "InstanceType": "ml.c5.xlarge", "InstanceCount": 1},
        {"InstanceGroupName": "gpu", "InstanceType": "ml.g5.xlarge", "InstanceCount": 2},
    ]
    assert hosts_of({"InstanceGroups": groups}) == ["algo-1", "algo-2", "algo-3"]
    assert resource_document({"InstanceGroups": groups}, "algo-3")["current_group_name"] == "gpu"


def test_a_channel_is_described_with_sagemakers_defaults() -> None:
    channel = {"ChannelName": "train", "DataSource": {"S3DataSource": {"S3Uri": "s3://b/k"}}}
    assert input_document([channel, {**channel, "ChannelName": "x", "ContentType": "text/csv"}], "File") == {
        "train": {
            "TrainingInputMode": "File",
            "S3DistributionType": "FullyReplicated",
            "RecordWrapperType": "None",
        },
        "x": {
            "TrainingInputMode": "File",
            "S3DistributionType": "FullyReplicated",
            "RecordWrapperType": "None",
            "ContentType": "text/csv",
        },
    }


@pytest.mark.parametrize("quote", [str, json.dumps])
def test_a_script_is_found_quoted_or_plain(quote: type[str]) -> None:
    script = script_of(
        {"sagemaker_program": quote("train.py"), "sagemaker_submit_directory": quote("s3://b/s.tar.gz"), "lr": "0.1"},
        {},
    )
    assert script is not None
    assert (script.program, script.submit_directory, script.hyperparameters) == (
        "train.py",
        "s3://b/s.tar.gz",
        {"lr": 0.1},
    )


def test_a_script_may_be_named_by_the_environment() -> None:
    script = script_of({}, {"SAGEMAKER_PROGRAM": "train.py"})
    assert script is not None
    assert script.program == "train.py"


def test_without_a_program_there_is_no_script() -> None:
    assert script_of({"lr": "0.1"}, {}) is None


def test_hyperparameters_become_sorted_arguments() -> None:
    assert arguments({"lr": 0.1, "e": 3, "grid": {"b": 1, "a": 2}, "flag": True}) == [
        "-e",
        "3",
        "--flag",
        "True",
        "--grid",
        "a=2,b=1",
        "--lr",
        "0.1",
    ]


def test_a_script_gets_the_toolkits_variables() -> None:
    hyperparameters = {"sagemaker_program": '"train.py"', "lr": "0.1"}
    script = script_of(hyperparameters, {})
    assert script is not None
    resources = resource_document({"InstanceType": "ml.m5.large", "InstanceCount": 1}, "algo-1")
    variables = environment(script, resources, {"train": {"TrainingInputMode": "File"}}, hyperparameters)
    assert variables["SM_CHANNEL_TRAIN"] == "/opt/ml/input/data/train"
    assert variables["SM_CHANNELS"] == '["train"]'
    assert variables["SM_HP_LR"] == "0.1"
    assert variables["SM_MODEL_DIR"] == "/opt/ml/model"
    assert variables["SM_USER_ENTRY_POINT"] == "train.py"
    assert json.loads(variables["SM_USER_ARGS"]) == ["--lr", "0.1"]
    assert json.loads(variables["SM_TRAINING_ENV"])["current_host"] == "algo-1"


def test_a_shell_script_runs_in_a_shell() -> None:
    script = script_of({"sagemaker_program": "run.sh"}, {})
    assert script is not None
    assert command(script).argv == ("/bin/sh", "./run.sh")


def reader(sent: list[tuple[str, float, float]], **definitions: str) -> MetricReader:
    wanted = [{"Name": name.replace("_", ":"), "Regex": regex} for name, regex in definitions.items()]
    return MetricReader(compile_definitions(wanted), sent.extend)


def test_the_last_value_of_a_metric_is_its_final_one() -> None:
    sent: list[tuple[str, float, float]] = []
    metrics = reader(sent, validation_auc=r"validation:auc=([0-9.]+)", train_auc=r"train:auc=([0-9.]+)")
    for line in ("validation:auc=0.5", "nothing", "x validation:auc=0.76 y"):
        metrics.write(line)
    metrics.flush()
    assert [(name, value) for name, value, _ in sent] == [("validation:auc", 0.5), ("validation:auc", 0.76)]
    assert [(each["MetricName"], each["Value"]) for each in metrics.final()] == [("validation:auc", 0.76)]


@pytest.mark.parametrize("line", ["loss=abc", "loss=", "loss=nan", "loss=inf"])
def test_what_is_no_finite_number_is_no_metric(line: str) -> None:
    metrics = reader([], loss=r"loss=(\S*)")
    metrics.write(line)
    assert metrics.final() == []


def test_an_expression_that_does_not_compile_is_named() -> None:
    with pytest.raises(ValueError, match=re.escape("metric auc has a Regex that does not compile")):
        compile_definitions([{"Name": "auc", "Regex": "("}])
