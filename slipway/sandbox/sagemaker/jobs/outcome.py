"""How a training job ends, and what it says about a failure."""

from dataclasses import dataclass

from slipway.sandbox.sagemaker.containers.process import ContainerProcess
from slipway.sandbox.sagemaker.jobs.preparation import Host

ABANDONED = "InternalServerError: the sandbox was stopped while the job ran; start the job again"


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


def failure_reason(host: Host, process: ContainerProcess) -> str:
    """Return `AlgorithmError: <the failure file, or the last lines of the log>, exit code: N`."""
    file = host.workspace.ml / "output/failure"
    text = file.read_text(encoding="utf-8", errors="replace")[:1024] if file.is_file() else ""
    if not text.strip():
        lines = "\n".join(process.last_lines())
        end = f"ends with:\n{lines}" if lines else "is empty"
        text = f"no /opt/ml/output/failure was written; the log of {host.name} {end}"
    code = f", exit code: {process.exit_code}"
    return f"AlgorithmError: {text.strip()}"[: 1024 - len(code)] + code
