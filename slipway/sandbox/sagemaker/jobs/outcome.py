"""How a job ends, and what it says about a failure."""

from dataclasses import dataclass
from pathlib import Path

from slipway.sandbox.sagemaker.containers.process import ContainerProcess
from slipway.sandbox.sagemaker.jobs.host import Host

ABANDONED = "InternalServerError: the sandbox was stopped while the job ran; start the job again"
MESSAGE_LIMIT = 1024
"""Characters that SageMaker keeps of a container's own message."""


@dataclass(frozen=True)
class Outcome:
    """How a job ended."""

    status: str
    secondary: str
    reason: str = ""


STOPPED = Outcome("Stopped", "Stopped")
OUT_OF_TIME = Outcome("Stopped", "MaxRuntimeExceeded")
COMPLETED = Outcome("Completed", "Completed")


def failed(reason: str) -> Outcome:
    """Return the end of a job that failed."""
    return Outcome("Failed", "Failed", reason)


def message_in(file: Path) -> str:
    """Return what a container left in a file for people to read; empty when there is none."""
    return file.read_text(encoding="utf-8", errors="replace")[:MESSAGE_LIMIT].strip() if file.is_file() else ""


def failure_reason(host: Host, process: ContainerProcess, file: str) -> str:
    """Return `AlgorithmError: <the file below /opt/ml, or the last lines of the log>, exit code: N`."""
    text = message_in(host.workspace.ml / file)
    if not text:
        lines = "\n".join(process.last_lines())
        end = f"ends with:\n{lines}" if lines else "is empty"
        text = f"no /opt/ml/{file} was written; the log of {host.name} {end}"
    code = f", exit code: {process.exit_code}"
    return f"AlgorithmError: {text}"[: MESSAGE_LIMIT - len(code)] + code
