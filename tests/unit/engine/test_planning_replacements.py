"""Replacements, imports and reads, as the real engine's source has them."""

import pytest

from slipway.engine.planning.questions import Check, Diff, PlanError
from slipway.engine.planning.registration import ReadRequest
from slipway.engine.providers.answers import DiffAnswer, PropertyDiff
from slipway.engine.values import UNKNOWN
from tests.engine_planning import PROVIDER, REPLACE, SAME, UPDATE, Asked, goal, ops, planner, stored, urn

FIRST = DiffAnswer(changes="some", changed_keys=("x",), replace_keys=("x",), delete_before_replace=True)


def checked(asked: Asked) -> list[tuple[object, object]]:
    return [(item.olds, item.news) for item in asked.questions if isinstance(item, Check)]


def test_what_is_made_anew_ignores_no_changes() -> None:
    asked = Asked(REPLACE)
    asked.plan(planner(stored("a")), goal("a", ignore_changes=("x",)))
    assert checked(asked) == [({"x": 1}, {"x": 1}), (None, {"x": 2})]


def test_what_an_earlier_operation_deleted_first_is_made_without_being_deleted_again() -> None:
    on = planner(stored("a", pending_replacement=True))
    assert ops(Asked(FIRST).plan(on, goal("a"))) == ["replace a", "create-replacement a"]


def test_what_it_took_along_is_deleted_once_more() -> None:
    needs = {"property_dependencies": {"x": [urn("a")]}, "dependencies": [urn("a")]}
    on = planner(stored("a", pending_replacement=True), stored("b", pending_replacement=True, **needs))
    assert ops(Asked(FIRST).plan(on, goal("a"))) == ["delete-replaced b", "replace a", "create-replacement a"]
    again = Asked()
    assert ops(again.plan(on, goal("b"))) == ["replace b", "create-replacement b"]
    assert checked(again) == [(None, {"x": 2})]


def test_what_waits_for_its_replacement_is_replaced_though_nothing_differs() -> None:
    on = planner(stored("a", pending_replacement=True))
    assert ops(Asked(SAME).plan(on, goal("a"))) == ["create-replacement a", "replace a"]


def test_what_nobody_wants_any_more_is_forgotten_when_it_was_deleted_first() -> None:
    assert ops(Asked().end(planner(stored("a", pending_replacement=True)))) == ["remove-pending-replace a"]


def test_a_protected_dependent_is_not_deleted_first() -> None:
    needs = {"property_dependencies": {"x": [urn("a")]}, "dependencies": [urn("a")]}
    on = planner(stored("a"), stored("b", protect=True, **needs), preview=True)
    with pytest.raises(PlanError, match="as part of replacing"):
        Asked(FIRST).plan(on, goal("a"))


def test_protection_can_be_taken_away_with_the_replacement() -> None:
    assert ops(Asked(REPLACE).plan(planner(stored("a", protect=True)), goal("a")))[0] == "create-replacement a"


def test_what_is_replaced_with_another_is_deleted_before_it_too() -> None:
    on = planner(stored("a"), stored("b", replace_with=[urn("a")]))
    steps = Asked(FIRST).plan(on, goal("a"))
    assert ops(steps) == ["delete-replaced b", "delete-replaced a", "replace a", "create-replacement a"]
    assert ops(Asked().plan(on, goal("b", replace_with=(urn("a"),)))) == ["replace b", "create-replacement b"]


def test_the_keys_of_a_listed_property_are_those_that_the_provider_names() -> None:
    deep = DiffAnswer(changes="some", changed_keys=("tags",), detailed={"tags.y": PropertyDiff(kind="update")})
    steps = Asked(deep).plan(planner(stored("a")), goal("a", replace_on_changes=("tags.y",)))
    assert (steps[0].op, steps[0].keys) == ("create-replacement", ())


def test_anything_listed_replaces_what_was_left_half_made() -> None:
    on = planner(stored("a", init_errors=["not ready"]))
    steps = Asked(SAME).plan(on, goal("a", replace_on_changes=("*",)))
    assert steps[0].keys == ("#initerror",)


def test_a_trigger_replaces_without_asking_and_an_unknown_one_only_in_a_preview() -> None:
    old = stored("a", replacement_trigger="one")
    asked = Asked()
    assert ops(asked.plan(planner(old), goal("a", replacement_trigger="two")))[0] == "create-replacement a"
    assert "Diff" not in asked.kinds()
    on = planner(old, preview=True)
    assert ops(Asked().plan(on, goal("a", replacement_trigger=UNKNOWN)))[0] == "create-replacement a"
    with pytest.raises(PlanError, match="trigger contains unknowns"):
        Asked().plan(planner(old), goal("a", replacement_trigger=UNKNOWN))


def test_a_mark_in_the_state_replaces_as_the_flag_does() -> None:
    asked = Asked()
    steps = asked.plan(planner(stored("a", taint=True)), goal("a"))
    assert (ops(steps)[0], steps[0].keys, asked.kinds()) == ("create-replacement a", ("id",), ["Check"])


def test_what_was_taken_over_is_known_by_the_id_that_was_asked_for() -> None:
    on = planner(stored("a", import_id="vpc/a"))
    assert ops(Asked(SAME).plan(on, goal("a", import_id="vpc/a"))) == ["same a"]
    assert ops(Asked().plan(planner(stored("a")), goal("a", import_id="b-1"))) == ["import-replacement a", "replace a"]


def test_what_is_still_to_be_the_imported_one_is_not_replaced() -> None:
    with pytest.raises(PlanError, match=r"remove the `import` declaration from your program;\nx: \{1\} => \{2\}"):
        Asked(REPLACE).plan(planner(stored("a")), goal("a", import_id="a-1"))
    on = planner(stored("a"), preview=True)
    assert ops(Asked(REPLACE).plan(on, goal("a", import_id="a-1")))[0] == "create-replacement a"
    assert (len(on.warnings), on.errors) == (1, [])


def read(name: str, id_: str) -> ReadRequest:
    return ReadRequest(urn=urn(name), type="t:index:T", name=name, id=id_, parent="", inputs={}, provider=PROVIDER)


def test_giving_a_resource_up_keeps_it_and_looking_at_another_replaces_it() -> None:
    assert ops(planner(stored("a")).plan_read(read("a", "a-1"))) == ["read a"]
    assert ops(planner(stored("a")).plan_read(read("a", "z-9"))) == ["read-replacement a", "replace a"]


def test_what_was_only_looked_at_is_made_and_the_other_one_let_go() -> None:
    on = planner(stored("a", external=True))
    assert ops(Asked(UPDATE).plan(on, goal("a"))) == ["create-replacement a", "replace a"]
    assert ops(Asked().end(on)) == ["discard-replaced a"]


def test_a_dependent_is_asked_about_with_what_it_gets_from_the_replaced_one_unknown() -> None:
    needs = {"property_dependencies": {"x": [urn("a")]}, "dependencies": [urn("a")]}
    asked = Asked(lambda question: FIRST if question.urn == urn("a") else UPDATE)
    asked.plan(planner(stored("a"), stored("b", inputs={"x": 1, "y": 2}, **needs)), goal("a"))
    assert [item.news for item in asked.questions if isinstance(item, Diff)][1] == {"x": UNKNOWN, "y": 2}


def test_what_goes_with_something_that_is_deleted_first_is_not_the_providers_business() -> None:
    needs = {"property_dependencies": {"x": [urn("a")]}, "dependencies": [urn("a")]}
    on = planner(stored("a"), stored("b", **needs), stored("c", deleted_with=urn("b"), **needs))
    steps = Asked(FIRST).plan(on, goal("a"))
    assert [(step.op, step.call_provider) for step in steps if step.op.startswith("delete")] == [
        ("delete-replaced", False), ("delete-replaced", True), ("delete-replaced", True),
    ]  # fmt: skip
