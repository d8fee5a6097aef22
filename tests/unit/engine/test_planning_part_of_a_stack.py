"""Operations on a part of a stack, names that change, and what stays after a failure."""

from typing import Any

import pytest

from slipway.engine import urn as urns
from slipway.engine.planning.aliases import Alias
from slipway.engine.planning.ending import plan_kept
from slipway.engine.planning.questions import Check, Diff, PlanError
from slipway.engine.planning.registration import Registration
from slipway.engine.planning.targets import to_refresh
from slipway.engine.providers.answers import DiffAnswer
from slipway.engine.state.resource import ResourceState
from tests.engine_planning import PROVIDER, REPLACE, SAME, UPDATE, Asked, goal, ops, planner, stored, urn


def chain(*names: str) -> list[ResourceState]:
    """Return resources of which each needs the one before it."""
    return [
        stored(name, dependencies=[urn(before)], property_dependencies={"x": [urn(before)]}) if before else stored(name)
        for before, name in zip(["", *names], names, strict=False)
    ]


def test_a_targeted_deletion_asks_of_everything_that_may_go_what_it_would_take_along() -> None:
    """The real engine does so, whether or not anything comes of it."""
    asked = Asked(UPDATE)
    asked.end(planner(*chain("a", "b", "c"), targets=(urn("a"),), target_dependents=True))
    assert sorted(urns.name_of(item.urn) for item in asked.questions if isinstance(item, Diff)) == ["b", "c"]


def test_a_target_takes_its_dependents_and_children_along_where_that_is_asked_for() -> None:
    child = stored("child", parent=urn("b"))
    on = planner(*chain("a", "b"), child, stored("other"), targets=(urn("a"),), target_dependents=True)
    assert ops(Asked().end(on)) == ["delete child", "delete b", "delete a"]


def test_what_depends_on_a_target_is_a_target_where_that_is_asked_for() -> None:
    on = planner(*chain("a", "b"), stored("c"), targets=(urn("a"),), target_dependents=True)
    planned = [Asked(UPDATE).plan(on, goal(name, dependencies=needs)) for name, needs in NEEDS]
    assert [ops(steps) for steps in planned] == [["update a"], ["update b"], ["same c"]]


def test_what_depends_on_an_exclusion_is_excluded_where_that_is_asked_for() -> None:
    on = planner(*chain("a", "b"), stored("c"), exclude=(urn("a"),), exclude_dependents=True)
    planned = [Asked(UPDATE).plan(on, goal(name, dependencies=needs)) for name, needs in NEEDS]
    assert [ops(steps) for steps in planned] == [["same a"], ["same b"], ["update c"]]


NEEDS: list[tuple[str, tuple[str, ...]]] = [("a", ()), ("b", (urn("a"),)), ("c", ())]


def test_an_exclusion_keeps_what_it_needs_and_with_the_flag_what_needs_it() -> None:
    olds = chain("a", "b", "c")
    assert ops(Asked().end(planner(*olds, exclude=(urn("b"),)))) == ["delete c"]
    assert Asked().end(planner(*olds, exclude=(urn("b"),), exclude_dependents=True)) == []


def test_what_needs_something_that_nobody_asked_to_make_is_refused() -> None:
    on = planner(targets=(urn("b"),))
    assert ops(Asked().plan(on, goal("a"))) == ["same a"]
    with pytest.raises(PlanError, match="which was was not specified in --target list"):
        Asked().plan(on, goal("b", dependencies=(urn("a"),)))
    on = planner(targets=(urn("b"),), preview=True)
    Asked().plan(on, goal("a"))
    assert ops(Asked().plan(on, goal("b", dependencies=(urn("a"),)))) == ["create b"]
    assert len(on.errors) == 1


def test_what_an_untargeted_resource_needs_stands_before_it_though_the_program_gave_it_up() -> None:
    on = planner(*chain("a", "b"), stored("c"), stored("d"), targets=(urn("c"),))
    assert ops(Asked().plan(on, goal("b"))) == ["same a", "same b"]
    deletions = Asked().end(on)
    assert (ops(deletions), ops(plan_kept(on, deletions))) == (["delete c"], ["same d"])


def test_an_untargeted_resource_keeps_the_name_that_it_has() -> None:
    on = planner(stored("old"), targets=(urn("z"),))
    assert ops(Asked().plan(on, goal("new", aliases=(Alias(name="old"),)))) == ["same old"]
    assert (Asked().end(on), plan_kept(on, [])) == ([], [])


def test_an_untargeted_resource_does_not_change_its_provider() -> None:
    provider = ResourceState(urn=PROVIDER.rpartition("::")[0], type="pulumi:providers:t", custom=True, id="id")
    with pytest.raises(PlanError, match="change of providers mixed with --target"):
        Asked().plan(planner(provider, stored("a"), targets=(urn("z"),)), goal("a"))


def test_explicit_providers_take_part_whatever_the_targets_are() -> None:
    name = urns.make("dev", "p", "", "pulumi:providers:t", "mine")
    wanted = Registration(urn=name, type="pulumi:providers:t", name="mine", custom=True)
    assert ops(Asked().plan(planner(targets=(urn("a"),)), wanted)) == ["create mine"]


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({"targets": (urn("b"),)}, ["b"]),
        ({"targets": (urn("a"),), "dependents": True}, ["a", "b", "c"]),
        ({"excludes": (urn("b"),)}, ["a", "c", "d"]),
        ({"excludes": (urn("b"),), "dependents": True}, ["a", "d"]),
        ({}, ["a", "b", "c", "d"]),
    ],
)
def test_a_refresh_reads_what_it_is_told_to(settings: dict[str, Any], names: list[str]) -> None:
    found = to_refresh(
        [*chain("a", "b", "c"), stored("d")], **{"targets": (), "excludes": (), "dependents": False, **settings}
    )
    assert [urns.name_of(item.urn) for item in found] == names


def test_two_resources_can_not_both_have_been_the_same_one() -> None:
    on = planner(stored("old"))
    Asked().plan(on, goal("a", aliases=(Alias(name="old"),)))
    asked = Asked()
    with pytest.raises(PlanError, match="Duplicate resource alias"):
        asked.plan(on, goal("b", aliases=(Alias(name="old"),)))
    assert [type(item) for item in asked.questions] == [Check]
    with pytest.raises(PlanError, match="conflicting with alias"):
        Asked().plan(on, goal("old"))


def test_a_child_is_looked_for_where_its_parent_was_found() -> None:
    group = ResourceState(urn=urns.make("dev", "p", "", "my:c:Team", "blue"), type="my:c:Team", custom=False)
    parent = urns.make("dev", "p", "", "my:c:Team", "red")
    child = urns.make("dev", "p", group.urn, "t:index:T", "blue-x")
    old = ResourceState(urn=child, type="t:index:T", custom=True, id="1", inputs={"x": 2}, provider=PROVIDER)
    on = planner(group, old)
    team = Registration(urn=parent, type="my:c:Team", name="red", custom=False, aliases=(Alias(name="blue"),))
    assert ops(Asked().plan(on, team)) == ["same red"]
    now = urns.make("dev", "p", parent, "t:index:T", "red-x")
    wanted = Registration(
        urn=now, type="t:index:T", name="red-x", custom=True, inputs={"x": 2}, parent=parent, provider=PROVIDER
    )
    assert ops(Asked(SAME).plan(on, wanted)) == ["same red-x"]
    assert Asked().end(on) == []


def test_after_a_failure_nothing_goes_that_the_failed_one_needs() -> None:
    on = planner(*chain("a", "b"), stored("c"))
    Asked(UPDATE).plan(on, goal("b"))
    on.failed.add(urn("b"))
    assert ops(Asked().end(on)) == ["delete c"]


def test_a_replacement_that_was_not_made_costs_nothing() -> None:
    on = planner(stored("a"))
    Asked(REPLACE).plan(on, goal("a"))
    on.skipped.add(urn("a"))
    assert Asked().end(on) == []


def test_a_component_that_becomes_a_resource_of_a_provider_is_made_anew() -> None:
    old = ResourceState(urn=urn("a"), type="t:index:T", custom=False)
    steps = Asked(DiffAnswer(changes="none")).plan(planner(old), goal("a"))
    assert (ops(steps)[0], steps[0].keys) == ("create-replacement a", ("provider",))
