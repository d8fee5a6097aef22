"""An operation in which nothing moves says so, once."""

from slipway.engine.program.stillness import Stillness


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_nothing_is_said_before_the_limit_and_one_thing_after_it() -> None:
    clock = Clock()
    stillness = Stillness(clock, limit=60)
    said: list[str] = []
    for clock.now in (0, 59, 60, 61, 500):
        said += stillness.look(busy=False, asked=1, in_hand=0)
    assert len(said) == 1
    assert "waits for what never comes" in said[0]
    assert "Ctrl-C" in said[0]


def test_a_provider_that_owes_an_answer_is_told_apart_from_the_program() -> None:
    clock = Clock()
    stillness = Stillness(clock, limit=60)
    assert list(stillness.look(busy=False, asked=1, in_hand=1)) == []
    clock.now = 60
    (said,) = stillness.look(busy=False, asked=1, in_hand=1)
    assert "a provider was asked" in said


def test_a_step_in_flight_or_a_new_request_is_movement() -> None:
    clock = Clock()
    stillness = Stillness(clock, limit=60)
    for moment, busy, asked in ((0, False, 1), (60, True, 1), (119, False, 1), (121, False, 2), (180, False, 2)):
        clock.now = moment
        assert list(stillness.look(busy=busy, asked=asked, in_hand=0)) == []
    clock.now = 181
    assert len(list(stillness.look(busy=False, asked=2, in_hand=0))) == 1
