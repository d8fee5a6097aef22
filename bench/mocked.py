"""One program under mocks in a process of its own: `python -m bench.mocked FILE STACK`, in the project's folder.

FILE is `__main__.py` or a bare program; the mock engine answers at once, so what is left is Python's own work.
"""

from __future__ import annotations

import asyncio
import json
import runpy
import sys
from pathlib import Path
from typing import Any

import pulumi
import yaml
from pulumi.runtime.settings import set_root_resource
from pulumi.runtime.stack import run_in_stack


class Answers(pulumi.runtime.Mocks):
    """Answers every resource with its inputs, a name and an ARN, and counts those of AWS."""

    def __init__(self) -> None:
        self.count = 0

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Answer one resource."""
        self.count += args.typ.startswith("aws:")
        made = {"name": args.name, "bucket": args.name, "keyId": args.name, "arn": f"arn:aws:x:::{args.name}"}
        return args.name, {**made, **args.inputs}

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[str, Any]:
        """Refuse a function: nobody is there to answer."""
        raise SystemExit(f"the program asks AWS: {args.token}")


def main() -> None:
    """Run the program and print how many resources of AWS it registered."""
    file, stack = sys.argv[1:]
    sys.path.insert(0, str(Path.cwd()))
    config = yaml.safe_load(Path(f"Pulumi.{stack}.yaml").read_text("utf-8"))["config"]
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    answers = Answers()
    pulumi.runtime.set_all_config(texts)
    pulumi.runtime.set_mocks(answers, project="slipway", stack=stack, preview=False)
    set_root_resource(None)  # set_mocks made a stack that is finished already
    loop.run_until_complete(run_in_stack(lambda: runpy.run_path(file, run_name="__main__")))
    print(answers.count)


if __name__ == "__main__":
    main()
