"""Who may take the role of a schedule."""

from __future__ import annotations

from infra.components.security.statements import document
from infra.naming import partition


def schedule_trust(account_id: str, region: str, group_name: str) -> str:
    """Return the trust policy of a schedule's role: the scheduler, for schedules of one group of this account only."""
    return document(
        [
            {
                "Sid": "AssumeByScheduler",
                "Effect": "Allow",
                "Principal": {"Service": "scheduler.amazonaws.com"},
                "Action": ["sts:AssumeRole"],
                "Condition": {
                    "StringEquals": {
                        "aws:SourceAccount": account_id,
                        # Scheduler gives the group here, not the schedule: https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
                        "aws:SourceArn": f"arn:{partition(region)}:scheduler:{region}:{account_id}"
                        f":schedule-group/{group_name}",
                    }
                },
            }
        ]
    )
