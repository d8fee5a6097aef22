"""`python -m slipway.load`: the load as a process of its own, so that nobody else's work delays its requests.

Goes on until its standard input ends, which it also does when whoever started it dies.
"""

from __future__ import annotations

import argparse
import itertools
import json
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from slipway.load.generator import Generator
from slipway.load.samples import as_line

if TYPE_CHECKING:
    from slipway.load.samples import Sample


def main() -> int:
    """Send rows, one a request, in turn; a sample of each goes to the file."""
    parser = argparse.ArgumentParser(prog="slipway.load", description=__doc__)
    parser.add_argument("--endpoint", required=True)
    parser.add_argument("--rows", type=Path, required=True, help="a JSON list of rows")
    parser.add_argument("--samples", type=Path, required=True, help="where the samples go, a JSON line each")
    parser.add_argument("--rate", type=float, required=True, help="requests a second")
    parser.add_argument("--clients", type=int, required=True)
    asked = parser.parse_args()
    bodies = [json.dumps({"instances": [row]}).encode() for row in json.loads(asked.rows.read_text("utf-8"))]
    # a request that only the second try brings through is a failed request
    config = Config(retries={"total_max_attempts": 1}, max_pool_connections=asked.clients)
    runtime = boto3.client("sagemaker-runtime", config=config)

    def send(number: int) -> tuple[float | None, str]:
        body = bodies[number % len(bodies)]
        try:
            answer = runtime.invoke_endpoint(EndpointName=asked.endpoint, ContentType="application/json", Body=body)
            return float(json.loads(answer["Body"].read())["predictions"][0]), ""
        except (ClientError, BotoCoreError, OSError, ValueError, LookupError, TypeError) as error:
            return None, f"{type(error).__name__}: {error}"

    first = itertools.count()
    lock = threading.Lock()
    with asked.samples.open("w", encoding="utf-8", buffering=1) as file:

        def keep(sample: Sample) -> None:
            with lock:
                file.write(as_line(sample))
                if next(first) == 0:
                    print(json.dumps({"began": time.time() - sample.answered}), flush=True)

        generator = Generator(send, keep, rate=asked.rate, clients=asked.clients, clock=time.monotonic)

        def end_with_input() -> None:
            sys.stdin.buffer.read()
            generator.stop()

        # the demo's Ctrl-C is not for this process: it ends with its input
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        threading.Thread(target=end_with_input, daemon=True).start()
        generator.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
