"""The sandbox as a process: it starts, says what is so, comes back after anything, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import boto3
import pytest

from slipway.sandbox.state_folder import StateFolder

pytestmark = pytest.mark.slow


def wait_until_dead(pid: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return
        except OSError:
            return
        time.sleep(0.02)
    raise AssertionError(f"process {pid} is still alive")


def test_up_twice_is_the_same_sandbox_and_down_twice_is_fine(start_sandbox: Any, control_word: Any) -> None:
    running = start_sandbox()
    again = control_word("up", "--json", state=running.state)
    assert again.returncode == 0
    assert json.loads(again.stdout)["endpoint"] == running.endpoint
    assert json.loads(again.stdout)["already_running"] is True
    assert control_word("status", state=running.state).returncode == 0
    assert control_word("down", state=running.state).returncode == 0
    wait_until_dead(running.pid)
    assert not (running.state / "sandbox.json").exists()
    nothing = control_word("down", state=running.state)
    assert (nothing.returncode, "no sandbox runs" in nothing.stdout) == (0, True)
    assert control_word("status", state=running.state).returncode == 1
    assert control_word("env", state=running.state).returncode == 1


def test_up_on_another_port_than_the_running_one_is_refused(start_sandbox: Any, control_word: Any) -> None:
    running = start_sandbox()
    other = control_word("up", "--port", "1", state=running.state)
    assert other.returncode == 1
    assert "already runs on port" in other.stderr
    assert "`down`" in other.stderr


def test_two_ups_at_once_end_in_one_sandbox(start_sandbox: Any, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "slipway.sandbox",
        "up",
        "--json",
        "--port",
        "0",
        "--state",
        str(tmp_path / "state"),
    ]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    answers = [process.communicate(timeout=60) for process in both]
    endpoints = {json.loads(out)["endpoint"] for out, _ in answers if out}
    assert len(endpoints) == 1, answers
    start_sandbox("state")  # so that the fixture stops it


def test_a_taken_port_is_named_with_its_owner_and_the_way_out(
    start_sandbox: Any, control_word: Any, tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = control_word("up", "--port", str(taken.getsockname()[1]), state=tmp_path / "other")
        assert refused.returncode == 1
        assert f"pid {os.getpid()}" in refused.stderr
        assert "--port" in refused.stderr
    running = start_sandbox()
    refused = control_word("up", "--port", running.endpoint.rpartition(":")[2], state=tmp_path / "other")
    assert refused.returncode == 1
    assert f"the sandbox of {running.state}" in refused.stderr


def test_a_state_folder_that_cannot_be_written_is_said(control_word: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused = control_word("up", state=tmp_path / "file" / "state")
    assert refused.returncode == 1
    assert "cannot write the state folder" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_no_other_user_can_read_what_it_remembers(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o755)
    StateFolder(tmp_path / "state").prepare()
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(not Path("/dev/full").exists() or os.geteuid() != 0, reason="needs a full file system to mount")
def test_a_full_disk_is_said(tmp_path: Path) -> None:
    script = (
        "mount -t tmpfs -o size=4k none $1 && head -c 4096 /dev/zero > $1/full 2>/dev/null; "
        "exec $2 -m slipway.sandbox up --state $1/state"
    )
    command = ["unshare", "-m", "sh", "-c", script, "sh", str(tmp_path), sys.executable]
    refused = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if "Operation not permitted" in refused.stderr or "permission denied" in refused.stderr.lower():
        pytest.skip("this machine lets nobody mount")
    assert refused.returncode == 1
    assert "No space left" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("words", [["up", "--account", "12"], ["up", "--port", "x"], ["dance"], []])
def test_misuse_exits_with_2(control_word: Any, tmp_path: Path, words: list[str]) -> None:
    assert control_word(*words, state=tmp_path / "state").returncode == 2


def test_everything_is_still_there_after_down_and_up(start_sandbox: Any, control_word: Any) -> None:
    running = start_sandbox()
    body = os.urandom(300_000)
    running.s3.create_bucket(Bucket="kept")
    running.s3.put_object(Bucket="kept", Key="large", Body=body, Metadata={"a_b": "c"})
    running.s3.put_object(Bucket="kept", Key="small", Body=b"x")
    running.sagemaker.create_model_package_group(ModelPackageGroupName="kept")
    key = running.kms.create_key()["KeyMetadata"]["Arn"]
    secret = running.kms.encrypt(KeyId=key, Plaintext=b"secret")["CiphertextBlob"]
    url = running.sqs.create_queue(QueueName="kept")["QueueUrl"]
    running.sqs.send_message(QueueUrl=url, MessageBody="waiting")
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    running.iam.create_role(RoleName="kept", AssumeRolePolicyDocument=trust)
    running.iam.attach_role_policy(RoleName="kept", PolicyArn="arn:aws:iam::aws:policy/AmazonSageMakerFullAccess")
    running.client("ssm").put_parameter(Name="kept", Value="v", Type="String")
    running.client("ecr").create_repository(repositoryName="kept")
    vpc = running.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    control_word("down", state=running.state)

    back = start_sandbox("state", "--port", running.endpoint.rpartition(":")[2])
    assert back.secret == running.secret
    large = back.s3.get_object(Bucket="kept", Key="large")
    assert (large["Body"].read(), large["Metadata"]) == (body, {"a_b": "c"})
    assert back.s3.get_object(Bucket="kept", Key="small")["Body"].read() == b"x"
    assert back.sagemaker.describe_model_package_group(ModelPackageGroupName="kept")["ModelPackageGroupStatus"]
    assert back.kms.decrypt(CiphertextBlob=secret)["Plaintext"] == b"secret"
    assert back.sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "waiting"
    attached = back.iam.list_attached_role_policies(RoleName="kept")["AttachedPolicies"]
    assert [policy["PolicyName"] for policy in attached] == ["AmazonSageMakerFullAccess"]
    assert back.client("ssm").get_parameter(Name="kept")["Parameter"]["Value"] == "v"
    assert back.client("ecr").describe_repositories()["repositories"][0]["repositoryName"] == "kept"
    assert vpc in [entry["VpcId"] for entry in back.client("ec2").describe_vpcs()["Vpcs"]]
    # what only the first life's objects knew still works on the second's
    back.s3.put_object(Bucket="kept", Key="large", Body=b"new")
    assert back.s3.get_object(Bucket="kept", Key="large")["Body"].read() == b"new"


def test_a_killed_sandbox_comes_back_with_what_was_acknowledged_and_says_so(
    start_sandbox: Any, control_word: Any
) -> None:
    running = start_sandbox()
    running.sagemaker.create_model_package_group(ModelPackageGroupName="kept")
    running.s3.create_bucket(Bucket="kept")
    os.kill(running.pid, signal.SIGKILL)
    wait_until_dead(running.pid)
    assert "no sandbox" in control_word("status", state=running.state).stdout
    up = control_word("up", "--port", running.endpoint.rpartition(":")[2], state=running.state)
    assert up.returncode == 0, up.stderr
    assert f"pid {running.pid}" in up.stderr
    assert "ended without `down`" in up.stderr
    back = start_sandbox()
    assert [bucket["Name"] for bucket in back.s3.list_buckets()["Buckets"]] == ["kept"]
    assert back.sagemaker.list_model_package_groups()["ModelPackageGroupSummaryList"]


def test_down_after_a_kill_cleans_up(start_sandbox: Any, control_word: Any) -> None:
    running = start_sandbox()
    os.kill(running.pid, signal.SIGKILL)
    wait_until_dead(running.pid)
    assert control_word("down", state=running.state).returncode == 0
    assert not (running.state / "sandbox.json").exists()


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_ends_it_in_order_even_while_somebody_waits(start_sandbox: Any, control_word: Any, name: str) -> None:
    running = start_sandbox()
    url = running.sqs.create_queue(QueueName="slow")["QueueUrl"]
    waiter = (
        "import boto3, sys; c = boto3.client('sqs', endpoint_url=sys.argv[1]); print('go', flush=True); "
        "c.receive_message(QueueUrl=sys.argv[2], WaitTimeSeconds=20)"
    )
    environment = {**os.environ, **running.environment}
    command = [sys.executable, "-c", waiter, running.endpoint, url]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as waiting:
        assert waiting.stdout is not None
        waiting.stdout.readline()
        running.s3.create_bucket(Bucket="last-moment")
        began = time.monotonic()
        os.kill(running.pid, getattr(signal, name))
        wait_until_dead(running.pid)
        assert time.monotonic() - began < 12
        waiting.kill()
    assert control_word("up", "--port", "0", state=running.state).stderr == ""
    back = start_sandbox()
    assert [bucket["Name"] for bucket in back.s3.list_buckets()["Buckets"]] == ["last-moment"]


def test_a_snapshot_that_cannot_be_read_is_set_aside_and_said(start_sandbox: Any, control_word: Any) -> None:
    running = start_sandbox()
    running.s3.create_bucket(Bucket="lost")
    control_word("down", state=running.state)
    snapshot = running.state / "moto" / "state.pickle"
    snapshot.write_bytes(snapshot.read_bytes()[:-100])
    back = start_sandbox()
    assert back.s3.list_buckets()["Buckets"] == []
    assert (running.state / "moto" / "state-that-cannot-be-read.pickle").exists()
    assert "set aside" in control_word("logs", state=running.state).stdout


def test_a_damaged_store_is_said(start_sandbox: Any, control_word: Any) -> None:
    running = start_sandbox()
    control_word("down", state=running.state)
    for file in running.state.glob("sagemaker.sqlite*"):
        file.write_bytes(b"this is no database" * 100)
    refused = control_word("up", "--port", "0", state=running.state)
    assert refused.returncode == 1
    assert "sagemaker.sqlite" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_env_is_all_that_a_client_needs_and_nothing_of_the_users(
    start_sandbox: Any, control_word: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = {
        "AWS_PROFILE": "work",
        "AWS_SESSION_TOKEN": "real",
        "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:9",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "NO_PROXY": "intranet",
    }
    for name, value in users.items():
        monkeypatch.setenv(name, value)
    running = start_sandbox()
    lines = control_word("env", state=running.state).stdout
    program = (
        "import boto3; boto3.client('kms').create_key(); print(boto3.client('sts').get_caller_identity()['Account'])"
    )
    script = f'{lines}\nexec {sys.executable} -c "{program}"'
    shell = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", **users}
    answer = subprocess.run(["sh", "-c", script], env=shell, capture_output=True, text=True, check=False)
    assert answer.stdout.strip() == running.account, answer.stderr
    environment = running.environment
    assert environment["NO_PROXY"] == "intranet,127.0.0.1,localhost"
    assert environment["PATH"].split(os.pathsep)[0] == str(running.state / "bin")
    assert environment["PULUMI_BACKEND_URL"] == f"file://{running.state / 'pulumi'}"
    assert environment["AWS_CONFIG_FILE"] == environment["AWS_SHARED_CREDENTIALS_FILE"] == "/dev/null"
    for name in ("credentials.json", "passphrase"):
        assert stat.S_IMODE((running.state / name).stat().st_mode) == 0o600
    assert os.access(running.state / "bin" / "pulumi-resource-aws", os.X_OK)


def test_the_account_that_is_asked_for_is_the_one_it_answers_as(start_sandbox: Any) -> None:
    running = start_sandbox("state", "--port", "0", "--account", "222233334444", "--region", "eu-west-1")
    assert running.environment["AWS_ACCESS_KEY_ID"] == "222233334444"
    assert running.environment["AWS_REGION"] == "eu-west-1"
    client = boto3.client(
        "sts",
        endpoint_url=running.endpoint,
        region_name="eu-west-1",
        aws_access_key_id="222233334444",
        aws_secret_access_key=running.secret,
    )
    assert client.get_caller_identity()["Account"] == "222233334444"


def test_it_listens_on_the_loopback_only(start_sandbox: Any) -> None:
    running = start_sandbox()
    port = int(running.endpoint.rpartition(":")[2])
    listening = [
        line.split()[1]
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        for line in Path(table).read_text().splitlines()[1:]
        if line.split()[3] == "0A" and line.split()[1].endswith(f":{port:04X}")
    ]
    assert listening == [f"0100007F:{port:04X}"]
