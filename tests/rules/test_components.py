"""Components are made the way the house says: docs/adr explains, these tests hold it.

1. `class X(pulumi.ComponentResource)` with `(name, args, opts)`, its token `slipway:<folder>:<Class>`, one a file.
2. `XArgs`, a frozen keyword-only dataclass beside it, a docstring under each field.
7. `super().__init__` first, every child has the component as its parent and nothing of the caller's,
   `register_outputs` last.
8. Logical names come from the component's name.
12. No resource inside `apply`, which takes a named function; a comment says what `depends_on` orders.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
FILES = sorted((ROOT / "infra").rglob("*.py"))


def component_of(tree: ast.Module) -> ast.ClassDef | None:
    """Return the component that a file defines, if it does."""
    found = [node for node in tree.body if isinstance(node, ast.ClassDef) and "ComponentResource" in bases(node)]
    assert len(found) <= 1, "one component a file"
    return found[0] if found else None


def bases(node: ast.ClassDef) -> str:
    return " ".join(ast.unparse(base) for base in node.bases)


def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))


COMPONENTS = [file for file in FILES if component_of(parsed(file)) is not None]


def resource_calls(tree: ast.AST) -> list[ast.Call]:
    """Return what makes resources: `aws.service.Type(...)`; arguments and enums are not made that way."""
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (name := ast.unparse(node.func)).startswith("aws.")
        and name.count(".") == 2
        and name.rpartition(".")[2][0].isupper()
        and not name.endswith(("Args", "ArgsDict"))
    ]


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((one.value for one in call.keywords if one.arg == name), None)


def with_docstring(body: list[ast.stmt], index: int) -> bool:
    following = body[index + 1] if index + 1 < len(body) else None
    return isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)


def constructor(component: ast.ClassDef) -> ast.FunctionDef:
    return next(node for node in component.body if isinstance(node, ast.FunctionDef) and node.name == "__init__")


def violations(file: Path, source: str | None = None) -> list[str]:
    """Return what a component's file does otherwise than the house."""
    text = file.read_text(encoding="utf-8") if source is None else source
    tree = ast.parse(text)
    component = component_of(tree)
    assert component is not None
    return [
        *signature(component, file),
        *arguments(component, tree),
        *body(component),
        *children(component),
        *names(component),
        *applies(tree),
        *orderings(tree, text),
    ]


def signature(component: ast.ClassDef, file: Path) -> list[str]:
    init = constructor(component)
    expected = f"self, name: str, args: {component.name}Args, opts: pulumi.ResourceOptions | None=None"
    wrong = [] if ast.unparse(init.args) == expected else [f"rule 1: __init__({ast.unparse(init.args)})"]
    token = f"slipway:{file.parent.name}:{component.name}"
    if f"super().__init__('{token}', name, None, opts)" not in ast.unparse(init):
        wrong.append(f"rule 1: the token is not {token}")
    return wrong


def arguments(component: ast.ClassDef, tree: ast.Module) -> list[str]:
    name = f"{component.name}Args"
    found = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name]
    if not found:
        return [f"rule 2: no {name}"]
    wrong = []
    if [ast.unparse(one) for one in found[0].decorator_list] != ["dataclass(frozen=True, kw_only=True)"]:
        wrong.append(f"rule 2: {name} is not a frozen keyword-only dataclass")
    for index, node in enumerate(found[0].body):
        if isinstance(node, ast.AnnAssign) and not with_docstring(found[0].body, index):
            wrong.append(f"rule 2: {ast.unparse(node.target)} has no docstring")
    return wrong


def body(component: ast.ClassDef) -> list[str]:
    statements = constructor(component).body
    first, last = ast.unparse(statements[0]), ast.unparse(statements[-1])
    wrong = [] if first.startswith("super().__init__(") else ["rule 7: super().__init__ is not first"]
    if not last.startswith("self.register_outputs({"):
        wrong.append("rule 7: register_outputs is not last, or says nothing")
    return wrong


def children(component: ast.ClassDef) -> list[str]:
    wrong = []
    for function in [node for node in component.body if isinstance(node, ast.FunctionDef)]:
        local = {
            ast.unparse(node.targets[0]): node.value for node in ast.walk(function) if isinstance(node, ast.Assign)
        }
        for call in resource_calls(function):
            opts = keyword(call, "opts")
            value = local.get(opts.id) if isinstance(opts, ast.Name) else opts
            if value is None or not ast.unparse(value).startswith("pulumi.ResourceOptions(parent=self"):
                wrong.append(f"rule 7: {ast.unparse(call.func)} has not `self` as its parent")
    if "merge" in {node.attr for node in ast.walk(component) if isinstance(node, ast.Attribute)}:
        wrong.append("rule 7: the caller's options reach the children")
    return wrong


def names(component: ast.ClassDef) -> list[str]:
    return [
        f"rule 8: {ast.unparse(call.func)} is called {ast.unparse(call.args[0])}"
        for call in resource_calls(component)
        if not ast.unparse(call.args[0]).startswith(("name", "f'{name}-"))
    ]


def applies(tree: ast.Module) -> list[str]:
    wrong = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "apply"):
            continue
        function = ast.unparse(node.args[0])
        if isinstance(node.args[0], ast.Lambda) or "lambda" in function:
            wrong.append(f"rule 12: apply takes {function}")
        named = {one.name: one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}
        applied = named.get(function.removeprefix("partial(").split(",")[0].removeprefix("self."))
        if applied is not None and resource_calls(applied):
            wrong.append(f"rule 12: {function} makes resources inside apply")
    return wrong


def orderings(tree: ast.Module, text: str) -> list[str]:
    lines = text.splitlines()
    return [
        f"rule 12: nothing says what depends_on orders (line {node.value.lineno})"
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword)
        and node.arg == "depends_on"
        and not any(line.strip().startswith("#") for line in lines[max(0, node.value.lineno - 4) : node.value.lineno])
    ]


@pytest.mark.parametrize("file", COMPONENTS, ids=[file.stem for file in COMPONENTS])
def test_a_component_is_made_as_the_house_says(file: Path) -> None:
    assert violations(file) == []


def test_there_are_components() -> None:
    assert len(COMPONENTS) >= 10


@pytest.mark.parametrize(
    ("right", "wrong", "rule"),
    [
        ("opts: pulumi.ResourceOptions | None = None", "opts: pulumi.ResourceOptions = None", "rule 1"),
        ('"slipway:storage:Lake"', '"slipway:lake:Lake"', "rule 1"),
        ("frozen=True, kw_only=True", "frozen=True", "rule 2"),
        ('    """Region of the buckets."""\n', "", "rule 2"),
        ("            opts=guard,\n", "", "rule 7"),
        ("(parent=self, deleted_with=bucket, depends_on", "(deleted_with=bucket, depends_on", "rule 7"),
        ("        self.register_outputs(", "        print(", "rule 7"),
        ("aws.s3.Bucket(\n            name,", 'aws.s3.Bucket(\n            "lake",', "rule 8"),
        ("apply(partial(tls_only, args.region))", "apply(lambda bucket: bucket)", "rule 12"),
        ("# Rules about noncurrent versions need versioning to be on, and nothing in them names it.", "", "rule 12"),
    ],
)  # fmt: skip
def test_these_rules_see_what_they_forbid(right: str, wrong: str, rule: str) -> None:
    file = ROOT / "infra/components/storage/lake.py"
    text = file.read_text(encoding="utf-8")
    assert right in text
    assert [found for found in violations(file, text.replace(right, wrong, 1)) if found.startswith(rule)]


@pytest.mark.parametrize("file", FILES, ids=[file.relative_to(ROOT).as_posix() for file in FILES])
def test_only_the_network_touches_ec2(file: Path) -> None:
    """Loading pulumi_aws.ec2 takes longer than all else that is loaded: stacks without a network never do."""
    if file.parent.name == "network":
        return
    text = file.read_text(encoding="utf-8")
    assert "aws.ec2" not in text
    assert "pulumi_aws.ec2" not in text
