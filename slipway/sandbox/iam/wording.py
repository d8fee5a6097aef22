"""A denial in AWS's words.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

from slipway.sandbox.iam.evaluation import Decision, Question

ARTICLE = {"identity-based policy": "an", "resource-based policy": "a", "permissions boundary": "a"}


def denial(question: Question, decision: Decision, note: str = "") -> str:
    """Return the message of a refused request; keys that the sandbox does not know are named behind AWS's words."""
    resource = f'"{question.resource}"' if question.action.startswith("s3:") else question.resource
    layer = decision.layer or "identity-based policy"
    if decision.explicit:
        why = f"with an explicit deny in {ARTICLE.get(layer, 'a')} {layer}"
    else:
        why = f"because no {layer} allows the {question.action} action"
    said = f"User: {question.caller.arn} is not authorized to perform: {question.action} on resource: {resource} {why}"
    asides = [note] if note else []
    if decision.unknown_keys:
        asides.append(f"the sandbox does not know the condition key {', '.join(decision.unknown_keys)}")
    return f"{said} ({'; '.join(asides)})" if asides else said
