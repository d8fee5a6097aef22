"""`python -m serving serve`: SageMaker starts the container as `docker run IMAGE serve`."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from serving.errors import ServingError

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until told to stop; return 1, with one line that says why, when the model can't be served."""
    parser = argparse.ArgumentParser(prog="serving", description=__doc__)
    parser.add_subparsers(dest="verb", required=True).add_parser("serve", help="answer /ping and /invocations")
    parser.parse_args(argv)
    from serving.server import Settings, serve  # noqa: PLC0415 - --help needs no model libraries

    try:
        serve(Settings.of(os.environ))
    except ServingError as error:
        print(f"serving failed: {error}", file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
