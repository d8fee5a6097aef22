import pytest

from training import config
from training.contract import TrainingError


def test_no_hyperparameters_mean_the_defaults() -> None:
    assert config.parse({}) == config.Hyperparameters()


def test_strings_become_numbers_of_the_right_kind() -> None:
    parsed = config.parse({"num_leaves": "63", "learning_rate": "1e-1"})

    assert parsed.num_leaves == 63
    assert isinstance(parsed.num_leaves, int)
    assert parsed.learning_rate == pytest.approx(0.1)


def test_values_written_as_json_strings_are_read() -> None:
    assert config.parse({"num_leaves": '"63"'}).num_leaves == 63


def test_hyperparameters_of_sagemakers_script_mode_are_not_ours() -> None:
    assert config.parse({"sagemaker_program": "train.py"}) == config.Hyperparameters()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("num_leaves", "1"),
        ("num_leaves", "4097"),
        ("num_leaves", "31.5"),
        ("num_leaves", ""),
        ("num_leaves", "many"),
        ("learning_rate", "0"),
        ("learning_rate", "nan"),
        ("learning_rate", "inf"),
        ("seed", "-1"),
        ("feature_fraction", "1.01"),
    ],
)
def test_a_value_out_of_bounds_is_refused_with_its_bounds(name: str, text: str) -> None:
    with pytest.raises(TrainingError, match=rf"{name} is '{text}'; a .*number from .* to .* is expected"):
        config.parse({name: text})


def test_bounds_themselves_are_allowed() -> None:
    parsed = config.parse({"num_leaves": "2", "feature_fraction": "1", "lambda_l2": "0"})

    assert (parsed.num_leaves, parsed.feature_fraction, parsed.lambda_l2) == (2, 1.0, 0.0)


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(TrainingError) as caught:
        config.parse({"num_leafs": "31", "learning_rate": "7", "seed": "x"})

    assert all(word in str(caught.value) for word in ("'num_leafs' is unknown", "learning_rate is '7'", "seed is 'x'"))
