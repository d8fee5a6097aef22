"""`stack change-secrets-provider`: both ways, again and again, and killed at any moment."""

import base64
import contextlib
import io
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from slipway.engine.cli.main import build, main
from slipway.engine.cli.session import Session
from slipway.engine.config import open_value
from slipway.engine.deployment_secrets import SECRET, SIGNATURE, shown
from tests.aws_doubles import OneAnswer, kms_refusal

Ok = Callable[..., str]
Run = Callable[..., CompletedProcess[str]]
ROOT = "urn:pulumi:dev::app::pulumi:pulumi:Stack::app-dev"
CHANGES = ("os.rename", "os.link", "os.remove", "os.mkdir")
"""Audit events before a process changes files; before it changes a bucket it sends one of the next."""
REQUESTS = (b"PUT ", b"DELETE ")
OLD, NEW = "correct horse", "battery staple"


def secret(plain: Any) -> dict[str, Any]:
    return {SIGNATURE: SECRET, "plaintext": json.dumps(plain)}


@pytest.fixture
def filled(dev: None, ok: Ok, stack_file: Path, tmp_path: Path) -> None:
    """Give `dev` secrets: in its state, in an interrupted operation, and at any depth of its stack file."""
    del dev
    thing = {"urn": "urn:pulumi:dev::app::lab:index:Thing::a", "type": "lab:index:Thing", "custom": True, "id": "a"}
    resources = [
        {"urn": ROOT, "type": "pulumi:pulumi:Stack", "outputs": {"word": secret("geheim"), "plain": "p"}},
        {**thing, "parent": ROOT, "inputs": {"deep": [{"er": secret({"a": 1})}]}},
    ]
    (tmp_path / "in.json").write_text(json.dumps({"version": 3, "deployment": {"resources": resources}}))
    ok("stack", "import", "--file", str(tmp_path / "in.json"))
    ok("config", "set", "--secret", "password", "s3cret")
    ok("config", "set", "--secret", "--path", "nested.keys[0]", "t1")
    ok("config", "set", "plain", "text")
    stack_file.write_text(stack_file.read_text() + "# the team's own comment\n")


def everything(ok: Ok) -> tuple[Any, ...]:
    """Read every secret of the stack."""
    deployment = json.loads(ok("stack", "export", "--show-secrets"))["deployment"]
    config = json.loads(ok("config", "--show-secrets", "--json"))
    return deployment["resources"], {key: entry["value"] for key, entry in config.items()}


def answering(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


@pytest.mark.usefixtures("filled")
def test_a_stack_goes_to_kms_and_back_and_keeps_everything(
    ok: Ok, stack_file: Path, checkpoint: Path, kms_url: str
) -> None:
    before, text = everything(ok), stack_file.read_text()
    ok("stack", "change-secrets-provider", kms_url)
    lines = stack_file.read_text().splitlines()
    key = lines[1].removeprefix("encryptedkey: ")
    assert lines[0] == f"secretsprovider: {kms_url}"
    assert not any(line.startswith("encryptionsalt") for line in lines)
    assert "# the team's own comment" in lines
    latest = json.loads(checkpoint.read_text())["checkpoint"]["latest"]
    assert latest["secrets_providers"] == {"type": "cloud", "state": {"url": kms_url, "encryptedkey": key}}
    assert everything(ok) == before
    ok("stack", "change-secrets-provider", "passphrase")
    back = stack_file.read_text()
    assert back.startswith("encryptionsalt: v1:")
    assert "secretsprovider" not in back
    assert "encryptedkey" not in back
    assert _without_ciphertexts(back) == _without_ciphertexts(text)
    assert everything(ok) == before


def _without_ciphertexts(text: str) -> list[str]:
    return [line.partition("v1:")[0] for line in text.splitlines()]


@pytest.mark.usefixtures("filled")
def test_a_change_back_that_ended_between_its_two_writes_is_readable_and_is_ended_by_the_next(
    ok: Ok, stack_file: Path, kms_url: str
) -> None:
    before = everything(ok)
    ok("stack", "change-secrets-provider", kms_url)
    text = stack_file.read_text()
    ok("stack", "change-secrets-provider", "passphrase")
    stack_file.write_text(text)
    assert everything(ok) == before
    ok("stack", "change-secrets-provider", "passphrase")
    assert "secretsprovider" not in stack_file.read_text()
    assert everything(ok) == before


@pytest.mark.usefixtures("filled")
def test_the_same_key_of_kms_gives_a_new_data_key(ok: Ok, stack_file: Path, kms_url: str) -> None:
    ok("stack", "change-secrets-provider", kms_url)
    before, first = everything(ok), stack_file.read_text().splitlines()[1]
    ok("stack", "change-secrets-provider", kms_url)
    assert stack_file.read_text().splitlines()[1] != first
    assert everything(ok) == before


@pytest.mark.usefixtures("filled")
def test_a_new_passphrase_is_a_line_of_stdin_and_the_old_one_opens_nothing_any_more(
    ok: Ok, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(ok)
    answering(f"{NEW}\n", monkeypatch)
    assert "new passphrase from now on" in ok("stack", "change-secrets-provider", "passphrase")
    assert "incorrect passphrase" in run("config", "get", "password").stderr
    assert "incorrect passphrase" in run("stack", "output", "--show-secrets").stderr
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", NEW)
    assert everything(ok) == before


@pytest.mark.usefixtures("filled")
def test_without_a_new_passphrase_nothing_changes(
    run: Run, stack_file: Path, checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stack_file.read_bytes(), checkpoint.read_bytes()
    answering("", monkeypatch)
    assert (
        "its new one is read from stdin, which is empty" in run("stack", "change-secrets-provider", "passphrase").stderr
    )
    assert (stack_file.read_bytes(), checkpoint.read_bytes()) == before


@pytest.mark.usefixtures("filled", "identity")
def test_a_key_that_is_refused_changes_nothing(run: Run, stack_file: Path, checkpoint: Path, state: Path) -> None:
    before = stack_file.read_bytes(), checkpoint.read_bytes()
    with OneAnswer(400, kms_refusal("DisabledException")) as server:
        done = run("stack", "change-secrets-provider", f"awskms://alias/k?region=us-east-1&endpoint={server.endpoint}")
    assert (done.returncode, "the key is disabled; `aws kms enable-key" in done.stderr) == (1, True)
    assert (stack_file.read_bytes(), checkpoint.read_bytes()) == before
    assert list((state / ".pulumi" / "locks").rglob("*.json")) == []


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("gcpkms://projects/p", 2, "secrets provider 'gcpkms' is not supported by the embedded engine: use passphrase"),
        ("rot13", 2, "unknown secrets provider 'rot13': passphrase or awskms://KEY?region=REGION"),
        ("awskms://", 1, "it names no key: awskms://KEY-ID, awskms://alias/NAME or awskms:///ARN"),
    ],
)
def test_a_provider_that_is_none_is_refused_by_name(run: Run, name: str, code: int, words: str) -> None:
    for command in (("stack", "change-secrets-provider", name), ("stack", "init", "new", "--secrets-provider", name)):
        done = run(*command)
        assert (done.returncode, words in done.stderr) == (code, True)


def test_a_stack_begins_under_a_key_of_kms_without_any_passphrase(
    ok: Ok, run: Run, kms_url: str, stack_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE")
    ok("stack", "init", "dev", "--secrets-provider", kms_url)
    ok("config", "set", "--secret", "password", "s3cret")
    assert stack_file.read_text().startswith(f"secretsprovider: {kms_url}\nencryptedkey: ")
    assert "s3cret" not in stack_file.read_text()
    ok("stack", "rm", "dev", "--yes", "--preserve-config")
    done = run("stack", "init", "dev", "--secrets-provider", "passphrase")
    assert f"holds secrets under '{kms_url}', not under 'passphrase'" in done.stderr
    ok("stack", "init", "dev")
    assert ok("config", "get", "password") == "s3cret\n"


def test_state_and_stack_file_share_one_data_key_that_is_decrypted_once(ok: Ok, filled: None, identity: None) -> None:
    del filled, identity
    answer = json.dumps({"CiphertextBlob": base64.b64encode(b"sealed").decode(), "KeyId": "k"})
    with OneAnswer(200, answer) as kms:
        ok("stack", "change-secrets-provider", f"awskms://k?region=us-east-1&endpoint={kms.endpoint}")
        assert [operation for operation, _, _ in kms.asked] == ["TrentService.Encrypt"]
        kms.body = json.dumps({"Plaintext": json.loads(kms.asked[0][2])["Plaintext"], "KeyId": "k"})
        session = Session(build().parse_args(["stack", "output"]))
        assert session.state_secrets is session.secrets
        assert open_value(session.stack_file().values["app:password"], session.secrets) == "s3cret"
        assert "geheim" in json.dumps(shown(session.checkpoint.deployment, session.state_secrets))
        assert [operation for operation, _, _ in kms.asked[1:]] == ["TrentService.Decrypt"]


def test_a_stack_file_takes_the_data_key_of_its_state(ok: Ok, filled: None, kms_url: str, stack_file: Path) -> None:
    del filled
    ok("stack", "change-secrets-provider", kms_url)
    before, text = everything(ok), stack_file.read_text()
    stack_file.write_text("\n".join(line for line in text.splitlines() if not line.startswith("encryptedkey")) + "\n")
    assert everything(ok) == before
    assert stack_file.read_text() == text


def killed_before(moment: int, argv: list[str], stdin: str = "") -> bool:
    """Run a command line in a process that kills itself before a moment; False when it ended well before that one."""
    child = os.fork()
    if child == 0:
        left = [moment]

        def hook(event: str, args: tuple[Any, ...]) -> None:
            sent = event == "http.client.send" and isinstance(args[1], bytes) and args[1].startswith(REQUESTS)
            if sent or event in CHANGES:
                left[0] -= 1
                if left[0] < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        code = 3
        with contextlib.suppress(BaseException):
            sys.stdin, sys.stdout = io.StringIO(stdin), io.StringIO()
            sys.addaudithook(hook)
            code = main(argv)
        os._exit(code)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return True
    assert os.waitstatus_to_exitcode(status) == 0
    return False


def moments(argv: list[str], between: Callable[[], None], stdin: str = "") -> Iterator[int]:
    """Kill a command at each of its moments in turn, giving each; `between` lays the stack anew before the next."""
    moment = 0
    while killed_before(moment, argv, stdin):
        yield moment
        between()
        moment += 1


@pytest.fixture
def laid(filled: None, state: Path, stack_file: Path) -> Callable[[], None]:
    """Lay the stack as it was, locks left behind by a kill included."""
    del filled
    files = {file: file.read_bytes() for file in (stack_file, *state.rglob("*")) if file.is_file()}

    def lay() -> None:
        for file in state.rglob("*"):
            if file.is_file():
                file.unlink()
        for file, data in files.items():
            file.write_bytes(data)

    return lay


@pytest.mark.slow
def test_a_kill_at_any_moment_of_a_change_to_kms_loses_nothing_and_the_next_try_ends_it(
    ok: Ok, laid: Callable[[], None], kms_url: str, stack_file: Path, checkpoint: Path
) -> None:
    before, seen = everything(ok), set()
    argv = ["stack", "change-secrets-provider", kms_url]
    for _ in moments(argv, laid):
        ok("cancel", "--yes")
        assert everything(ok) == before
        latest = json.loads(checkpoint.read_text())["checkpoint"]["latest"]
        half = latest["secrets_providers"]["type"], "secretsprovider" in stack_file.read_text()
        if half not in seen:
            ok(*argv)
            assert everything(ok) == before
        seen.add(half)
    # The sweep has seen it before, between the two writes, and after.
    assert seen == {("passphrase", False), ("cloud", False), ("cloud", True)}
    assert everything(ok) == before


@pytest.mark.slow
def test_a_kill_at_any_moment_of_a_new_passphrase_is_ended_by_the_same_command(
    ok: Ok, laid: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    before, codes = everything(ok), set()
    argv = ["stack", "change-secrets-provider", "passphrase"]
    for _ in moments(argv, laid, f"{NEW}\n"):
        ok("cancel", "--yes")
        answering(f"{NEW}\n", monkeypatch)
        codes.add(main(argv))
        monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", NEW)
        assert everything(ok) == before
        monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", OLD)
    # 1 is the kill after the last write: the stack has the new passphrase already, and the old one is refused.
    assert codes == {0, 1}


@pytest.mark.slow
def test_a_kill_between_any_two_requests_to_a_bucket_loses_nothing(
    ok: Ok, project: Path, bucket_url: str, kms_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", bucket_url)
    ok("stack", "init", "dev")
    resources = [{"urn": ROOT, "type": "pulumi:pulumi:Stack", "outputs": {"word": secret("geheim")}}]
    (tmp_path / "in.json").write_text(json.dumps({"version": 3, "deployment": {"resources": resources}}))
    ok("stack", "import", "--file", str(tmp_path / "in.json"))
    ok("config", "set", "--secret", "password", "s3cret")
    before, file = everything(ok), project / "Pulumi.dev.yaml"
    (tmp_path / "out.json").write_text(ok("stack", "export"))
    text = file.read_text()

    def lay() -> None:
        file.write_text(text)
        ok("cancel", "--yes")
        ok("stack", "import", "--file", str(tmp_path / "out.json"))

    for _ in moments(["stack", "change-secrets-provider", kms_url], lay):
        ok("cancel", "--yes")
        assert everything(ok) == before
    assert everything(ok) == before
