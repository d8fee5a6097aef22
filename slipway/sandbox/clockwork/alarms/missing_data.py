"""From datapoints to a state: M out of N, and what is made of datapoints that are missing.

Source: the CloudWatch user guide's page "Configuring how CloudWatch alarms treat missing data", with its two tables.
CloudWatch looks at more periods than it evaluates, so that a few late datapoints do no harm; how many is not
documented beyond the tables' example of 5 for 3, so it is two more here.
"""

from collections.abc import Callable, Sequence

from slipway.sandbox.clockwork.alarms.rule import State

EXTRA_PERIODS = 2
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")


def judge(
    points: Sequence[float | None],
    breaches: Callable[[float], bool],
    *,
    periods: int,
    needed: int,
    treatment: str,
    current: State,
) -> State:
    """Return the state that the datapoints of the evaluation range give, oldest first, None where one is missing.

    `periods` is EvaluationPeriods (N), `needed` DatapointsToAlarm (M), `treatment` TreatMissingData.
    """
    real = [point for point in points if point is not None]
    if len(real) >= periods:
        real = real[-periods:]  # enough of them: what is missing between does not matter
    missing = periods - len(real)
    breaching = sum(1 for point in real if breaches(point))
    if breaching >= needed:
        return "ALARM"
    if treatment == "breaching":
        return "ALARM" if breaching + missing >= needed else "OK"
    if missing == 0 or treatment == "notBreaching" or breaching < len(real):
        return "OK"
    if not real:
        return "INSUFFICIENT_DATA" if treatment == "missing" else current
    # all there is breaches, but it is less than M: "premature" while the oldest is younger than M periods
    oldest = len(points) - next(index for index, point in enumerate(points) if point is not None)
    return "ALARM" if treatment == "missing" and oldest >= needed else current
