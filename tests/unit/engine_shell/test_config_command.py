import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

pytestmark = pytest.mark.usefixtures("dev")
Ok = Callable[..., str]
Run = Callable[..., CompletedProcess[str]]


def test_values_are_written_as_the_real_command_line_writes_them(ok: Ok, stack_file: Path) -> None:
    ok("config", "set", "other:key", "val")
    ok("config", "set", "map.inner", "deep", "--path")
    ok("config", "set", "number", "5")
    ok("config", "set", "--path", "list[0]", "true")
    config = stack_file.read_text().partition("config:\n")[2]
    assert config == (
        '    other:key: val\n    app:map:\n        inner: deep\n    app:number: "5"\n    app:list:\n        - true\n'
    )


def test_comments_order_and_quotes_of_a_stack_file_survive_an_edit(ok: Ok, stack_file: Path) -> None:
    head = stack_file.read_text()
    stack_file.write_text(head + "# ours\nconfig:\n  app:b: 'x' # why b\n  # about a\n  app:a: [1, 2]\n")
    ok("config", "set", "c", "y")
    assert stack_file.read_text() == (
        head + "# ours\nconfig:\n  app:b: 'x' # why b\n  # about a\n  app:a: [1, 2]\n  app:c: y\n"
    )
    ok("config", "rm", "b")
    assert "app:b" not in stack_file.read_text()
    assert "# about a" in stack_file.read_text()


def test_a_secret_is_encrypted_in_the_file_and_shown_only_when_asked(ok: Ok, stack_file: Path) -> None:
    ok("config", "set", "--secret", "word", "hidden")
    assert "hidden" not in stack_file.read_text()
    assert "hidden" not in ok("config")
    assert json.loads(ok("config", "--json")) == {"app:word": {"secret": True}}
    assert json.loads(ok("config", "--json", "--show-secrets")) == {"app:word": {"value": "hidden", "secret": True}}
    assert ok("config", "get", "word") == "hidden\n"


def test_a_secret_inside_a_structure_makes_the_whole_value_secret(ok: Ok) -> None:
    ok("config", "set", "--path", "db.user", "me")
    ok("config", "set", "--path", "--secret", "db.password", "pw")
    shown = json.loads(ok("config", "--json", "--show-secrets"))["app:db"]
    assert shown == {
        "value": '{"password":"pw","user":"me"}',
        "objectValue": {"user": "me", "password": "pw"},
        "secret": True,
    }
    assert ok("config", "get", "--path", "db.password") == "pw\n"
    assert ok("config").splitlines()[1].split() == ["db", '{"password":"[secret]","user":"me"}']


def test_a_wrong_passphrase_is_refused(ok: Ok, run: Run, stack_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ok("config", "set", "--secret", "word", "hidden")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "other")
    done = run("config", "get", "word")
    assert done.returncode == 1
    assert done.stderr.startswith(
        f"error: incorrect passphrase: the encryptionsalt of {stack_file} was made with another"
    )


def test_the_passphrase_may_come_from_a_file(ok: Ok, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ok("config", "set", "--secret", "word", "hidden")
    (tmp_path / "phrase").write_text("correct horse\n")
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE_FILE", str(tmp_path / "phrase"))
    assert ok("config", "get", "word") == "hidden\n"
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE_FILE")
    done = run("config", "get", "word", "--non-interactive")
    assert done.returncode == 1
    assert "passphrase must be set with PULUMI_CONFIG_PASSPHRASE" in done.stderr


def test_a_missing_key_is_named(run: Run) -> None:
    done = run("config", "get", "nothing")
    assert (done.returncode, done.stderr) == (1, "error: configuration key 'nothing' not found for stack 'dev'\n")


def test_numbers_in_a_file_keep_the_text_that_was_written(ok: Ok, stack_file: Path) -> None:
    stack_file.write_text(stack_file.read_text() + "config:\n  app:a: 1.50\n  app:b: yes\n  app:c: true\n  d: 0x10\n")
    values = json.loads(ok("config", "--json"))
    assert {key: entry["value"] for key, entry in values.items()} == {
        "app:a": "1.50", "app:b": "yes", "app:c": "true", "app:d": "0x10",
    }  # fmt: skip
    ok("config", "set", "d", "2")
    assert 'd: "2"' in stack_file.read_text()
    assert "app:d" not in stack_file.read_text()


def test_a_default_of_the_project_file_stands_until_the_stack_sets_its_own(ok: Ok, project: Path) -> None:
    (project / "Pulumi.yaml").write_text(
        "name: app\nruntime: python\nconfig:\n  size:\n    type: integer\n    default: 3\n"
    )
    assert ok("config", "get", "size") == "3\n"
    ok("config", "set", "size", "4")
    assert ok("config", "get", "size") == "4\n"


@pytest.mark.parametrize(
    ("value", "text"),
    [("line one\nline two", "|-"), ("true", '"true"'), ("", '""'), ("a: b", "'a: b'"), ("{x", "'{x'")],
)
def test_any_text_comes_back_as_it_was_set(ok: Ok, stack_file: Path, value: str, text: str) -> None:
    ok("config", "set", "k", "--", value)
    assert text in stack_file.read_text()
    assert ok("config", "get", "k") == value + "\n"


def test_several_values_are_set_in_one_go(ok: Ok, stack_file: Path) -> None:
    ok("config", "set-all", "--plaintext", "a=1", "--plaintext", "b=x=y", "--secret", "c=s")
    ok("config", "set-all", "--json", '{"app:d": {"value": "[1]", "objectValue": [1], "secret": false}}')
    assert [ok("config", "get", key) for key in "abcd"] == ["1\n", "x=y\n", "s\n", "[1]\n"]
    ok("config", "rm-all", "a", "b", "c", "d")
    assert json.loads(ok("config", "--json")) == {}
    assert "config:" not in stack_file.read_text()
