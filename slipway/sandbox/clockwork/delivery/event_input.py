"""What a target of a rule is given: the event, a part of it, a constant, or a template filled from it.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

import json
import re
from datetime import UTC, datetime
from typing import Any

STEP = re.compile(r"\.([A-Za-z0-9_-]+)|\[(\d+)\]|\['([^']+)'\]")
HOLE = re.compile(r"<([A-Za-z0-9_.-]+)>")


def target_input(target: dict[str, Any], event: dict[str, Any], rule_arn: str, rule_name: str) -> str:
    """Return the text that the target receives."""
    if "Input" in target:
        return str(target["Input"])
    if "InputPath" in target:
        return json.dumps(at(event, target["InputPath"]))
    transformer = target.get("InputTransformer")
    if not transformer:
        return json.dumps(event)
    values: dict[str, Any] = {name: at(event, path) for name, path in transformer.get("InputPathsMap", {}).items()}
    values |= {
        "aws.events.rule-arn": rule_arn,
        "aws.events.rule-name": rule_name,
        "aws.events.event.ingestion-time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws.events.event": {name: value for name, value in event.items() if name != "detail"},
        "aws.events.event.json": event,
    }
    return fill(transformer["InputTemplate"], values)


def at(event: Any, path: str) -> Any:
    """Return the part of the event at a JSON path of dots, indices and quoted names; None where there is none."""
    rest = path.removeprefix("$")
    while rest:
        step = STEP.match(rest)
        if step is None:
            return None
        name, index, quoted = step.groups()
        if index is not None:
            event = event[int(index)] if isinstance(event, list) and int(index) < len(event) else None
        else:
            event = event.get(name or quoted) if isinstance(event, dict) else None
        rest = rest[step.end() :]
    return event


def fill(template: str, values: dict[str, Any]) -> str:
    """Return the template with its `<names>` replaced: as JSON where they stand alone, as bare text inside quotes."""
    filled: list[str] = []
    position = 0
    for hole in HOLE.finditer(template):
        if hole.group(1) not in values:
            continue
        filled.append(template[position : hole.start()])
        quoted = _is_inside_quotes("".join(filled))
        value = values[hole.group(1)]
        text = value if isinstance(value, str) else json.dumps(value)
        if quoted:
            filled.append(json.dumps(text)[1:-1])
        else:
            filled.append(json.dumps(value))
        position = hole.end()
    return "".join(filled) + template[position:]


def _is_inside_quotes(text: str) -> bool:
    return len(re.findall(r'(?<!\\)"', text)) % 2 == 1
