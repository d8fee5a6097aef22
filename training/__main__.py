"""`python -m training train` under SageMaker's contract; `predict` and `evaluate` for what a trained model says."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from training import deployed
from training.contract import Folders, TrainingError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_STOPPED = 128 + signal.SIGTERM


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; return 0, or 1 with the reason on stderr and, for a training job, in the failure file."""
    parser = argparse.ArgumentParser(prog="training", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("train", help="train from the channels below /opt/ml (SLIPWAY_ML_ROOT) into its model folder")
    verbs.add_parser("split", help="a pipeline's step: hold the newest Parquet file back, below /opt/ml/processing")
    verbs.add_parser("judge", help="a pipeline's step: judge the model there, and write evaluation/evaluation.json")
    predict = verbs.add_parser("predict", help="answer rows with the native model, as a JSON list")
    predict.add_argument("--model", type=Path, required=True, help="folder of an unpacked model")
    predict.add_argument("--rows", type=Path, required=True, help="JSON file: a list of row objects")
    evaluate = verbs.add_parser("evaluate", help="judge the native model on sets of rows, as one JSON document")
    evaluate.add_argument("--model", type=Path, required=True, help="folder of an unpacked model")
    parquet = "a Parquet file or a folder of them; may be repeated"
    evaluate.add_argument(
        "--train", type=Path, metavar="PATH", action="append", required=True, help=f"rows of the baseline: {parquet}"
    )
    evaluate.add_argument(
        "--data", type=_named, metavar="NAME=PATH", action="append", required=True, help=f"rows to judge on: {parquet}"
    )
    asked = parser.parse_args(argv)
    if asked.verb == "train":
        return _train()
    if asked.verb in ("split", "judge"):
        return _step(asked.verb)
    if asked.verb == "predict":
        return _predict(asked.model, asked.rows)
    names = [name for name, _ in asked.data]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        evaluate.error(f"--data: {twice[0]!r} is given twice; each set has a name of its own")
    return _evaluate(asked.model, asked.train, dict(asked.data))


def _train() -> int:
    folders = Folders.here()
    archive = deployed.package(folders)
    if archive is not None:
        try:
            deployed.hand_over(folders, archive)
        except TrainingError as error:
            return _failed(folders, str(error))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_STOPPED))  # a stopped job leaves no half-finished wait behind
    try:
        from training.train import train  # noqa: PLC0415 - importing the learner may fail too, and must be told

        train(folders)
    except TrainingError as error:
        return _failed(folders, str(error))
    except Exception as error:  # noqa: BLE001 - the process's outermost loop: SageMaker must learn of every end
        traceback.print_exc()
        return _failed(folders, f"{type(error).__name__}: {error}")
    return 0


def _step(verb: str) -> int:
    from training import steps  # noqa: PLC0415 - train does not need it

    root = Folders.here().root / "processing"
    return _printed(lambda: steps.split(root) if verb == "split" else steps.judge(root))


def _failed(folders: Folders, reason: str) -> int:
    print(f"training failed: {reason}", file=sys.stderr, flush=True)
    folders.fail(reason)
    return 1


def _predict(model: Path, rows: Path) -> int:
    from training.predict import predict  # noqa: PLC0415 - train does not need it

    return _printed(lambda: predict(model, rows))


def _evaluate(model: Path, train: list[Path], sets: dict[str, Path]) -> int:
    from training.evaluate import evaluate  # noqa: PLC0415

    return _printed(lambda: evaluate(model, train, sets))


def _printed(answer: Callable[[], object]) -> int:
    try:
        print(json.dumps(answer(), allow_nan=False))
    except TrainingError as error:
        print(str(error), file=sys.stderr)
        return 1
    return 0


def _named(text: str) -> tuple[str, Path]:
    name, _, path = text.partition("=")
    if not name or not path:
        raise argparse.ArgumentTypeError(f"{text!r} is no NAME=PATH")
    return name, Path(path)


if __name__ == "__main__":
    sys.exit(main())
