"""Transforms and hooks of a program, and what goes on after one of them or a step failed; with real processes."""

from typing import Any

import pytest

pytestmark = pytest.mark.slow


def inputs(stack: Any, name: str) -> dict[str, Any]:
    found = [raw for raw in stack.deployment["resources"] if raw["urn"].endswith(f"::{name}")]
    return found[0].get("inputs", {}) if found else {}


def test_transforms_of_a_resource_come_before_those_of_its_parent_and_those_before_those_of_all(stack: Any) -> None:
    stack.program(
        """
        def saying(word):
            def transform(args):
                props = {**args.props, "said": args.props.get("said", "") + word}
                return pulumi.ResourceTransformResult(props=props, opts=args.opts)
            return transform

        pulumi.runtime.register_resource_transform(saying("all"))
        team = pulumi.ComponentResource("my:c:Team", "team", {}, pulumi.ResourceOptions(transforms=[saying("team ")]))
        Thing("a", pulumi.ResourceOptions(parent=team, transforms=[saying("own ")]))
        Thing("b")
        """
    )
    assert stack.run().succeeded
    assert (inputs(stack, "a")["said"], inputs(stack, "b")["said"]) == ("own team all", "all")


def test_a_transform_may_change_options_and_lend_outputs_of_other_resources(stack: Any) -> None:
    stack.program(
        """
        a = Thing("a", word="hello")

        def transform(args):
            opts = pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(protect=True, retain_on_delete=True))
            return pulumi.ResourceTransformResult(props={**args.props, "lent": a.id}, opts=opts)

        Thing("b", pulumi.ResourceOptions(transforms=[transform]), own=pulumi.Output.secret("x"), used=a.urn)
        """
    )
    assert stack.run().succeeded
    raw = next(raw for raw in stack.deployment["resources"] if raw["urn"].endswith("::b"))
    assert raw["inputs"]["lent"] == "a-id"
    assert (raw["protect"], raw["retainOnDelete"]) == (True, True)
    assert any(urn.endswith("::a") for urn in raw["dependencies"])
    assert "ciphertext" in raw["inputs"]["own"]


def test_a_transform_that_fails_fails_the_program(stack: Any) -> None:
    stack.program("Thing('a', pulumi.ResourceOptions(transforms=[lambda args: 1 / 0]))")
    assert not stack.run().succeeded
    assert "invoke transform: " in stack.messages("error")
    assert "division by zero" in stack.messages("error")
    assert "a" not in stack.resources()


def test_a_hook_that_fails_afterwards_keeps_what_was_made_and_begins_nothing_more(stack: Any) -> None:
    stack.program(
        """
        def refuse(args):
            raise ValueError("too late")

        late = pulumi.ResourceHook("late", refuse)
        a = Thing("a", pulumi.ResourceOptions(hooks=pulumi.ResourceHookBinding(after_create=[late])))
        Thing("b", pulumi.ResourceOptions(depends_on=[a]))
        """
    )
    assert not stack.run().succeeded
    assert 'after hook "late" failed: too late' in stack.messages("error")
    assert "a" in stack.resources()
    assert "b" not in stack.resources()


def test_children_go_with_what_their_component_goes_with(stack: Any) -> None:
    stack.program(
        """
        a = Thing("a")
        kept = pulumi.ResourceOptions(retain_on_delete=True, deleted_with=a)
        team = pulumi.ComponentResource("my:c:Team", "team", {}, kept)
        Thing("b", pulumi.ResourceOptions(parent=team))
        """
    )
    assert stack.run().succeeded
    raw = next(raw for raw in stack.deployment["resources"] if raw["urn"].endswith("::b"))
    assert raw["retainOnDelete"]
    assert raw["deletedWith"].endswith("::a")


def test_going_on_after_a_failure_deletes_as_well(stack: Any) -> None:
    stack.program('Thing("a")\nThing("old")')
    stack.run()
    stack.program('Thing("a")\nThing("refused")')
    assert not stack.run(continue_on_error=True).succeeded
    assert "old" not in stack.resources()
    stack.program('Thing("refused")')
    assert not stack.run().succeeded
    assert "a" in stack.resources()


def test_a_protected_resource_holds_up_only_what_it_needs(stack: Any) -> None:
    stack.program(
        """
        a = Thing("a")
        Thing("kept", pulumi.ResourceOptions(protect=True, depends_on=[a]))
        Thing("free")
        """
    )
    stack.run()
    assert not stack.run("destroy").succeeded
    assert {"a", "kept"} <= set(stack.resources())
    assert "free" not in stack.resources()
