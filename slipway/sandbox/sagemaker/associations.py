"""What belongs together: the lineage's edges between two ARNs, and the components of a trial."""

from typing import Any

from slipway.sandbox.sagemaker import crud
from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.errors import not_found
from slipway.sandbox.sagemaker.kinds import kind
from slipway.sandbox.sagemaker.listing import page

KIND = "Association"
FILTERS = ("SourceArn", "DestinationArn", "SourceType", "DestinationType", "AssociationType")

Record = dict[str, Any]


def add_association(params: Record, context: Context) -> Record:
    """Remember an edge between two things of the lineage that exist."""
    ends = {f"{end}Type": _type_of(params[f"{end}Arn"], context) for end in ("Source", "Destination")}
    record = params | ends | {"CreationTime": context.now(), "CreatedBy": {}}
    context.store.put(context.scope, KIND, _key(params), record)
    return record


def delete_association(params: Record, context: Context) -> Record:
    """Forget an edge."""
    if not context.store.delete(context.scope, KIND, _key(params)):
        raise not_found(f"Association from '{params['SourceArn']}' to '{params['DestinationArn']}' does not exist.")
    return params


def list_associations(params: Record, context: Context) -> Record:
    """One page of the edges that the request's ends and types select."""
    asked = {name: value for name, value in params.items() if name not in FILTERS}
    wanted = {name: params[name] for name in FILTERS if name in params}
    found = [each for each in context.store.all(context.scope, KIND) if wanted.items() <= _plain(each).items()]
    records, token = page(found, asked, name=lambda record: str(record["SourceArn"]), descending=True)
    return {"AssociationSummaries": records, "NextToken": token}


def associate_trial_component(params: Record, context: Context) -> Record:
    """Put a component into a trial; twice is once."""
    return _change_component(params, context, "AssociateTrialComponent", lambda trials, name: trials | {name})


def disassociate_trial_component(params: Record, context: Context) -> Record:
    """Take a component out of a trial."""
    return _change_component(params, context, "DisassociateTrialComponent", lambda trials, name: trials - {name})


def _change_component(params: Record, context: Context, operation: str, changed: Any) -> Record:
    component = crud.existing(
        kind("TrialComponent"), {"TrialComponentName": params["TrialComponentName"]}, context, operation
    )
    trial = crud.existing(kind("Trial"), {"TrialName": params["TrialName"]}, context, operation)

    def change(current: Record) -> None:
        # ListTrialComponents selects by the trial's name
        current["TrialName"] = sorted(changed(set(current.get("TrialName", [])), trial["TrialName"]))

    context.store.update(context.scope, "TrialComponent", component["TrialComponentName"], change)
    return {"TrialComponentArn": component["TrialComponentArn"], "TrialArn": trial["TrialArn"]}


def _type_of(arn: str, context: Context) -> str:
    """Return the type that an artifact, action, context or trial component says it has; others have their word."""
    word = arn.split(":", 5)[-1].partition("/")[0]
    for noun, member in (("Artifact", "ArtifactType"), ("Action", "ActionType"), ("Context", "ContextType")):
        for record in context.store.all(context.scope, noun):
            if arn in (record.get("Arn"), record.get(f"{noun}Arn")):
                return str(record[member])
        if word == noun.lower():
            raise not_found(f"{noun} '{arn}' does not exist.")
    return word


def _plain(record: Record) -> Record:
    return {name: record.get(name) for name in FILTERS}


def _key(params: Record) -> str:
    return f"{params['SourceArn']} {params['DestinationArn']}"


OPERATIONS = {
    "AddAssociation": add_association,
    "DeleteAssociation": delete_association,
    "ListAssociations": list_associations,
    "AssociateTrialComponent": associate_trial_component,
    "DisassociateTrialComponent": disassociate_trial_component,
}
