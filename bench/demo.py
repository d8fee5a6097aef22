"""How long `make demo` takes on this machine, from a fresh clone: installation, then whole runs.

Run it with any Python 3.11: `python bench/demo.py [--runs 5]`. It clones this repository to a temporary folder and
prints the machine, the seconds of the installation, and the medians of time and peak memory (shared pages counted
once). Nothing is compared: no other tool has this loop.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from machine import machine

HERE = Path(__file__).resolve().parent.parent


def seconds_of(command: list[str], folder: Path) -> float:
    """Run a command quietly and return its seconds of wall time."""
    started = time.monotonic()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - started


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="whole runs of the demo (default: 5)")
    runs = parser.parse_args().runs
    print(machine())
    with tempfile.TemporaryDirectory() as scratch:
        clone = Path(scratch) / "slipway"
        subprocess.run(["git", "clone", "--quiet", str(HERE), str(clone)], check=True)
        print(f"installation {seconds_of(['make', '.venv/.demo'], clone):6.1f} s")
        times, peaks = [], []
        for _ in range(runs):
            times.append(seconds_of(["make", "demo"], clone))
            newest = max(clone.glob(".slipway/demo/*/measurements.json"), key=lambda file: file.stat().st_mtime)
            peaks.append(json.loads(newest.read_text())["peak_proportional_bytes"] / 2**20)
        print(
            f"make demo    {statistics.median(times):6.1f} s  (median of {runs}: {min(times):.1f} to {max(times):.1f})"
        )
        print(f"peak memory  {statistics.median(peaks):6.0f} MiB, all processes together")


if __name__ == "__main__":
    main()
