"""Children of the tool that use its terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from slipway import child

PROJECT = Path(__file__).parents[3]
OURS = """
import sys; from pathlib import Path; from slipway import child
sys.exit(child.attached(sys.argv[1:], cwd=Path()))
"""
SLEEPER = "import signal, sys, time; {}; print('ready', flush=True); time.sleep(60)"


@pytest.mark.parametrize(("how", "code"), [("sys.exit(7)", 7), ("os.kill(os.getpid(), 15)", 143)])
def test_its_exit_code_is_what_a_shell_would_say(how: str, code: int, tmp_path: Path) -> None:
    assert child.attached([sys.executable, "-c", f"import os, sys; {how}"], cwd=tmp_path) == code


def test_it_reads_what_this_process_reads_and_writes_where_it_writes() -> None:
    echo = [sys.executable, "-c", "print('got', input())"]
    ran = subprocess.run(
        [sys.executable, "-c", OURS, *echo], cwd=PROJECT, input="yes\n", capture_output=True, text=True, check=True
    )
    assert ran.stdout == "got yes\n"


@pytest.mark.slow
@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGHUP])
def test_a_polite_end_is_passed_on(signum: signal.Signals) -> None:
    sleeper = SLEEPER.format(f"signal.signal({int(signum)}, lambda *_: sys.exit(9))")
    process = subprocess.Popen(
        [sys.executable, "-c", OURS, sys.executable, "-c", sleeper], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signum)
        assert process.wait(20) == 9


@pytest.mark.slow
def test_a_ctrl_c_of_the_terminal_is_the_childs_to_answer() -> None:
    sleeper = SLEEPER.format("signal.signal(2, lambda *_: (print('finishing', flush=True), sys.exit(3)))")
    process = subprocess.Popen(
        [sys.executable, "-c", OURS, sys.executable, "-c", sleeper],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline() == "ready\n"
        os.killpg(process.pid, signal.SIGINT)  # what a terminal does
        assert process.stdout.readline() == "finishing\n"
        assert process.wait(20) == 3
