"""`python -m training train` under SageMaker's contract; `python -m training predict` for offline answers."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from training.contract import Folders, TrainingError

if TYPE_CHECKING:
    from collections.abc import Sequence

_STOPPED = 128 + signal.SIGTERM


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; return 0, or 1 with the reason on stderr and, for a training job, in the failure file."""
    parser = argparse.ArgumentParser(prog="training", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("train", help="train from the channels below /opt/ml (SLIPWAY_ML_ROOT) into its model folder")
    predict = verbs.add_parser("predict", help="answer rows with the native model, as a JSON list")
    predict.add_argument("--model", type=Path, required=True, help="folder of an unpacked model")
    predict.add_argument("--rows", type=Path, required=True, help="JSON file: a list of row objects")
    asked = parser.parse_args(argv)
    return _train() if asked.verb == "train" else _predict(asked.model, asked.rows)


def _train() -> int:
    folders = Folders.here()
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


def _failed(folders: Folders, reason: str) -> int:
    print(f"training failed: {reason}", file=sys.stderr, flush=True)
    folders.fail(reason)
    return 1


def _predict(model: Path, rows: Path) -> int:
    from training.predict import predict  # noqa: PLC0415 - train does not need it

    try:
        print(json.dumps(predict(model, rows)))
    except TrainingError as error:
        print(str(error), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
