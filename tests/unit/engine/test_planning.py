"""What the planner decides, asked question by question: no provider, no process, no state file."""

from dataclasses import replace

import pytest

from slipway.engine import urn as urns
from slipway.engine.planning.aliases import Alias
from slipway.engine.planning.questions import Check, Diff, PlanError
from slipway.engine.planning.steps import Op
from slipway.engine.providers.answers import DiffAnswer
from slipway.engine.values import Secret
from tests.engine_planning import REPLACE, UPDATE, Asked, goal, ops, planner, stored, urn


def test_what_is_not_there_is_created_without_a_diff() -> None:
    asked = Asked()
    assert ops(asked.plan(planner(), goal("a"))) == ["create a"]
    assert asked.kinds() == ["Check"]


def test_what_does_not_differ_is_the_same_and_was_checked_with_the_old_inputs() -> None:
    asked = Asked()
    assert ops(asked.plan(planner(stored("a")), goal("a"))) == ["same a"]
    check, diff = asked.questions
    assert isinstance(check, Check)
    assert check.olds == {"x": 1}
    assert isinstance(diff, Diff)
    assert (diff.old_inputs, diff.news) == ({"x": 1}, {"x": 2})


def test_a_replacement_is_made_first_and_checked_again_without_what_was() -> None:
    asked = Asked(REPLACE)
    on = planner(stored("a"))
    assert ops(asked.plan(on, goal("a"))) == ["create-replacement a", "replace a"]
    assert [question.olds for question in asked.questions if isinstance(question, Check)] == [{"x": 1}, None]


def test_deleting_first_takes_along_only_what_would_be_replaced() -> None:
    hard = stored("hard", property_dependencies={"x": [urn("a")]}, dependencies=[urn("a")])
    soft = stored("soft", property_dependencies={"x": [urn("a")]}, dependencies=[urn("a")])
    beyond = stored("beyond", property_dependencies={"x": [urn("hard")]}, dependencies=[urn("hard")])

    def differ(question: Diff) -> DiffAnswer:
        return UPDATE if question.urn == urn("soft") else REPLACE

    on = planner(stored("a"), hard, soft, beyond)
    steps = Asked(differ).plan(on, goal("a", delete_before_replace=True))
    assert ops(steps) == [
        "delete-replaced beyond", "delete-replaced hard", "delete-replaced a", "replace a", "create-replacement a",
    ]  # fmt: skip
    again = Asked().plan(on, goal("hard"))
    assert ops(again) == ["replace hard", "create-replacement hard"]
    assert again[1].keys == ("x",)


def test_the_option_wins_over_the_providers_wish_to_delete_first() -> None:
    wish = replace(REPLACE, delete_before_replace=True)
    assert ops(Asked(wish).plan(planner(stored("a")), goal("a", delete_before_replace=False)))[0].startswith("create")


def test_ignored_changes_never_reach_the_provider() -> None:
    asked = Asked()
    asked.plan(planner(stored("a")), goal("a", ignore_changes=("x",)))
    assert [question.news for question in asked.questions if isinstance(question, Check)] == [{"x": 1}]


def test_a_listed_property_replaces_although_the_provider_would_update() -> None:
    steps = Asked(UPDATE).plan(planner(stored("a")), goal("a", replace_on_changes=("x",)))
    assert ops(steps) == ["create-replacement a", "replace a"]


def test_a_forced_replacement_asks_for_no_diff() -> None:
    asked = Asked()
    steps = asked.plan(planner(stored("a"), replace=(urn("a"),)), goal("a"))
    assert (ops(steps)[0], steps[0].keys, asked.kinds()) == ("create-replacement a", ("id",), ["Check"])


def test_what_could_not_settle_is_updated_though_nothing_changed() -> None:
    assert ops(Asked().plan(planner(stored("a", init_errors=["not ready"])), goal("a"))) == ["update a"]


def test_a_protected_resource_is_not_replaced() -> None:
    with pytest.raises(PlanError, match="marked for protection"):
        Asked(REPLACE).plan(planner(stored("a", protect=True)), goal("a", protect=True))


def test_a_preview_goes_on_after_what_an_up_would_refuse() -> None:
    on = planner(stored("a", protect=True), preview=True)
    assert ops(Asked(REPLACE).plan(on, goal("a", protect=True)))
    assert "marked for protection" in on.errors[0].message


def test_refused_inputs_name_resource_property_value_and_reason() -> None:
    with pytest.raises(PlanError, match=r"t:index:T resource 'a': property x value \{2\} has a problem: too even"):
        Asked(failure="too even").plan(planner(), goal("a"))


def test_a_secret_is_not_quoted_in_a_refusal() -> None:
    with pytest.raises(PlanError) as caught:
        Asked(failure="no").plan(planner(), goal("a", inputs={"x": Secret("hunter2")}))
    assert "hunter2" not in str(caught.value)


def test_two_resources_of_one_urn_are_refused() -> None:
    on = planner()
    Asked().plan(on, goal("a"))
    with pytest.raises(PlanError, match="Duplicate resource URN"):
        Asked().plan(on, goal("a"))


def test_a_renamed_resource_is_found_by_its_alias_and_not_deleted() -> None:
    on = planner(stored("old"))
    assert ops(Asked().plan(on, goal("new", aliases=(Alias(urn=urn("old")),)))) == ["same new"]
    assert Asked().end(on) == []


def test_the_end_deletes_what_was_not_registered_dependents_first() -> None:
    on = planner(stored("a"), stored("b", dependencies=[urn("a")]), stored("c"))
    Asked().plan(on, goal("c"))
    assert ops(Asked().end(on)) == ["delete b", "delete a"]


def test_the_end_deletes_the_old_one_of_a_replacement_and_what_an_earlier_one_left() -> None:
    on = planner(stored("a"), stored("b", delete=True))
    Asked(REPLACE).plan(on, goal("a"))
    assert ops(Asked().end(on)) == ["delete-replaced b", "delete-replaced a"]


def test_what_goes_with_another_or_is_to_stay_is_forgotten_without_the_provider() -> None:
    on = planner(stored("a"), stored("b", deleted_with=urn("a")), stored("c", retain_on_delete=True))
    assert {urns.name_of(step.urn): step.call_provider for step in Asked().end(on)} == {
        "a": True, "b": False, "c": False,
    }  # fmt: skip


def test_a_target_takes_no_dependents_along_unasked() -> None:
    on = planner(stored("a"), stored("b", dependencies=[urn("a")]), targets=(urn("a"),))
    Asked().end(on)
    assert [error.urn for error in on.errors] == [urn("b")]


def test_what_is_kept_keeps_what_it_needs() -> None:
    on = planner(stored("a"), stored("b", dependencies=[urn("a")], protect=True), stored("c"), exclude_protected=True)
    assert ops(Asked().end(on)) == ["delete c"]


def test_no_target_no_questions() -> None:
    asked = Asked()
    steps = asked.plan(planner(stored("a"), targets=(urn("z"),)), goal("a"))
    assert (ops(steps), asked.kinds()) == (["same a"], [])
    assert steps[0].op is Op.SAME


def test_a_secret_inside_a_refused_value_is_not_shown() -> None:
    asked = Asked(failure="no good")
    with pytest.raises(PlanError) as refused:
        asked.plan(planner(), goal("a", inputs={"x": {"TOKEN": Secret("hunter22"), "l": [{"t": Secret("hunter22")}]}}))
    assert "hunter22" not in str(refused.value)
    assert "TOKEN:{[secret]}" in str(refused.value)
