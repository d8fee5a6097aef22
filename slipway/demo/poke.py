"""What `slipway demo --keep` prints: how to reach the endpoint that is left running."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slipway.demo.run_folder import RunFolder
    from slipway.pulumi_cli import Engine


def write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write a request body with a few real rows."""
    path.write_text(json.dumps({"instances": rows}, indent=1) + "\n", "utf-8")


def commands(
    folder: RunFolder, engine: Engine, endpoint: str, url: str, data: tuple[str, str], rows: Path
) -> list[str]:
    """Return the lines to print: what runs where, and what to type."""
    state = shlex.quote(str(folder.state))
    pulumi = shlex.join(engine.argv)
    slipway = _slipway()
    return [
        f"endpoint {endpoint} is InService behind {url}; the sandbox goes on until you end it",
        "",
        "  # let this shell see the sandbox as AWS: aws, boto3 and pulumi all follow",
        f'  eval "$({slipway} sandbox env --state {state})"',
        "",
        f"  aws sagemaker describe-endpoint --endpoint-name {endpoint}",
        f"  aws sagemaker-runtime invoke-endpoint --endpoint-name {endpoint} --content-type application/json \\",
        f"      --body fileb://{shlex.quote(str(rows))} answer.json && cat answer.json",
        "",
        '  curl --aws-sigv4 "aws:amz:$AWS_REGION:sagemaker" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \\',
        f"      -H 'Content-Type: application/json' --data-binary @{shlex.quote(str(rows))} \\",
        f'      "$AWS_ENDPOINT_URL/endpoints/{endpoint}/invocations"',
        "",
        f"  cd {shlex.quote(str(folder.project))}",
        f"  {pulumi} stack output --json --stack dev",
        f"  {pulumi} preview --stack dev",
        "",
        "  # train again on other months or with other hyperparameters, pin it, roll it out",
        f"  {slipway} train -s dev --train {data[0]} \\",
        f"      --validation {data[1]} --hyperparameter num_leaves=15 --approve",
        f"  {slipway} release -s dev && {slipway} up -s dev --yes",
        f"  {slipway} history -s dev",
        "",
        "  # the end of it",
        f"  {slipway} sandbox down --state {state}",
    ]


def _slipway() -> str:
    """Return the word that starts this tool in the user's shell: by its folder where PATH does not know it."""
    ours = Path(sys.prefix) / "bin" / "slipway"
    found = shutil.which("slipway")
    if found is not None and (not ours.is_file() or Path(found).resolve() == ours.resolve()):
        return "slipway"
    return shlex.quote(str(ours)) if ours.is_file() else f"{shlex.quote(sys.executable)} -m slipway"
