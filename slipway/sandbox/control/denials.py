"""What was denied to whom, as a person reads it."""

from collections.abc import Iterable

from slipway.sandbox.iam.denials import Denial

NOTHING = "nothing was denied"


def told(denials: Iterable[Denial]) -> str:
    """Return the denials, the latest last: for each caller the actions and resources that it lacks, and why."""
    lines: list[str] = []
    for denial in denials:
        times = f", {denial.count} times" if denial.count > 1 else ""
        lines += [
            f"{denial.time}{times}  {denial.caller}",
            f"    {denial.action} on {denial.resource}",
            f"    {denial.reason}",
        ]
    return "\n".join(lines) or NOTHING
