import pytest

from bench.goals import Goal, ratios


def _goal(*values: float, at_least: bool) -> Goal:
    return Goal(text="ours to theirs", values=values, bound=2, at_least=at_least)


@pytest.mark.parametrize(
    ("values", "at_least", "met"),
    [((2.0,), True, True), ((2.0,), False, True), ((1.9,), True, False), ((2.1,), False, False)],
)
def test_a_bound_itself_is_kept(values: tuple[float, ...], *, at_least: bool, met: bool) -> None:
    assert _goal(*values, at_least=at_least).met is met


def test_one_bad_round_of_five_misses_no_goal_and_is_shown() -> None:
    goal = _goal(1.5, 1.6, 9.0, 1.4, 1.7, at_least=False)

    assert goal.met
    assert goal.line() == "PASS  ours to theirs: 1.60, at most 2 (1.40 to 9.00)"


def test_three_bad_rounds_of_five_miss_it() -> None:
    assert _goal(1.5, 2.6, 9.0, 1.4, 2.7, at_least=False).line().startswith("MISS  ours to theirs: 2.60, at most 2 ")


def test_ratios_are_taken_round_by_round() -> None:
    assert ratios([10.0, 30.0], [5.0, 10.0]) == [2.0, 3.0]
