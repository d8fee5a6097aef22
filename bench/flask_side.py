"""What `serving/` is measured against: a model behind Flask and pandas, run by gunicorn's gevent workers.

The design is that of AWS's sample container for scikit-learn (amazon-sagemaker-examples, scikit_bring_your_own),
without the nginx before it: a pandas frame is made of the body and turned into the answer, LightGBM itself predicts.
Of pandas's ways to read one row, `DataFrame(records)` is the fastest: `read_csv` takes twice as long.
MODEL_FOLDER says where the model is. It runs in the benchmark's own virtual environment, see requirements/bench.in.
"""

from __future__ import annotations

import os
from pathlib import Path

import flask
import lightgbm as lgb
import pandas as pd

app = flask.Flask(__name__)
booster = lgb.Booster(model_file=str(Path(os.environ["MODEL_FOLDER"]) / "model.txt"))


@app.get("/ping")
def ping() -> flask.Response:
    """Say that the model is there."""
    return flask.Response("\n", status=200, mimetype="application/json")


@app.post("/invocations")
def invocations() -> flask.Response:
    """Predict every row of a JSON list of objects."""
    if flask.request.content_type != "application/json":
        return flask.Response("this predictor reads JSON only", status=415, mimetype="text/plain")
    rows = pd.DataFrame(flask.request.get_json()["instances"])
    answer = pd.DataFrame({"prediction": booster.predict(rows)})
    return flask.Response(answer.to_json(orient="records"), status=200, mimetype="application/json")
