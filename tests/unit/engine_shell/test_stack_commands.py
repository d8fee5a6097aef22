import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from slipway.engine.secrets import PassphraseManager

Ok = Callable[..., str]
Run = Callable[..., CompletedProcess[str]]
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"


def urn(kind: str, name: str, stack: str = "dev") -> str:
    return f"urn:pulumi:{stack}::app::{kind}::{name}"


def deployment(stack_file: Path, stack: str = "dev") -> dict[str, Any]:
    """Build a deployment as the real engine writes it, with a secret output under the stack's own key."""
    salt = stack_file.read_text().split()[1]
    manager = PassphraseManager("correct horse", salt)
    root = urn("pulumi:pulumi:Stack", f"app-{stack}", stack)
    secret = {SIGNATURE: SECRET, "ciphertext": manager.encrypt('{"inner":"x"}')}
    outputs = {"plain": [1.0, 2.5, True, None], "word": "w", "secret": secret}
    return {
        "manifest": {"time": "2026-11-21T06:55:06.496809461Z", "magic": "m", "version": "v3.260.0"},
        "secrets_providers": manager.state(),
        "resources": [
            {"urn": root, "custom": False, "type": "pulumi:pulumi:Stack", "outputs": outputs},
            {
                "urn": urn("lab:index:Thing", "a", stack),
                "custom": True,
                "id": "a-1",
                "type": "lab:index:Thing",
                "parent": root,
            },
        ],
        "metadata": {},
    }


@pytest.fixture
def filled(dev: None, ok: Ok, stack_file: Path, tmp_path: Path) -> None:
    del dev
    file = tmp_path / "in.json"
    file.write_text(json.dumps({"version": 3, "deployment": deployment(stack_file)}))
    ok("stack", "import", "--file", str(file))


@pytest.mark.usefixtures("dev")
def test_a_new_stack_lies_where_the_real_engine_looks_for_it(checkpoint: Path, state: Path, stack_file: Path) -> None:
    assert json.loads(checkpoint.read_text()) == {"version": 3, "checkpoint": {"stack": "organization/app/dev"}}
    assert (state / ".pulumi" / "meta.yaml").read_text() == "version: 1\n"
    assert stack_file.read_text().startswith("encryptionsalt: v1:")


@pytest.mark.usefixtures("dev")
def test_a_stack_is_made_once(run: Run) -> None:
    done = run("stack", "init", "dev")
    assert (done.returncode, done.stderr) == (1, "error: stack 'organization/app/dev' already exists\n")


def test_without_a_passphrase_no_stack_is_left_half_made(
    run: Run, checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE")
    done = run("stack", "init", "dev", "--non-interactive")
    assert done.returncode == 1
    assert "PULUMI_CONFIG_PASSPHRASE" in done.stderr
    assert not checkpoint.exists()


BAD_NAMES = ["a b", "../x", "a/b/c/d", ".", "..", "organization/app/..", ".hidden", "ü", "a\nb", "a" * 101]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_is_no_stack_name_is_refused(run: Run, name: str, state: Path, project: Path) -> None:
    done = run("stack", "init", name)
    assert done.returncode == 1
    assert f"invalid stack name '{name}'" in done.stderr
    assert list(state.rglob("*")) == []
    assert sorted(path.name for path in project.parent.iterdir()) == ["project", "state"]


@pytest.mark.parametrize("name", ["other/app/dev", "x/../y", ""])
def test_a_stack_of_another_organization_or_without_a_name_is_not_made(run: Run, name: str, state: Path) -> None:
    assert run("stack", "init", name).returncode != 0
    assert list(state.rglob("*")) == []


@pytest.mark.usefixtures("dev")
@pytest.mark.parametrize("name", ["..", "organization/../dev", "../../state"])
def test_no_command_removes_what_lies_above_a_stack(run: Run, state: Path, name: str) -> None:
    before = sorted(state.rglob("*"))
    assert run("stack", "rm", name, "--yes", "--force", "--remove-backups").returncode == 1
    assert sorted(state.rglob("*")) == before


@pytest.mark.usefixtures("filled")
def test_outputs_hide_secrets_until_asked(ok: Ok, run: Run) -> None:
    assert json.loads(ok("stack", "output", "--json")) == {
        "plain": [1, 2.5, True, None], "secret": "[secret]", "word": "w",
    }  # fmt: skip
    assert json.loads(ok("stack", "output", "secret", "--show-secrets")) == {"inner": "x"}
    assert ok("stack", "output", "word") == "w\n"
    assert ok("stack", "output", "plain") == "[1,2.5,true,null]\n"
    done = run("stack", "output", "none")
    assert (done.returncode, done.stderr) == (1, "error: current stack does not have output property 'none'\n")


@pytest.mark.usefixtures("filled")
def test_an_export_is_imported_again_as_it_was(ok: Ok, checkpoint: Path, tmp_path: Path) -> None:
    before = json.loads(checkpoint.read_text())["checkpoint"]["latest"]
    file = tmp_path / "out.json"
    ok("stack", "export", "--show-secrets", "--file", str(file))
    assert "ciphertext" not in file.read_text()
    assert json.loads(file.read_text())["deployment"]["resources"][0]["outputs"]["secret"] == {
        SIGNATURE: SECRET, "plaintext": '{"inner":"x"}',
    }  # fmt: skip
    ok("stack", "import", "--file", str(file))
    after = json.loads(checkpoint.read_text())["checkpoint"]["latest"]
    assert "plaintext" not in checkpoint.read_text()
    assert after["secrets_providers"] == before["secrets_providers"]
    assert json.loads(ok("stack", "export", "--show-secrets")) == json.loads(file.read_text())


@pytest.mark.usefixtures("filled")
def test_a_state_of_another_salt_is_encrypted_anew_on_import(ok: Ok, tmp_path: Path, project: Path) -> None:
    ok("stack", "export", "--file", str(tmp_path / "dev.json"))
    ok("stack", "init", "two")
    done = (tmp_path / "dev.json").read_text().replace("urn:pulumi:dev::", "urn:pulumi:two::")
    (tmp_path / "dev.json").write_text(done)
    ok("stack", "import", "--file", str(tmp_path / "dev.json"))
    salt = (project / "Pulumi.two.yaml").read_text().split()[1]
    body = json.loads(ok("stack", "export"))
    assert body["deployment"]["secrets_providers"]["state"]["salt"] == salt
    assert json.loads(ok("stack", "output", "secret", "--show-secrets")) == {"inner": "x"}


@pytest.mark.usefixtures("filled")
def test_a_deployment_of_another_stack_is_imported_only_by_force(ok: Ok, run: Run, tmp_path: Path) -> None:
    ok("stack", "export", "--file", str(tmp_path / "dev.json"))
    ok("stack", "init", "two")
    done = run("stack", "import", "--file", str(tmp_path / "dev.json"))
    assert done.returncode == 1
    assert "rerun with --force" in done.stderr
    ok("stack", "import", "--force", "--file", str(tmp_path / "dev.json"))


@pytest.mark.usefixtures("dev")
def test_an_import_drops_pending_operations_and_says_so(run: Run, ok: Ok, stack_file: Path, tmp_path: Path) -> None:
    body = deployment(stack_file)
    body["pending_operations"] = [{"type": "creating", "resource": body["resources"][1]}]
    (tmp_path / "in.json").write_text(json.dumps({"version": 3, "deployment": body}))
    done = run("stack", "import", "--file", str(tmp_path / "in.json"))
    assert done.returncode == 0
    assert "removing pending operation 'creating'" in done.stderr
    assert "pending_operations" not in json.loads(ok("stack", "export"))["deployment"]


@pytest.mark.usefixtures("dev")
@pytest.mark.parametrize("text", ["", "[]", '{"version": 3}', '{"version": 2, "deployment": {}}', "{"])
def test_what_is_no_deployment_is_not_imported(run: Run, tmp_path: Path, checkpoint: Path, text: str) -> None:
    before = checkpoint.read_bytes()
    (tmp_path / "in.json").write_text(text)
    done = run("stack", "import", "--file", str(tmp_path / "in.json"))
    assert done.returncode == 1
    assert done.stderr.startswith("error: could not deserialize deployment: ")
    assert checkpoint.read_bytes() == before


@pytest.mark.usefixtures("filled")
def test_a_stack_with_resources_is_removed_only_by_force(run: Run, ok: Ok, checkpoint: Path, stack_file: Path) -> None:
    done = run("stack", "rm", "dev", "--yes")
    assert done.returncode == 1
    assert "'dev' still has resources; removal rejected" in done.stderr
    assert checkpoint.exists()
    ok("stack", "rm", "dev", "--yes", "--force")
    assert not checkpoint.exists()
    assert not stack_file.exists()
    assert checkpoint.with_name("dev.json.bak").exists()


@pytest.mark.usefixtures("dev")
def test_nothing_is_removed_without_a_yes_where_nobody_can_be_asked(run: Run) -> None:
    done = run("stack", "rm", "dev", "--non-interactive")
    assert done.returncode == 1
    assert "--yes must be passed" in done.stderr


@pytest.mark.usefixtures("filled")
def test_a_renamed_stack_keeps_its_state_under_new_urns(ok: Ok, checkpoint: Path, project: Path) -> None:
    ok("stack", "tag", "set", "owner", "ml")
    ok("stack", "rename", "blue")
    state = json.loads(checkpoint.with_name("blue.json").read_text())["checkpoint"]
    assert state["stack"] == "organization/app/blue"
    assert [r["urn"] for r in state["latest"]["resources"]] == [
        urn("pulumi:pulumi:Stack", "app-blue", "blue"), urn("lab:index:Thing", "a", "blue"),
    ]  # fmt: skip
    assert state["latest"]["resources"][1]["parent"] == urn("pulumi:pulumi:Stack", "app-blue", "blue")
    assert not checkpoint.exists()
    assert (project / "Pulumi.blue.yaml").exists()
    assert ok("stack", "tag", "get", "owner") == "ml\n"
    assert ok("stack", "output", "secret", "--show-secrets") == '{"inner":"x"}\n'


@pytest.mark.usefixtures("filled")
def test_stacks_are_listed_and_filtered_by_tag(ok: Ok) -> None:
    ok("stack", "init", "two", "--no-select")
    ok("stack", "tag", "set", "owner", "ml")
    stacks = json.loads(ok("stack", "ls", "--json"))
    assert [(s["name"], s["current"], s["resourceCount"]) for s in stacks] == [("dev", True, 2), ("two", False, 0)]
    assert [s["name"] for s in json.loads(ok("stack", "ls", "--json", "--tag", "owner=ml"))] == ["dev"]
    ok("stack", "tag", "rm", "owner")
    assert json.loads(ok("stack", "ls", "--json", "--tag", "owner")) == []


@pytest.mark.usefixtures("filled")
def test_the_selected_stack_is_the_one_of_the_variable_if_that_is_set(
    ok: Ok, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    ok("stack", "init", "two")
    assert ok("stack", "--show-name") == "two\n"
    ok("stack", "select", "dev")
    assert ok("stack", "--show-name") == "dev\n"
    monkeypatch.setenv("PULUMI_STACK", "two")
    assert ok("stack", "--show-name") == "two\n"
    assert ok("stack", "--show-name", "--stack", "dev") == "dev\n"
    monkeypatch.delenv("PULUMI_STACK")
    ok("stack", "unselect")
    assert "no stack selected" in run("stack").stderr


@pytest.mark.usefixtures("filled")
def test_a_broken_state_file_is_named_with_the_one_before_it(run: Run, checkpoint: Path) -> None:
    checkpoint.write_text('{"version":3,"check')
    done = run("stack", "output")
    assert done.returncode == 1
    assert f"the state {checkpoint} is broken: it is no JSON" in done.stderr
    assert f"{checkpoint}.bak" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("filled")
def test_a_protected_resource_is_unprotected_and_then_forgotten(run: Run, ok: Ok, checkpoint: Path) -> None:
    body = json.loads(checkpoint.read_text())
    for resource in body["checkpoint"]["latest"]["resources"]:
        resource["protect"] = True
    checkpoint.write_text(json.dumps(body))
    thing, root = urn("lab:index:Thing", "a"), urn("pulumi:pulumi:Stack", "app-dev")
    assert "is protected" in run("state", "delete", thing, "--yes").stderr
    assert "no such resource" in run("state", "unprotect", thing + "x", "--yes").stderr
    ok("state", "unprotect", thing, "--yes")
    assert f"'{thing}' depends on it" in run("state", "delete", root, "--yes").stderr
    ok("state", "delete", thing, "--yes")
    ok("state", "unprotect", "--all", "--yes")
    (left,) = json.loads(checkpoint.read_text())["checkpoint"]["latest"]["resources"]
    assert left["urn"] == root
    assert "protect" not in left


@pytest.mark.usefixtures("dev")
def test_a_stack_file_of_another_passphrase_leaves_no_half_made_stack(
    ok: Ok, run: Run, checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ok("stack", "rm", "dev", "--yes", "--preserve-config")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "other")
    done = run("stack", "init", "dev")
    assert done.returncode == 1
    assert "remove the line when nothing in the file is encrypted" in done.stderr
    assert not checkpoint.exists()
