"""What ECR deletes by itself."""

from __future__ import annotations

import json


def lifecycle_policy(untagged_image_days: int) -> str:
    """Return the lifecycle policy of a repository as JSON text: images without a tag go after some days."""
    rule = {
        "rulePriority": 1,
        "description": "no tag, so nobody can run it by name",
        "selection": {
            "tagStatus": "untagged",
            "countType": "sinceImagePushed",
            "countUnit": "days",
            "countNumber": untagged_image_days,
        },
        "action": {"type": "expire"},
    }
    return json.dumps({"rules": [rule]})
