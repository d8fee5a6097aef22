import json
from pathlib import Path

import pytest

from bench import made_up_model
from serving import handler


def test_serving_loads_it_and_gives_the_native_answers(tmp_path: Path) -> None:
    asked = made_up_model.make(tmp_path)
    model = handler.model_fn(str(tmp_path))

    answers = [
        json.loads(
            handler.output_fn(
                handler.predict_fn(handler.input_fn(made_up_model.body(row), "application/json"), model),
                "application/json",
            )[0]
        )["predictions"][0]
        for row in asked.rows
    ]

    assert answers == pytest.approx(asked.predictions, abs=1e-12)
    assert len(set(answers)) > 150
    assert len(model.features) == 30
