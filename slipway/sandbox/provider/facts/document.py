"""Writes docs/provider.md: every resource type by every operation, from the declarations and their conformance cases.

`python -m slipway.sandbox.provider.facts.document` in a checkout; a test compares the file with what this would write.
What a function of a type calls is read from its source: names of the service's own operations, in order.
"""

import ast
import inspect
import json
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from slipway.sandbox.provider.declaration import Call, ResourceType
from slipway.sandbox.provider.facts import observed
from slipway.sandbox.provider.types import declared, supported

ROOT: Final = Path(__file__).parents[4]
CASES: Final = ROOT / "tests" / "sandbox" / "provider" / "cases.json"
DOCUMENT: Final = ROOT / "docs" / "provider.md"
OURS: Final = "slipway.sandbox.provider.types"
COLUMNS: Final = (
    "type",
    "id",
    "create",
    "read",
    "update in place",
    "replaced by",
    "import",
    "refresh",
    "delete",
    "unknown here",
)

HEAD: Final = """\
# The `aws` provider of the sandbox

Written by `python -m slipway.sandbox.provider.facts.document`; change the declarations or the cases, not this page.

**What it is.** An executable `pulumi-resource-aws` that speaks Pulumi's ResourceProvider protocol over boto3, for
loopback endpoints only. `slipway sandbox env` puts it on the PATH before the real one. The engine, embedded or real,
does not know the difference: inputs, outputs, automatic names, default tags, replacements and secrets are those of
the real provider. Operations of SageMaker are answered by the sandbox's own service (`slipway/sandbox/sagemaker/`),
all others by moto with the corrections of `slipway/sandbox/moto_adapter/fixes/`.

**Where the facts come from.** Names, types and what is required: the source of pulumi_aws 7.51.1. Bounds,
enumerations and patterns: botocore's model. What replaces, and the defaults: the Terraform AWS provider 5.100.0,
which was asked to plan a change of every property; `slipway/sandbox/provider/facts/README.md` says how.

**What differs in provider 6.** pulumi_aws 7 wraps version 6 of the Terraform provider; the observations are of
5.100.0. Known differences: nearly every resource has an input `region` there, and a changed
one replaces; `sagemaker.MlflowApp` exists there only. An input that version 6 added is known by its name and type;
whether a change of it replaces was not observed, and is taken from whether AWS has an operation that changes it.
Nothing else is known to differ, and nothing here proves that nothing does.

**How to add a type.** Its facts go into `facts/aws-types.json`, its declaration into `types/<service>.py`, its case
into `tests/sandbox/provider/cases.json`; then run `python -m slipway.sandbox.provider.facts.regenerate` and `...
.document`. CONTRIBUTING has the recipe. The conformance test then puts it through everything in this table.

**How to read the table.** Operations in `code` are AWS's, in the order in which they stand in the declaration; not
every call makes all of them. Every type's create is read back equal to its inputs, its second diff is empty, and
deleting twice is fine: the cases prove it. *Refresh* names what no read tells, so that a change of it outside is not
seen. A changed `region` replaces every type that has one. *Unknown here* is refused by name, or stands in the case
with its reason.
"""


@cache
def cases() -> Mapping[str, Mapping[str, Any]]:
    """Give the conformance cases, by token and what tells several cases of one token apart."""
    found: Mapping[str, Mapping[str, Any]] = json.loads(CASES.read_text())
    return found


@cache
def _operations(service: str) -> frozenset[str]:
    from botocore import xform_name  # noqa: PLC0415
    from botocore.session import get_session  # noqa: PLC0415

    return frozenset(xform_name(name) for name in get_session().get_service_model(service).operation_names)


def _calls(function: Any, service: str, seen: set[Any]) -> Iterator[str]:
    """Give every operation of the service that a function, or one of ours that it calls, speaks of."""
    function = inspect.unwrap(getattr(function, "func", function))
    if function in seen or not inspect.isfunction(function) or not function.__module__.startswith(OURS):
        return
    seen.add(function)
    names = _operations(service)
    known = {**function.__globals__, **inspect.getclosurevars(function).nonlocals}
    nodes = [node for node in ast.walk(ast.parse(_source(function))) if isinstance(node, ast.expr)]
    for node in sorted(nodes, key=lambda one: (one.lineno, one.col_offset)):
        if isinstance(node, ast.Attribute) and node.attr in names:
            yield node.attr
        elif isinstance(node, ast.Constant) and node.value in names:
            yield str(node.value)
        elif isinstance(node, ast.JoinedStr):
            yield from sorted(name for name in names if re.fullmatch(_pattern(node), name))
        elif isinstance(node, ast.Name) and inspect.isfunction(known.get(node.id)):
            yield from _calls(known[node.id], service, seen)
    for value in inspect.getclosurevars(function).nonlocals.values():
        if isinstance(value, str) and value in names:
            yield value


def _pattern(text: ast.JoinedStr) -> str:
    """Give what an f-string may be, as a regular expression; nothing where it is all holes."""
    parts = [re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w+" for part in text.values]
    return "".join(parts) if any("_" in part for part in parts) else ""


def _source(function: Callable[..., Any]) -> str:
    text = textwrap.dedent(inspect.getsource(function))
    if function.__name__ != "<lambda>":
        return text
    # a lambda's lines begin in the middle of a call: what stands from its own word to its end
    body = text[text.index("lambda") :]
    for end in range(len(body), 0, -1):
        try:
            ast.parse(body[:end], mode="eval")
        except SyntaxError:
            continue
        return body[:end]
    return "None"


def _how(how: Any, service: str) -> str:
    found = [how.operation] if isinstance(how, Call) else list(dict.fromkeys(_calls(how, service, set())))
    return ", ".join(f"`{name}`" for name in found) or "nothing is called"


def _listed(names: Sequence[str] | frozenset[str] | set[str]) -> str:
    return ", ".join(sorted(names))


def _create(kind: ResourceType) -> str:
    more = [step for step in (kind.finish, kind.ready) if step]
    steps = [_how(kind.create, kind.service), *(_how(step, kind.service) for step in more)]
    return ", then ".join(dict.fromkeys(steps))


def _update(kind: ResourceType) -> str:
    changing = {name for name in kind.facts.inputs if kind.updatable(name)} - kind.local - {"region", "tags"}
    lines = []
    for step in kind.update:
        names = (changing if step.props is None else changing & step.props) - kind.unsupported.keys()
        whole = names - kind.facts.replace_on
        lines += [f"{_how(step.how, kind.service)}: {_listed(whole)}"] if whole else []
    if kind.facts.tagged and "tagsAll" not in kind.write_only:
        lines.append("tags" + (f": `{kind.tags.add}`, `{kind.tags.remove}`" if kind.tags else ""))
    return "<br>".join(lines) or "nothing"


def _replaced(kind: ResourceType) -> str:
    if kind.replacing == frozenset(kind.facts.inputs) - kind.local - kind.unsupported.keys() - {"region"}:
        return "every input"
    facts = kind.facts
    parts = {name for name in kind.replacing if name in facts.replace_on_add_remove and name not in facts.replace_on}
    return _listed({f"{name} (added or removed)" if name in parts else name for name in kind.replacing}) or "nothing"


def _import(own: Mapping[str, Mapping[str, Any]]) -> str:
    for case in own.values():
        if "import" in case.get("not", {}):
            return f"no: {case['not']['import']}"
        if "import_id" in case:
            return f"like `{case['import_id']}`"
    return "by the id"


def _refresh(kind: ResourceType) -> str:
    untold = (kind.write_only | kind.local) - {"tagsAll"}
    return f"all but {_listed(untold)}" if untold else "all"


def _delete(kind: ResourceType, own: Mapping[str, Mapping[str, Any]]) -> str:
    said = _how(kind.delete, kind.service) + (", then waits" if kind.settled else "")
    return said + ("; it stays" if any(case.get("stays_after_delete") for case in own.values()) else "")


def _unknown(kind: ResourceType, own: Mapping[str, Mapping[str, Any]]) -> str:
    reasons = dict.fromkeys(kind.unsupported[name] for name in sorted(kind.unsupported))
    said = [
        f"{_listed({name for name in kind.unsupported if kind.unsupported[name] == why})}: {why}" for why in reasons
    ]
    said += [f"{what}: {why}" for case in own.values() for what, why in case.get("not", {}).items() if what != "import"]
    note = observed()[kind.type].get("replaceNote")
    said += [f"what replaces: {note}"] if note else []
    return "<br>".join(dict.fromkeys(said))


def row(token: str) -> list[str]:
    """Give the cells of a type, in the order of COLUMNS."""
    kind = declared(token)
    own = {name: case for name, case in cases().items() if name.split()[0] == token}
    shown = f"`{kind.id}`" if not kind.id.startswith("@") else "what create answers"
    return [
        f"`{token.removeprefix('aws:')}`",
        shown,
        _create(kind),
        _how(kind.read, kind.service),
        _update(kind),
        _replaced(kind),
        _import(own),
        _refresh(kind),
        _delete(kind, own),
        _unknown(kind, own),
    ]


def text() -> str:
    """Give the page, byte for byte."""
    rows = [COLUMNS, ["---"] * len(COLUMNS), *(row(token) for token in supported())]
    table = "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |" for cells in rows)
    return f"{HEAD}\n## The {len(supported())} types\n{table}\n"


if __name__ == "__main__":
    DOCUMENT.write_text(text())
