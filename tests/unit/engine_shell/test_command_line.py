import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from slipway.engine.cli.arguments import go_switches
from slipway.engine.cli.main import UNSUPPORTED, build
from slipway.engine.cli.operations import options_of
from slipway.engine.errors import EngineError

Ok = Callable[..., str]
Run = Callable[..., CompletedProcess[str]]


@pytest.mark.parametrize("command", UNSUPPORTED)
def test_a_command_that_is_not_supported_is_refused_by_name(run: Run, command: str) -> None:
    done = run(command, "--whatever")
    assert done.returncode == 2
    assert done.stderr.startswith(
        f"error: `pulumi {command}` is not supported by the embedded engine: install the real"
    )


@pytest.mark.parametrize("flag", ["--plan=x", "--save-plan=x", "--attach-debugger", "--remote", "--run-program"])
def test_a_flag_that_is_not_supported_is_refused_by_name(run: Run, flag: str) -> None:
    done = run("up", "--yes", flag)
    assert done.returncode == 2
    assert f"`pulumi up {flag.partition('=')[0]}` is not supported" in done.stderr


@pytest.mark.parametrize("words", [["up", "--bogus"], ["nonsense"], ["stack", "nonsense"], ["up", "--par", "2"]])
def test_misuse_ends_with_two_and_without_a_trace(run: Run, words: list[str]) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr


def test_the_event_log_flag_exists_only_for_those_who_debug(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "--event-log" in run("up", "--yes", "--event-log", "x").stderr
    monkeypatch.setenv("PULUMI_DEBUG_COMMANDS", "true")
    assert build().parse_args(["up", "--event-log", "x"]).event_log == "x"


def test_switches_may_be_written_as_go_writes_them() -> None:
    assert go_switches(["up", "--yes=true", "--diff=false", "-c", "a=true", "--", "--x=true"]) == [
        "up", "--yes", "-c", "a=true", "--", "--x=true",
    ]  # fmt: skip


def test_every_flag_of_the_recordings_reaches_the_engine() -> None:
    words = ["up", "--parallel", "8", "--target", "t", "--replace", "r", "--target-replace", "tr", "--refresh"]
    words += ["--target-dependents", "--continue-on-error", "--policy-pack", "p", "--show-secrets"]
    options = options_of(build().parse_args(words), dry_run=False)
    assert (options.targets, options.replace, options.policy_packs) == (("t", "tr"), ("r", "tr"), ("p",))
    assert options.parallel == 8
    assert options.refresh
    assert options.target_dependents
    assert options.continue_on_error
    assert not options.dry_run
    words = ["destroy", "--exclude", "e", "--exclude-protected", "--ignore-protect", "--preview-only", "--remove"]
    options = options_of(build().parse_args(words), dry_run=True)
    assert (options.exclude, options.exclude_protected, options.ignore_protect) == (("e",), True, True)
    words = ["refresh", "--import-pending-creates", "urn", "--import-pending-creates", "id", "--clear-pending-creates"]
    options = options_of(build().parse_args(words), dry_run=False)
    assert options.import_pending_creates == (("urn", "id"),)
    with pytest.raises(EngineError, match="its URN, then its id"):
        options_of(build().parse_args(words[:3]), dry_run=False)


@pytest.mark.usefixtures("dev")
def test_nothing_is_updated_without_a_yes_where_nobody_can_be_asked(run: Run) -> None:
    ways = "--yes or --skip-preview"
    for command, words in (
        ("up", ways),
        ("destroy", f"{ways} or --preview-only"),
        ("refresh", f"{ways} or --preview-only"),
    ):
        done = run(command, "--non-interactive")
        assert done.returncode == 1
        assert done.stderr == f"error: {words} must be passed in to proceed when running in non-interactive mode\n"
    done = run("destroy", "--skip-preview", "--preview-only")
    assert done.stderr == "error: --skip-preview and --preview-only cannot be used together\n"


def test_the_version_is_clearly_ours(ok: Ok) -> None:
    assert ok("version").startswith("slipway-engine ")


@pytest.mark.parametrize("url", ["gs://bucket", "azblob://container", "https://api.pulumi.com", "postgres://host/db"])
def test_a_backend_that_is_not_supported_is_refused_by_name(
    run: Run, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", url)
    done = run("stack", "ls")
    assert done.returncode == 2
    assert done.stderr.startswith(
        f"error: backend {url.partition(':')[0]}:// is not supported by the embedded engine: use file://FOLDER or s3://"
    )


@pytest.mark.slow
@pytest.mark.usefixtures("dev")
def test_a_stack_in_a_folder_loads_nothing_of_aws() -> None:
    words = "import sys; from slipway.engine.cli.main import main; main(['stack']); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert "Current stack is dev:" in done.stdout
    assert "'boto3'" not in done.stdout
    assert "'botocore'" not in done.stdout


def test_a_state_folder_that_is_missing_is_named(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{tmp_path}/none")
    done = run("stack", "ls")
    assert done.returncode == 1
    assert f"the folder {tmp_path}/none does not exist; make it with `mkdir -p" in done.stderr


def test_a_login_is_remembered_until_the_logout(
    ok: Ok, run: Run, monkeypatch: pytest.MonkeyPatch, state: Path, tmp_path: Path
) -> None:
    monkeypatch.delenv("PULUMI_BACKEND_URL")
    assert "no state backend is chosen" in run("stack", "ls").stderr
    ok("login", f"file://{state}")
    assert (tmp_path / "home" / "credentials.json").stat().st_mode & 0o777 == 0o600
    ok("stack", "init", "dev")
    assert f"Backend URL: file://{state}" in ok("whoami", "--verbose")
    ok("logout")
    assert "no state backend is chosen" in run("stack", "ls").stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("runtime: python\n", "missing a 'name'"),
        ("name: x\n", "missing a 'runtime'"),
        ("name: x\nruntime: nodejs\n", "runtime 'nodejs' is not supported"),
        ("name: [\n", "is no valid YAML"),
        ("name: ../x\nruntime: python\n", "'../x' can't be the name of a project"),
        ("name: a/b\nruntime: python\n", "'a/b' can't be the name of a project"),
        ("name: ..\nruntime: python\n", "'..' can't be the name of a project"),
        ("name: two words\nruntime: python\n", "'two words' can't be the name of a project"),
        ("name: x\nruntime: python\nplugins:\n  providers:\n    - name: lab\n", "needs `name` and `path`"),
    ],
)
def test_a_broken_project_file_is_named_with_what_is_wrong(run: Run, project: Path, text: str, words: str) -> None:
    (project / "Pulumi.yaml").write_text(text)
    done = run("stack", "init", "dev")
    assert done.returncode != 0
    assert str(project / "Pulumi.yaml") in done.stderr
    assert words in done.stderr


def test_a_project_is_found_from_a_folder_below_it(ok: Ok, project: Path) -> None:
    (project / "deep" / "er").mkdir(parents=True)
    ok("-C", "deep/er", "stack", "init", "dev")
    assert (project / "Pulumi.dev.yaml").exists()
    ok("stack", "--show-name", "--cwd", str(project / "deep"))


def test_a_value_that_the_project_declares_must_be_set_and_of_its_type(ok: Ok, run: Run, project: Path) -> None:
    (project / "Pulumi.yaml").write_text("name: app\nruntime: python\nconfig:\n  size: {type: integer}\n")
    ok("stack", "init", "dev")
    done = run("preview")
    assert done.returncode == 1
    assert "Stack 'dev' is missing configuration value 'app:size'; set with `pulumi config set" in done.stderr
    ok("config", "set", "size", "many")
    assert "'app:size' must be of type 'integer'" in run("preview").stderr
