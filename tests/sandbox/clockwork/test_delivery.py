"""What passes a rule reaches its targets; what cannot be delivered harms nobody and is not lost."""

from __future__ import annotations

import contextlib
import io
import json
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

ROLE = "arn:aws:iam::123456789012:role/function"
HANDLER = """
import json, logging, os, sys
def handler(event, context):
    print("printed", event)
    logging.getLogger().warning("logged")
    if event.get("fail"):
        raise ValueError("no " + event["fail"])
    if event.get("queue"):
        import boto3
        boto3.client("sqs").send_message(QueueUrl=event["queue"], MessageBody="1")
    left = context.get_remaining_time_in_millis() > 0
    return {"n": event.get("n", 0) + 1, "color": os.environ["COLOR"], "left": left,
            "arn": context.invoked_function_arn, "region": os.environ["AWS_REGION"]}
def sleepy(event, context):
    import time
    time.sleep(60)
def leaves(event, context):
    os._exit(3)
def odd(event, context):
    return {1, 2}
"""


def package(text: str = HANDLER) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("src/main.py", text)
    return buffer.getvalue()


def function(world: Any, handler: str = "src.main.handler", **more: Any) -> str:
    iam = world.client("iam")
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName="function", AssumeRolePolicyDocument="{}")
    settings: dict[str, Any] = {
        "Runtime": "python3.12",
        "Role": ROLE,
        "Handler": handler,
        "Code": {"ZipFile": package()},
        "Environment": {"Variables": {"COLOR": "green"}},
        "Timeout": 20,
    }
    return str(world.client("lambda").create_function(FunctionName=world.name("f"), **settings | more)["FunctionArn"])


def rule(world: Any, *targets: dict[str, Any]) -> str:
    """Make a rule for a source of its own, with targets; return the source."""
    name = world.name("rule")
    world.client("events").put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    numbered = [{"Id": str(number), **target} for number, target in enumerate(targets)]
    assert world.client("events").put_targets(Rule=name, Targets=numbered)["FailedEntryCount"] == 0
    return str(name)


def put(world: Any, source: str, **detail: Any) -> None:
    entry = {"Source": source, "DetailType": "Thing", "Detail": json.dumps(detail), "Resources": ["arn:x"]}
    assert world.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0


def test_an_event_goes_from_bus_to_bus_and_a_circle_ends(world: Any) -> None:
    events, queue, other = world.client("events"), world.queue(), world.name("bus")
    arn = events.create_event_bus(Name=other)["EventBusArn"]
    source = rule(world, {"Arn": arn})
    default = "arn:aws:events:us-east-1:123456789012:event-bus/default"
    events.put_rule(Name="on", EventBusName=other, EventPattern=json.dumps({"source": [source]}))
    targets = [{"Id": "1", "Arn": world.arn_of(queue)}, {"Id": "2", "Arn": default}]
    events.put_targets(Rule="on", EventBusName=other, Targets=targets)
    put(world, source, n=1)
    received = world.received(queue)
    assert 1 <= len(received) <= 5
    assert received[0]["detail"] == {"n": 1}


def test_what_cannot_be_delivered_lies_in_the_dead_letter_queue_with_the_reason(world: Any) -> None:
    dead = world.queue()
    gone = "arn:aws:sqs:us-east-1:123456789012:gone"
    unknown = "arn:aws:ecs:us-east-1:123456789012:cluster/c"
    config = {"DeadLetterConfig": {"Arn": world.arn_of(dead)}}
    source = rule(world, {"Arn": gone, **config}, {"Arn": unknown, **config}, {"Arn": gone})
    put(world, source, n=1)
    sqs, found = world.client("sqs"), {}
    for _ in range(2):
        (message,) = sqs.receive_message(QueueUrl=dead, MessageAttributeNames=["All"])["Messages"]
        attributes = {name: each["StringValue"] for name, each in message["MessageAttributes"].items()}
        assert json.loads(message["Body"])["detail"] == {"n": 1}
        assert attributes["RULE_ARN"].endswith(f"rule/{source}")
        found[attributes["TARGET_ARN"]] = attributes["ERROR_CODE"]
    assert found == {gone: "RESOURCE_NOT_FOUND", unknown: "INVALID_PARAMETER"}


def test_a_rule_with_a_schedule_only_matches_no_event(world: Any) -> None:
    queue, name = world.queue(), world.name("rule")
    world.client("events").put_rule(Name=name, ScheduleExpression="rate(1 hour)")
    world.client("events").put_targets(Rule=name, Targets=[{"Id": "1", "Arn": world.arn_of(queue)}])
    put(world, "anything")
    assert world.received(queue) == []
    world.client("events").remove_targets(Rule=name, Ids=["1"])
    world.client("events").delete_rule(Name=name)


class Called(BaseHTTPRequestHandler):
    """Remembers what it was asked, and answers with the next of the server's codes."""

    def do_POST(self) -> None:
        server: Any = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.seen.append((self.path, {key.lower(): value for key, value in self.headers.items()}, body))
        self.send_response(server.codes.pop(0) if server.codes else 200)
        self.end_headers()
        server.called.release()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def listener() -> Iterator[Any]:
    server: Any = HTTPServer(("127.0.0.1", 0), Called)
    server.seen, server.codes, server.called = [], [], threading.Semaphore(0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def destination(world: Any, url: str, kind: str, parameters: dict[str, Any]) -> str:
    events, name = world.client("events"), world.name("destination")
    connection = events.create_connection(Name=name, AuthorizationType=kind, AuthParameters=parameters)
    made = events.create_api_destination(
        Name=name, ConnectionArn=connection["ConnectionArn"], InvocationEndpoint=url, HttpMethod="POST"
    )
    return str(made["ApiDestinationArn"])


def test_an_api_destination_on_loopback_is_called_with_its_key_until_it_takes_the_event(
    world: Any, listener: Any
) -> None:
    url = f"http://127.0.0.1:{listener.server_port}/hooks/*"
    key = {"ApiKeyAuthParameters": {"ApiKeyName": "x-key", "ApiKeyValue": "secret"}}
    arn = destination(world, url, "API_KEY", key)
    http = {"PathParameterValues": ["a b"], "QueryStringParameters": {"q": "1"}, "HeaderParameters": {"X-More": "2"}}
    listener.codes.extend([503, 429])
    put(world, rule(world, {"Arn": arn, "HttpParameters": http, "InputPath": "$.detail"}), n=1)
    for _ in range(3):
        assert listener.called.acquire(timeout=20)
    path, headers, body = listener.seen[-1]
    assert (path, headers["x-key"], headers["x-more"], json.loads(body)) == (
        "/hooks/a%20b?q=1",
        "secret",
        "2",
        {"n": 1},
    )
    assert len(listener.seen) == 3


def test_an_api_destination_with_a_password_is_called_with_it(world: Any, listener: Any) -> None:
    basic = {"BasicAuthParameters": {"Username": "u", "Password": "p"}}
    arn = destination(world, f"http://127.0.0.1:{listener.server_port}/", "BASIC", basic)
    put(world, rule(world, {"Arn": arn}), n=1)
    assert listener.called.acquire(timeout=20)
    assert listener.seen[0][1]["authorization"] == "Basic dTpw"


def test_an_api_destination_elsewhere_is_refused_by_name(world: Any) -> None:
    dead = world.queue()
    key = {"ApiKeyAuthParameters": {"ApiKeyName": "x-key", "ApiKeyValue": "secret"}}
    arn = destination(world, "https://example.com/hook", "API_KEY", key)
    put(world, rule(world, {"Arn": arn, "DeadLetterConfig": {"Arn": world.arn_of(dead)}}), n=1)
    answer = world.client("sqs").receive_message(QueueUrl=dead, MessageAttributeNames=["All"], WaitTimeSeconds=20)
    (message,) = answer["Messages"]
    assert (
        "loopback addresses only, not https://example.com/hook"
        in message["MessageAttributes"]["ERROR_MESSAGE"]["StringValue"]
    )


def invoke(world: Any, arn: str, event: dict[str, Any], **more: Any) -> tuple[Any, dict[str, Any]]:
    answer = world.client("lambda").invoke(FunctionName=arn, Payload=json.dumps(event).encode(), **more)
    text = answer["Payload"].read()
    return json.loads(text) if text else None, answer


def test_a_function_runs_as_a_local_process_and_logs_to_its_group(world: Any) -> None:
    arn = function(world)
    result, answer = invoke(world, arn, {"n": 1}, LogType="Tail")
    assert result == {"n": 2, "color": "green", "left": True, "arn": arn, "region": "us-east-1"}
    assert "FunctionError" not in answer
    name = arn.rpartition(":")[2]
    lines = [
        each["message"] for each in world.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    ]
    assert lines[0].startswith("START RequestId: ")
    assert lines[1] == "printed {'n': 1}"
    assert lines[2].startswith("[WARNING]\t")
    assert lines[-1].startswith("REPORT RequestId: ")
    assert list((world.root / "work" / "functions").iterdir()) == []


@pytest.mark.parametrize(
    ("handler", "event", "kind", "words"),
    [
        ("src.main.handler", {"fail": "luck"}, "ValueError", "no luck"),
        ("src.main.nobody", {}, "Runtime.HandlerNotFound", "Handler 'nobody' missing on module 'src.main'"),
        ("nowhere.handler", {}, "Runtime.ImportModuleError", "Unable to import module 'nowhere'"),
        ("src.main.odd", {}, "Runtime.MarshalError", "Unable to marshal response"),
        ("src.main.leaves", {}, "Runtime.ExitError", "Runtime exited"),
        ("src.main.sleepy", {}, "Sandbox.Timedout", "Task timed out after 1.00 seconds"),
    ],
)
def test_a_function_that_fails_answers_with_lambdas_error(
    world: Any, handler: str, event: dict[str, Any], kind: str, words: str
) -> None:
    result, answer = invoke(world, function(world, handler, Timeout=1 if "sleepy" in handler else 20), event)
    assert (answer["StatusCode"], answer["FunctionError"], result["errorType"]) == (200, "Unhandled", kind)
    assert words in result["errorMessage"]


def test_another_runtime_is_refused_by_name(world: Any) -> None:
    with pytest.raises(ClientError, match=r"nodejs20\.x") as refused:
        invoke(world, function(world, Runtime="nodejs20.x"), {})
    assert refused.value.response["Error"]["Code"] == "NotImplementedInSandbox"


def test_a_function_behind_a_rule_gets_what_the_rule_makes_of_the_event(world: Any) -> None:
    arn, dry = function(world), invoke(world, function(world), {}, InvocationType="DryRun")
    assert (dry[0], dry[1]["StatusCode"]) == (None, 204)
    template = {"InputPathsMap": {"n": "$.detail.n"}, "InputTemplate": '{"n": <n>}'}
    put(world, rule(world, {"Arn": arn, "InputTransformer": template}), n=41)
    assert "printed {'n': 41}" in lines_of(world, arn)


def lines_of(world: Any, arn: str) -> list[str]:
    """Return what a function's first run logged, once it has ended."""
    logs, group = world.client("logs"), f"/aws/lambda/{arn.rpartition(':')[2]}"

    def lines() -> list[str]:
        try:
            return [each["message"] for each in logs.filter_log_events(logGroupName=group)["events"]]
        except logs.exceptions.ResourceNotFoundException:
            return []

    world.until(lambda: any(line.startswith("REPORT") for line in lines()), "the function to end")
    return lines()


def test_a_function_behind_a_topic_and_one_behind_a_log_group_run_too(world: Any) -> None:
    topic = world.client("sns").create_topic(Name=world.name("topic"))["TopicArn"]
    told, logged = function(world), function(world)
    other = function(world, Runtime="nodejs20.x")  # cannot run here, and harms nobody
    for endpoint in (other, told):
        world.client("sns").subscribe(TopicArn=topic, Protocol="lambda", Endpoint=endpoint)
    world.client("sns").publish(TopicArn=topic, Message="hello")
    assert any("'Message': 'hello'" in line for line in lines_of(world, told))
    group = {"logGroupName": f"/{world.name('group')}"}
    world.client("logs").create_log_group(**group)
    world.client("logs").create_log_stream(**group, logStreamName="s")
    world.client("logs").put_subscription_filter(**group, filterName="f", filterPattern="ERROR", destinationArn=logged)
    events = [{"timestamp": int(time.time() * 1000), "message": "an ERROR"}]
    world.client("logs").put_log_events(**group, logStreamName="s", logEvents=events)
    assert any("'awslogs'" in line for line in lines_of(world, logged))
