"""URNs, aliases and targets."""

from slipway.engine import urn as urns
from slipway.engine.planning.aliases import Alias, former_urns
from slipway.engine.planning.targets import Selection

STACK = "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev"
PARENT = "urn:pulumi:dev::p::my:c:Team::red"


def former(aliases: list[Alias], parent: str = PARENT, was: str = "") -> list[str]:
    urn = urns.make("dev", "p", parent, "t:index:T", "red-x")
    return former_urns(urn=urn, parent=parent, aliases=aliases, found_as={parent: was} if was else {})


def test_the_types_of_ancestors_are_part_of_a_urn_but_the_stack_is_not() -> None:
    assert urns.make("dev", "p", PARENT, "t:index:T", "n") == "urn:pulumi:dev::p::my:c:Team$t:index:T::n"
    assert urns.make("dev", "p", STACK, "t:index:T", "n") == "urn:pulumi:dev::p::t:index:T::n"


def test_a_name_may_hold_the_separator() -> None:
    urn = urns.make("dev", "p", "", "t:index:T", "a::b")
    assert (urns.name_of(urn), urns.type_of(urn)) == ("a::b", "t:index:T")


def test_only_the_engines_own_providers_are_default_ones() -> None:
    provider = "urn:pulumi:dev::p::pulumi:providers:aws::"
    assert urns.is_default_provider(provider + "default_7_51_1")
    assert not urns.is_default_provider(provider + "sandbox")
    assert not urns.is_default_provider("urn:pulumi:dev::p::t:index:T::default")


def test_an_alias_keeps_what_it_does_not_name() -> None:
    assert former([Alias(name="old")]) == ["urn:pulumi:dev::p::my:c:Team$t:index:T::old"]


def test_an_alias_without_parent_stood_at_the_top() -> None:
    assert former([Alias(no_parent=True)]) == ["urn:pulumi:dev::p::t:index:T::red-x"]


def test_an_alias_may_name_another_stack_and_project() -> None:
    assert former([Alias(stack="prod", project="q", type="t:index:U")]) == [
        "urn:pulumi:prod::q::my:c:Team$t:index:U::red-x"
    ]


def test_children_follow_a_renamed_parent_with_their_names() -> None:
    found = former([], was="urn:pulumi:dev::p::my:c:Team::blue")
    assert found == ["urn:pulumi:dev::p::my:c:Team$t:index:T::blue-x"]


def test_a_child_that_was_renamed_with_its_parent_is_looked_for_under_both_names() -> None:
    assert former([Alias(name="other")], was="urn:pulumi:dev::p::my:c:Gang::blue") == [
        "urn:pulumi:dev::p::my:c:Team$t:index:T::other",
        "urn:pulumi:dev::p::my:c:Gang$t:index:T::blue-x",
        "urn:pulumi:dev::p::my:c:Gang$t:index:T::other",
    ]


def test_a_parent_that_was_found_under_its_own_name_hands_nothing_down() -> None:
    assert former([]) == []


def test_targets_may_hold_wildcards() -> None:
    chosen = Selection(["urn:pulumi:dev::p::t:index:T::*", "urn:pulumi:dev::p::**::deep"])
    assert "urn:pulumi:dev::p::t:index:T::any" in chosen
    assert "urn:pulumi:dev::p::a$b::deep" in chosen
    assert "urn:pulumi:dev::p::t:index:U::any" not in chosen


def test_a_target_that_names_nothing_is_found_out() -> None:
    assert Selection(["urn:x", "urn:y"]).unmatched(["urn:x"]) == ["urn:y"]
