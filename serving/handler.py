"""How a request becomes an answer: edit this file to serve your own model.

The four names are those of SageMaker's own inference toolkit. Raise `RequestError` for what the client must change
(4xx), and `ModelError` in `model_fn` for a model that can't be served: the process then ends with that one line.
`tabular/` holds what this handler is made of; everything else in `serving/` is the server and knows nothing about
models.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from serving.tabular import forms
from serving.tabular.model import Model, load

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def model_fn(model_dir: str) -> Model:
    """Load the model, once a process, and prove it: it must give its own examples the answers that training saw."""
    model = load(model_dir)
    model.answer_examples()
    return model


def input_fn(body: bytes, content_type: str) -> forms.Rows:
    """Take a request's body apart: JSON objects, CSV lines, or a matrix."""
    return forms.decode(body, content_type)


def predict_fn(rows: forms.Rows, model: Model) -> NDArray[np.float64]:
    """Return one probability a row. A category that training never saw counts as missing, see `tabular/rows.py`."""
    return model.predict(rows)


def output_fn(prediction: NDArray[np.float64], accept: str) -> tuple[bytes, str]:
    """Return the answer's body and content type; `accept` is the client's wish, or the request's own type."""
    return forms.encode(prediction, accept)
