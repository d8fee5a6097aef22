"""The rules of composite alarms, after the examples of PutCompositeAlarm."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from slipway.sandbox.clockwork.alarms.rule import STATES, parse

STATES_NOW = {"CPU": "ALARM", "Disk": "OK", "a (b)": "ALARM", "Network": "OK"}


def test_the_examples_of_the_reference_hold() -> None:
    for text, holds in {
        "ALARM(CPU) AND ALARM(Disk)": False,
        "ALARM(CPU) AND NOT ALARM(Disk)": True,
        "(ALARM(CPU) OR ALARM(Disk)) AND OK(Network)": True,
        'ALARM("a (b)")': True,
        "OK(arn:aws:cloudwatch:eu-west-1:123456789012:alarm:Disk)": True,
        "TRUE AND NOT FALSE": True,
        "INSUFFICIENT_DATA(unknown)": False,
    }.items():
        assert parse(text).holds(STATES_NOW) is holds, text


def test_and_binds_closer_than_or_and_not_closest() -> None:
    assert parse("TRUE OR FALSE AND FALSE").holds({}) is True
    assert parse("(TRUE OR FALSE) AND FALSE").holds({}) is False
    assert parse("NOT TRUE OR TRUE").holds({}) is True


def test_the_children_are_named_once_each() -> None:
    assert parse("ALARM(b) OR OK(a) OR ALARM(b)").children == ("a", "b")


EXPRESSIONS = st.recursive(
    st.sampled_from(
        [("TRUE", "True"), ("FALSE", "False"), *((f"{s}(x{i})", f"(x{i} == '{s}')") for s in STATES for i in (1, 2))]
    ),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(
            lambda t: (f"({t[0][0]} {t[1]} {t[2][0]})", f"({t[0][1]} {t[1].lower()} {t[2][1]})")
        ),
        inner.map(lambda t: (f"NOT {t[0]}", f"(not {t[1]})")),
    ),
    max_leaves=12,
)


@given(EXPRESSIONS, st.sampled_from(STATES), st.sampled_from(STATES))
def test_a_rule_means_what_python_says_that_its_words_mean(pair: tuple[str, str], one: str, two: str) -> None:
    rule, python = pair
    expected = eval(python, {"x1": one, "x2": two})  # noqa: S307  (made of the words above only)
    assert parse(rule).holds({"x1": one, "x2": two}) is expected
