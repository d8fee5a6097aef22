"""The names that a pipeline gives to what its steps make."""

import re
import secrets
import string

LONGEST = 63
"""Characters of a job's or a model's name."""
_ALPHABET = string.ascii_letters + string.digits


def random_word(length: int, alphabet: str = string.ascii_lowercase + string.digits) -> str:
    """Return that many random letters and digits."""
    return "".join(secrets.choice(alphabet) for _ in range(length))


def made_name(execution_id: str, step: str) -> str:
    """Return `pipelines-EXECUTION-STEP-RANDOM`, the step's name cut so that it fits SageMaker's length."""
    start, end = f"pipelines-{execution_id}-", f"-{random_word(10, _ALPHABET)}"
    middle = re.sub(r"[^A-Za-z0-9]+", "-", step)[: LONGEST - len(start) - len(end)].strip("-")
    return f"{start}{middle}{end}" if middle else f"{start.rstrip('-')}{end}"
