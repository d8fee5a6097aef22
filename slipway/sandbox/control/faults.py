"""`slipway sandbox fault`: lets things go wrong on purpose, shows what is to go wrong, and ends it."""

import argparse
import json
from pathlib import Path
from typing import Any

from slipway.sandbox.control.asking import ask
from slipway.sandbox.faults.fault import KINDS
from slipway.sandbox.state_folder import StateError, StateFolder

EXAMPLES = """examples:
  slipway sandbox fault add throttle s3:PutObject --times 3
  slipway sandbox fault add capacity sagemaker:CreateEndpoint --times 1
  slipway sandbox fault add refuse sagemaker:CreateTrainingJob --code ResourceLimitExceeded --resource 'churn-*'
  slipway sandbox fault add lose sagemaker:CreateModel --times 1
  slipway sandbox fault list
  slipway sandbox fault clear"""


def arguments_of(command: argparse.ArgumentParser) -> None:
    """Declare what follows the word `fault`."""
    command.epilog = EXAMPLES
    command.formatter_class = argparse.RawDescriptionHelpFormatter
    verbs = command.add_subparsers(required=True, metavar="add|list|clear", dest="verb")
    add = verbs.add_parser("add", help="begin to let calls go wrong")
    add.add_argument("kind", choices=KINDS, help="what happens to them")
    add.add_argument("operation", help="SERVICE:OPERATION with * and ?, such as s3:Put*")
    add.add_argument("--resource", help="a name, ARN or key among the parameters, with * and ?; default: any")
    add.add_argument("--times", type=int, help="how often; default: until it is cleared")
    add.add_argument("--after", type=int, help="how many calls pass before")
    add.add_argument("--seconds", type=float, help="how long a delay takes, default 1")
    add.add_argument("--code", help="AWS's error code of a refusal")
    add.add_argument("--message", help="its message")
    add.add_argument("--status", type=int, help="its HTTP status, default 400")
    verbs.add_parser("list", help="show what goes wrong, and how often it did")
    clear = verbs.add_parser("clear", help="end one fault, or all")
    clear.add_argument("id", type=int, nargs="?", help="of the list; default: all")
    for verb in verbs.choices.values():  # what every word takes may also stand behind the verb
        verb.add_argument("--state", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        verb.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked of the running sandbox. Raises StateError."""
    state = StateFolder(arguments.state)
    running = state.running() if state.is_served() else None
    if running is None:
        raise StateError(f"no sandbox serves {state.root}: start it with `slipway sandbox up`")
    if arguments.verb == "add":
        names = ("kind", "operation", "resource", "times", "after", "seconds", "code", "message", "status")
        wanted = {name: value for name in names if (value := getattr(arguments, name)) is not None}
        made = ask(state, running, "POST", "/faults", wanted)
        print(json.dumps(made) if arguments.json else _line(made))
    elif arguments.verb == "clear":
        path = "/faults" if arguments.id is None else f"/faults/{arguments.id}"
        cleared = ask(state, running, "DELETE", path)
        if arguments.id is not None and not cleared["cleared"]:
            raise StateError(f"there is no fault {arguments.id}: see `slipway sandbox fault list`")
        print(json.dumps(cleared) if arguments.json else f"{cleared['cleared']} cleared")
    else:
        found = ask(state, running, "GET", "/faults")
        text = "\n".join(map(_line, found["faults"])) or "nothing goes wrong on purpose"
        print(json.dumps(found) if arguments.json else text)
    return 0


def _line(fault: dict[str, Any]) -> str:
    about = "" if fault["resource"] == "*" else f" on {fault['resource']}"
    often = "until cleared" if fault["times"] is None else f"{fault['times']} time{'s' if fault['times'] > 1 else ''}"
    after = f", after {fault['after']} calls" if fault["after"] else ""
    spent = ", spent" if fault["spent"] else ""
    return (
        f"{fault['id']}: {fault['kind']} {fault['operation']}{about}, {often}{after} (struck {fault['struck']}{spent})"
    )
