import io
import json
from collections.abc import Iterable
from typing import Any

from slipway.engine.display import Digest, PlainDisplay, Style
from slipway.engine.display.words import changed_keys, short_type

STACK = "urn:pulumi:dev::app::pulumi:pulumi:Stack::app-dev"
BUCKET = "urn:pulumi:dev::app::aws:s3/bucket:Bucket::raw"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "[secret]"}


def step(op: str, urn: str, old: Any = None, new: Any = None, **more: Any) -> dict[str, Any]:
    kind = urn.split("::")[2].rpartition("$")[2]
    return {"op": op, "urn": urn, "type": kind, "old": old, "new": new, "detailedDiff": None, **more}


def side(**outputs: Any) -> dict[str, Any]:
    return {"urn": STACK, "type": "pulumi:pulumi:Stack", "inputs": {}, "outputs": outputs}


def shown(kind: str, events: Iterable[dict[str, Any]], *, dry_run: bool = False, **style: bool) -> str:
    out = io.StringIO()
    moments = iter(range(10_000))
    display = PlainDisplay(
        out, kind, "dev", dry_run=dry_run, style=Style(progress=False, **style), clock=lambda: float(next(moments))
    )
    for event in events:
        display.event(event)
    display.close()
    return out.getvalue()


def test_an_update_reads_as_the_real_one_does() -> None:
    bucket = step("create", BUCKET, None, {"inputs": {}, "outputs": {}})
    text = shown("up", [
        {"resourcePreEvent": {"metadata": step("create", STACK, None, side())}},
        {"resourcePreEvent": {"metadata": bucket}},
        {"resOutputsEvent": {"metadata": bucket}},
        {"resOutputsEvent": {"metadata": step("create", STACK, None, side(name="raw-1", word=SECRET))}},
        {"summaryEvent": {"resourceChanges": {"create": 2}}},
    ])  # fmt: skip
    assert text.splitlines()[:5] == [
        "Updating (dev):",
        " +  pulumi:pulumi:Stack app-dev creating (0s)",
        " +  aws:s3:Bucket raw creating (0s)",
        " +  aws:s3:Bucket raw created (2s)",
        " +  pulumi:pulumi:Stack app-dev created (6s)",
    ]
    assert text.split("\n\n")[1:3] == [
        'Outputs:\n    name: "raw-1"\n    word: [secret]',
        "Resources:\n    + 2 created",
    ]


def test_a_preview_says_what_would_happen_and_what_of_it_changes() -> None:
    diff = {"tags.a": {"diffKind": "update"}, "versioning": {"diffKind": "add"}, "acl": {"diffKind": "delete-replace"}}
    text = shown("preview", [
        {"resourcePreEvent": {"metadata": step("same", STACK, side(a=1), side())}},
        {"resourcePreEvent": {"metadata": step("replace", BUCKET, {}, {}, detailedDiff=diff)}},
        {"resOutputsEvent": {"metadata": step("same", STACK, side(a=1, c=0), side(a=2, b="x"))}},
        {"summaryEvent": {"resourceChanges": {"replace": 1, "same": 1}}},
    ], dry_run=True)  # fmt: skip
    assert text == (
        "Previewing update (dev):\n"
        " +- aws:s3:Bucket raw replace [diff: -acl,~tags,+versioning]\n"
        '\nOutputs:\n  ~ a: 1 => 2\n  + b: "x"\n  - c: 0\n'
        "\nResources:\n    +-1 to replace\n    1 unchanged\n"
    )


def test_errors_come_before_warnings_and_a_long_traceback_is_cut() -> None:
    trace = (
        "boom:\nTraceback (most recent call last):\n" + "".join(f"  line {n}\n" for n in range(40)) + "ValueError: x\n"
    )
    text = shown("up", [
        {"diagnosticEvent": {"severity": "info", "message": "<{%reset%}>hello<{%reset%}>\n", "urn": STACK}},
        {"diagnosticEvent": {"severity": "warning", "message": "careful\n", "urn": BUCKET}},
        {"diagnosticEvent": {"severity": "error", "message": trace, "urn": ""}},
        {"diagnosticEvent": {"severity": "debug", "message": "noise\n"}},
        {"resOpFailedEvent": {"metadata": step("create", BUCKET)}},
        {"summaryEvent": {"resourceChanges": {}}},
    ])  # fmt: skip
    block = text.partition("Diagnostics:\n")[2]
    assert block.index("error: boom:") < block.index("warning: careful") < block.index("hello")
    assert "29 lines left out" in block
    assert "    ValueError: x\n" in block
    assert "noise" not in text
    assert " +  aws:s3:Bucket raw **creating failed**" in text
    assert "    1 errored\n" in text


def test_details_show_each_property_with_both_its_values_and_never_a_secret() -> None:
    diff = {'tags["a.b"]': {"diffKind": "update"}, "word": {"diffKind": "update", "inputDiff": True}}
    old = {"id": "raw-1", "inputs": {"word": SECRET}, "outputs": {"tags": {"a.b": "1"}}}
    new = {"id": "raw-1", "inputs": {"tags": {"a.b": "2"}, "word": SECRET}}
    metadata = step("update", BUCKET, old, new, detailedDiff=diff)
    text = shown("preview", [{"resourcePreEvent": {"metadata": metadata}}], dry_run=True, diff=True)
    assert '  ~ tags: {\n      ~ a.b: "1" => "2"\n    }\n' in text
    assert "  ~ word: [secret] => [secret]\n" in text


def test_the_digest_has_the_form_of_the_real_one() -> None:
    digest = Digest({"app:b": "2", "app:a": "1"}, show_sames=False)
    diff = {"tags": {"diffKind": "update-replace", "inputDiff": True}}
    old, new = (
        {"urn": BUCKET, "type": "t", "custom": True, "inputs": {"w": SECRET}},
        {"urn": BUCKET, "type": "t", "id": ""},
    )
    halves = [step(op, BUCKET, old, new) for op in ("create-replacement", "delete-replaced")]
    replace = step("replace", BUCKET, old, new, detailedDiff=diff, keys=["tags"], diffs=["tags"], provider="p")
    for metadata in (step("same", STACK, side(), side()), *halves, replace, step("same", BUCKET + "2", old, new)):
        digest.event({"resourcePreEvent": {"metadata": metadata}})
    digest.event({"diagnosticEvent": {"severity": "error", "prefix": "error: ", "message": "bad\n", "urn": BUCKET}})
    digest.event({"summaryEvent": {"resourceChanges": {"replace": 1, "same": 2}}})
    body = json.loads(digest.text())
    assert list(body["config"]) == ["app:a", "app:b"]
    assert [(found["op"], found["urn"]) for found in body["steps"]] == [("same", STACK), ("replace", BUCKET)]
    assert body["steps"][1] == {
        "op": "replace", "urn": BUCKET, "provider": "p",
        "oldState": {"urn": BUCKET, "custom": True, "type": "t", "inputs": {"w": "[secret]"}},
        "newState": {"urn": BUCKET, "custom": False, "type": "t"},
        "diffReasons": ["tags"], "replaceReasons": ["tags"],
        "detailedDiff": {"tags": {"kind": "update-replace", "inputDiff": True}},
    }  # fmt: skip
    assert body["diagnostics"] == [{"urn": BUCKET, "message": "error: bad\n", "severity": "error"}]
    assert body["changeSummary"] == {"replace": 1, "same": 2}


def test_types_and_changes_are_shortened_as_the_real_one_shortens_them() -> None:
    assert short_type("aws:s3/bucketPolicy:BucketPolicy") == "aws:s3:BucketPolicy"
    assert short_type("lab:index:Thing") == "lab:index:Thing"
    assert changed_keys({"diffs": ["b", "a"], "detailedDiff": None}) == "[diff: ~a,~b]"
    assert changed_keys({"diffs": None}) == ""
