"""Policy packs as processes: what they are asked, what they stop, what they put right, and how they fail."""

import json
import textwrap
import threading
from collections.abc import Callable
from typing import Any

import psutil
import pytest

pytestmark = pytest.mark.slow

PACK = """
from pulumi_policy import *

def no_bad(args, report):
    if args.props.get("x") == "bad":
        report("x is bad")

def no_secret_name(args, report):
    if "hidden" in str(args.props.get("x", "")):
        report(f"x is {args.props['x']}")

def shorter(args):
    if args.resource_type == "tiny:index:Thing" and args.props.get("days", 0) > args.get_config()["most"]:
        return dict(args.props) | {"days": args.get_config()["most"]}

def outputs(args, report):
    for one in args.resources:
        if one.resource_type == "tiny:index:Thing" and one.props.get("x") == "too late":
            report("found at the end", one.urn)

def seen(args, report):
    if args.resource_type == "tiny:index:Thing":
        provider = args.provider and args.provider.name
        report(f"{args.name} protect={args.opts.protect} provider={provider} {sorted(args.props)}")

PolicyPack(name="rules", enforcement_level=EnforcementLevel.MANDATORY, policies=[
    ResourceValidationPolicy(name="no-bad", description="Nothing is bad.", validate=no_bad),
    ResourceValidationPolicy(name="no-secret-name", description="No secrets.", validate=no_secret_name,
                             enforcement_level=EnforcementLevel.ADVISORY),
    ResourceValidationPolicy(name="shorter", description="Keep it short.", remediate=shorter,
                             enforcement_level=EnforcementLevel.REMEDIATE,
                             config_schema=PolicyConfigSchema(properties={"most": {"type": "number", "default": 14}})),
    ResourceValidationPolicy(name="seen", description="What is seen.", validate=seen,
                             enforcement_level=EnforcementLevel.DISABLED),
    StackValidationPolicy(name="outputs", description="In the end.", validate=outputs),
])
"""


@pytest.fixture(autouse=True)
def _nothing_is_left_running() -> Any:
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    yield
    left = [child for child in psutil.Process().children(recursive=True) if child.pid not in before]
    assert left == []


@pytest.fixture
def judged(stack: Any) -> Any:
    """Give a stack with a policy pack beside it."""
    pack(stack, PACK)
    return stack


def pack(stack: Any, program: str, file: str = "runtime: python\nversion: 2.1.0\n", name: str = "rules") -> None:
    folder = stack.root / name
    folder.mkdir()
    (folder / "PulumiPolicy.yaml").write_text(file)
    (folder / "__main__.py").write_text(textwrap.dedent(program))


def told(stack: Any, kind: str = "policyEvent") -> list[dict[str, Any]]:
    return [event[kind] for event in stack.events if kind in event]


def kinds(stack: Any) -> list[str]:
    return [next(key for key in event if key not in ("sequence", "timestamp")) for event in stack.events]


def test_a_mandatory_rule_stops_an_up_before_anything_is_made(judged: Any) -> None:
    judged.program('Thing("a", x="bad")')
    result = judged.run(policy_packs=("rules",))
    assert not result.succeeded
    assert judged.resources() == ["p-dev", "default"]
    (violation,) = told(judged)
    assert violation == {
        "resourceUrn": "urn:pulumi:dev::p::tiny:index:Thing::a",
        "message": "Nothing is bad.\nx is bad\n",
        "color": "never",
        "policyName": "no-bad",
        "policyPackName": "rules",
        "policyPackVersion": "2.1.0",
        "policyPackVersionTag": "2.1.0",
        "enforcementLevel": "mandatory",
    }
    assert kinds(judged)[:2] == ["policyLoadEvent", "preludeEvent"]
    assert told(judged, "summaryEvent")[0]["PolicyPacks"] == {"rules|local|rules": "2.1.0"}


def test_a_preview_goes_on_after_a_mandatory_rule_and_fails_at_its_end(judged: Any) -> None:
    judged.program('Thing("a", x="bad")\nThing("b")')
    result = judged.run("preview", policy_packs=("rules",))
    assert not result.succeeded
    assert result.resource_changes == {"create": 3}
    assert judged.messages("error").strip() == "preview failed"
    passed = [
        (one["resourceUrn"].rpartition("::")[2], one.get("failed")) for one in told(judged, "policyAnalyzeSummaryEvent")
    ]
    assert ("a", ["no-bad"]) in passed
    assert ("b", None) in passed


def test_what_a_rule_puts_right_is_what_is_made(judged: Any) -> None:
    judged.program('Thing("a", days=30)')
    assert judged.run(policy_packs=("rules",)).succeeded, judged.messages("error")
    (made,) = [raw for raw in judged.deployment["resources"] if raw["urn"].endswith("::a")]
    assert made["inputs"]["days"] == 14
    (remedy,) = told(judged, "policyRemediationEvent")
    assert (remedy["policyName"], remedy["before"]["days"], remedy["after"]["days"]) == ("shorter", 30, 14)
    summary = next(one for one in told(judged, "policyRemediateSummaryEvent") if one["resourceUrn"].endswith("::a"))
    assert (summary["passed"], summary["failed"]) == (["no-bad", "no-secret-name"], ["shorter"])
    assert judged.run(policy_packs=("rules",)).resource_changes == {"same": 2}


def test_what_is_imported_is_judged_too(judged: Any) -> None:
    judged.program('Thing("a", x="bad", opts=pulumi.ResourceOptions(import_="a-id"))')
    assert not judged.run(policy_packs=("rules",)).succeeded
    assert "no-bad" in {one["policyName"] for one in told(judged)}


def test_the_whole_stack_is_judged_by_its_outputs_once_it_is_there(judged: Any) -> None:
    judged.program('Thing("a", x="too late")')
    assert not judged.run(policy_packs=("rules",)).succeeded
    assert "a" in judged.resources()
    (violation,) = told(judged)
    assert (violation["policyName"], violation["resourceUrn"].rpartition("::")[2]) == ("outputs", "a")
    assert judged.messages("error").strip() == "update failed"
    assert told(judged, "policyAnalyzeStackSummaryEvent")[0]["failed"] == ["outputs"]


def test_a_mandatory_rule_that_could_not_look_is_said_loudly_and_looks_during_the_update(judged: Any) -> None:
    judged.program("""
        import pulumi.runtime
        unknown = pulumi.Output.from_input("bad").apply(lambda x: x)
        if pulumi.runtime.is_dry_run():
            from pulumi.output import UNKNOWN
            unknown = UNKNOWN
        Thing("a", x=unknown)
    """)
    preview = judged.run("preview", policy_packs=("rules",))
    assert preview.succeeded
    assert {(one["policyName"], one["enforcementLevel"]) for one in told(judged)} == {
        ("no-bad", "advisory"),
        ("no-secret-name", "advisory"),
        ("outputs", "advisory"),
    }
    warned = judged.messages("warning")
    assert "the mandatory policy 'no-bad' of rules could not be checked" in warned
    assert "the mandatory policy 'outputs' of rules could not be checked" in warned
    assert "no-secret-name" not in warned
    assert not judged.run(policy_packs=("rules",)).succeeded


def test_a_secret_that_a_rule_repeats_is_not_shown(judged: Any) -> None:
    judged.program('Thing("a", x=pulumi.Config().require_secret("word"))')
    assert judged.run(policy_packs=("rules",)).succeeded, judged.messages("error")
    (violation,) = told(judged)
    assert violation["policyName"] == "no-secret-name"
    assert "hidden" not in json.dumps(judged.events)


def test_levels_and_values_can_be_set_from_outside(judged: Any) -> None:
    levels = {"all": "disabled", "shorter": {"enforcementLevel": "remediate", "most": 3}, "seen": "advisory"}
    (judged.root / "levels.json").write_text(json.dumps(levels))
    judged.program('Thing("a", x="bad", days=30, __own="engine", opts=pulumi.ResourceOptions(protect=True))')
    assert judged.run(policy_packs=("rules",), policy_pack_configs=("levels.json",)).succeeded
    (made,) = [raw for raw in judged.deployment["resources"] if raw["urn"].endswith("::a")]
    assert made["inputs"] == {"x": "bad", "days": 3, "__own": "engine"}
    assert [one["message"] for one in told(judged)] == [
        "What is seen.\na protect=True provider=default ['days', 'x']\n"
    ]


@pytest.mark.parametrize(
    ("program", "file", "said"),
    [
        ("raise RuntimeError('broken pack')", "runtime: python\n", "RuntimeError: broken pack"),
        ("print('hello')", "runtime: python\n", "wrote 'hello' to stdout where its port was expected"),
        ("x = 1", "runtime: python\n", "made no PolicyPack"),
        (PACK, "runtime: nodejs\n", "runtime 'nodejs' of a policy pack is not supported"),
        (PACK, "description: x\n", "names no runtime"),
        (PACK, "runtime: {name: python, options: {virtualenv: none}}\n", "has no bin/python"),
    ],
)
def test_a_pack_that_does_not_start_is_named_with_the_reason(stack: Any, program: str, file: str, said: str) -> None:
    pack(stack, program, file)
    stack.program('Thing("a")')
    assert not stack.run(policy_packs=("rules",)).succeeded
    assert said in stack.messages("error")
    assert "rules" in stack.messages("error")
    assert stack.deployment is None


def test_a_folder_that_is_no_pack_is_refused(stack: Any) -> None:
    stack.program('Thing("a")')
    assert not stack.run(policy_packs=("nowhere",)).succeeded
    assert "--policy-pack nowhere" in stack.messages("error")
    assert "name the folder of a policy pack" in stack.messages("error")


def test_a_rule_that_breaks_fails_the_resource_and_nothing_passes_unjudged(stack: Any) -> None:
    pack(
        stack,
        """
        from pulumi_policy import *
        def broken(args, report):
            raise ValueError("rule out of order")
        PolicyPack(name="rules", policies=[ResourceValidationPolicy(name="b", description="d", validate=broken)])
        """,
    )
    stack.program('Thing("a")')
    assert not stack.run(policy_packs=("rules",)).succeeded
    assert "policy pack rules failed during Analyze of" in stack.messages("error")
    assert "rule out of order" in stack.messages("error")
    assert "a" not in stack.resources()


HANGS = """
import time
from pulumi_policy import *
def hang(*_):
    open("asked", "w").close()
    time.sleep(3600)
%sPolicyPack(name="rules", policies=[ResourceValidationPolicy(name="h", description="d", validate=hang)])
"""


@pytest.mark.parametrize("beginning", ["", "hang()\n"], ids=["in a rule", "before it serves"])
def test_insisting_ends_a_pack_that_hangs(
    beginning: str, stack: Any, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    pack(stack, HANGS % beginning)
    stack.program('Thing("a")')
    ended: list[Any] = []
    running = threading.Thread(target=lambda: ended.append(stack.run(policy_packs=("rules",))))
    running.start()
    wait_until((stack.root / "rules" / "asked").exists)
    stack.stop.signal()
    stack.stop.signal()
    running.join(30)
    assert not running.is_alive()
    assert not ended[0].succeeded


def test_two_packs_judge_what_both_put_right(judged: Any) -> None:
    pack(
        judged,
        """
        from pulumi_policy import *
        def renamed(args):
            if args.props.get("x") == "bad":
                return dict(args.props) | {"x": "good"}
        PolicyPack(name="kind", policies=[ResourceValidationPolicy(
            name="r", description="d", remediate=renamed, enforcement_level=EnforcementLevel.REMEDIATE)])
        """,
        name="kind",
    )
    judged.program('Thing("a", x="bad")')
    assert judged.run(policy_packs=("rules", "kind")).succeeded, judged.messages("error")
    assert told(judged) == []
