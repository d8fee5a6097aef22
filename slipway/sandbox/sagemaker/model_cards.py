"""Versions of a model card: every update makes one, and all of them can be read."""

from typing import Any

from slipway.sandbox.sagemaker import crud
from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.errors import not_found
from slipway.sandbox.sagemaker.kinds import kind
from slipway.sandbox.sagemaker.listing import page

Record = dict[str, Any]

NOUN = "ModelCard"
VERSIONED = ("Content", "ModelCardStatus", "LastModifiedTime")


def update_model_card(params: Record, context: Context) -> Record:
    """Change a card; what it was stays as a version."""
    entry = kind(NOUN)
    record = crud.existing(entry, params, context, "UpdateModelCard")
    before = {name: record[name] for name in VERSIONED}
    answer = crud.update(entry, params, context)

    def keep(current: Record) -> None:
        current.setdefault("Earlier", []).append(before)

    context.store.update(context.scope, NOUN, record["ModelCardName"], keep)
    return answer


def describe_model_card(params: Record, context: Context) -> Record:
    """Return one version of a card, the newest where none is named."""
    entry = kind(NOUN)
    versions = _versions(crud.existing(entry, params, context, "DescribeModelCard"))
    wanted = params.get("ModelCardVersion", len(versions))
    if not 1 <= wanted <= len(versions):
        name = params["ModelCardName"]
        raise not_found(f"model card {name} has no version {wanted}; it has 1 to {len(versions)}")
    found: Record = versions[wanted - 1]
    return found


def list_model_card_versions(params: Record, context: Context) -> Record:
    """One page of the versions of a card."""
    record = crud.existing(kind(NOUN), params, context, "ListModelCardVersions")
    asked = {name: value for name, value in params.items() if name != "ModelCardName"}
    records, token = page(
        _versions(record), asked, name=lambda found: f"{found['ModelCardVersion']:09}", status="ModelCardStatus"
    )
    return {"ModelCardVersionSummaryList": records, "NextToken": token}


def _versions(record: Record) -> list[Record]:
    states = [*record.get("Earlier", []), {name: record[name] for name in VERSIONED}]
    return [record | state | {"ModelCardVersion": number} for number, state in enumerate(states, start=1)]


OPERATIONS = {
    "DescribeModelCard": describe_model_card,
    "ListModelCardVersions": list_model_card_versions,
    "UpdateModelCard": update_model_card,
}
