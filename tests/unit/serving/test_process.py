"""The server as SageMaker runs it: a process, a port, signals."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

ROOT = Path(__file__).parents[3]
Started = tuple["subprocess.Popen[str]", int]

pytestmark = pytest.mark.slow


def _start(ml: Path, port: int) -> "subprocess.Popen[str]":
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "SLIPWAY_ML_ROOT": str(ml),
        "SLIPWAY_BIND_HOST": "127.0.0.1",
        "SAGEMAKER_BIND_TO_PORT": str(port),
        "SAGEMAKER_MODEL_SERVER_WORKERS": "1",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "serving", "serve"],
        env=environment,
        cwd=ml,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _connected(process: "subprocess.Popen[str]", port: int) -> socket.socket:
    while process.poll() is None:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=30)
        except ConnectionRefusedError:
            continue
    raise AssertionError(process.communicate())


@pytest.fixture
def started(trained: Path) -> Iterator[Started]:
    port = _free_port()
    process = _start(trained, port)
    try:
        _connected(process, port).close()
        yield process, port
    finally:
        process.terminate()
        process.communicate(timeout=60)


def _examples(trained: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((trained / "model/manifest.json").read_text())
    return found


def test_it_answers_pings_and_rows_and_errors_on_one_connection(started: Started, trained: Path) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", started[1], timeout=30)
    manifest = _examples(trained)
    statuses = []
    for body, headers in (
        (json.dumps({"instances": manifest["examples"]}), {"content-type": "application/json"}),
        (json.dumps({"instances": [{}]}), {"content-type": "application/json"}),
        ("1,2", {"content-type": "text/csv"}),
        ("x", {}),
    ):
        connection.request("POST", "/invocations", body, headers)
        response = connection.getresponse()
        statuses.append(response.status)
        answer = json.loads(response.read())
        if response.status == 200:
            assert answer["predictions"] == pytest.approx(manifest["example_predictions"], abs=1e-9)
        else:
            assert "Traceback" not in answer["error"]
    connection.request("GET", "/ping")
    statuses.append(connection.getresponse().status)
    connection.close()

    assert statuses == [200, 400, 400, 415, 200]


@pytest.mark.skipif(not hasattr(os, "SCHED_BATCH"), reason="Linux alone has batch scheduling")
def test_a_thread_that_reads_requests_waits_for_the_one_that_answers(started: Started) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{started[1]}/ping", timeout=30):  # both kinds run by then
        workers = psutil.Process(started[0].pid).children()
        threads = [thread.id for worker in workers for thread in worker.threads()]

    assert len(threads) > 1
    assert {os.sched_getscheduler(thread) for thread in threads} == {os.SCHED_BATCH}


def test_a_body_sent_in_chunks_is_read(started: Started, trained: Path) -> None:
    body = json.dumps({"instances": _examples(trained)["examples"]}).encode()
    connection = http.client.HTTPConnection("127.0.0.1", started[1], timeout=30)
    connection.request(
        "POST", "/invocations", iter([body[:9], body[9:]]), {"content-type": "application/json"}, encode_chunked=True
    )

    assert connection.getresponse().status == 200
    connection.close()


def test_a_request_that_is_being_answered_finishes_when_the_container_is_stopped(trained: Path) -> None:
    port = _free_port()
    process = _start(trained, port)
    client = _connected(process, port)
    body = json.dumps({"instances": _examples(trained)["examples"]}).encode()
    client.sendall(
        b"POST /invocations HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nexpect: 100-continue\r\n"
        b"content-length: %d\r\n\r\n" % len(body)
    )
    assert client.recv(100).startswith(b"HTTP/1.1 100")  # sent when the application reads: the request is in its hands
    workers = psutil.Process(process.pid).children(recursive=True)

    process.send_signal(signal.SIGTERM)
    client.sendall(body)

    assert client.recv(1000).startswith(b"HTTP/1.1 200")
    client.close()
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert workers
    assert not psutil.wait_procs(workers, timeout=10)[1]


def test_a_missing_model_ends_the_process_with_one_line_that_names_the_file(tmp_path: Path) -> None:
    process = _start(tmp_path, _free_port())
    _, errors = process.communicate(timeout=60)

    assert process.returncode == 1
    assert errors.splitlines() == [
        f"serving failed: {tmp_path}/model/manifest.json: can't be read: No such file or directory"
    ]


def test_a_taken_port_ends_the_process_with_one_line(trained: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        process = _start(trained, port)
        _, errors = process.communicate(timeout=60)

    assert process.returncode == 1
    assert errors.splitlines() == [
        f"serving failed: can't listen on 127.0.0.1:{port}: Address already in use; set SAGEMAKER_BIND_TO_PORT"
    ]
