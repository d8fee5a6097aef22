"""Secrets under a key of KMS: the real engine's forms, one call a process, and refusals in words."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from slipway.engine.errors import EngineError
from slipway.engine.secrets.awskms import KmsManager
from slipway.engine.secrets.opening import open_manager
from slipway.engine.secrets.sealing import seal, unseal
from tests.aws_doubles import OneAnswer, kms_refusal

KEY = bytes(range(32))
# AES-256-GCM, test case 14 of McGrew and Viega, The Galois/Counter Mode of Operation: key, nonce and text all zeros.
_SEALED = bytes.fromhex("cea7403d4d606b6e074ec5d3baf39d18" + "d0d1c8a799996bf0265b98b5d48ab919")
ZEROS = f"v1:{base64.b64encode(bytes(12)).decode()}:{base64.b64encode(_SEALED).decode()}"
BLOB = base64.b64encode(b"as KMS sealed it").decode()


def never() -> str:
    raise AssertionError("no passphrase is needed")


@pytest.fixture
def kms() -> Iterator[OneAnswer]:
    """Run a KMS that knows one data key."""
    plain = base64.b64encode(KEY).decode()
    with OneAnswer(200, json.dumps({"Plaintext": plain, "CiphertextBlob": BLOB, "KeyId": "k"})) as server:
        yield server


def url_at(server: OneAnswer, more: str = "") -> str:
    return f"awskms://alias/state?region=us-east-1&endpoint={server.endpoint}{more}"


def test_a_value_sealed_elsewhere_is_opened() -> None:
    assert unseal(bytes(32), ZEROS) == "\0" * 16
    assert unseal(KEY, seal(KEY, "geheim ✓")) == "geheim ✓"


@pytest.mark.parametrize("text", ["", "v1:", "v2:AAAA:AAAA", "v1:AAAA", "v1:!:!", ZEROS])
def test_what_was_not_sealed_under_the_key_is_a_bad_value(text: str) -> None:
    with pytest.raises(ValueError, match="bad value"):
        unseal(KEY, text)


@pytest.mark.usefixtures("identity")
def test_the_state_has_the_form_of_the_real_engine_and_opens_again(kms: OneAnswer) -> None:
    made = KmsManager.create(url_at(kms))
    assert made.state() == {"type": "cloud", "state": {"url": url_at(kms), "encryptedkey": BLOB}}
    assert list(made.state()["state"]) == ["url", "encryptedkey"]
    opened = open_manager({"type": "cloud", "state": {"url": url_at(kms), "encryptedkey": BLOB}}, never)
    assert opened.verify() == KEY
    assert opened.decrypt(seal(KEY, "geheim")) == "geheim"


@pytest.mark.usefixtures("identity")
def test_kms_is_asked_once_and_without_naming_the_key(kms: OneAnswer) -> None:
    manager = KmsManager(url_at(kms, "&context_app=slipway"), BLOB)
    sealed = [manager.encrypt(str(number)) for number in range(5)]
    assert [manager.decrypt(text) for text in sealed] == ["0", "1", "2", "3", "4"]
    ((operation, _, body),) = kms.asked
    assert operation == "TrentService.Decrypt"
    assert json.loads(body) == {"CiphertextBlob": BLOB, "EncryptionContext": {"app": "slipway"}}


@pytest.mark.usefixtures("identity")
@pytest.mark.parametrize(
    ("named", "key_id"),
    [
        ("awskms://1234abcd-12ab-34cd-56ef-1234567890ab", "1234abcd-12ab-34cd-56ef-1234567890ab"),
        ("awskms://alias/state", "alias/state"),
        (
            "awskms:///arn:aws:kms:us-east-1:123456789012:key/1234abcd",
            "arn:aws:kms:us-east-1:123456789012:key/1234abcd",
        ),
        ("awskms:///arn:aws:kms:us-east-1:123456789012:alias/a", "arn:aws:kms:us-east-1:123456789012:alias/a"),
    ],
)
def test_a_key_is_named_by_id_alias_or_arn_and_encrypts_32_bytes(kms: OneAnswer, named: str, key_id: str) -> None:
    KmsManager.create(f"{named}?region=us-east-1&endpoint={kms.endpoint}&context_a=b&awssdk=v2")
    ((operation, _, body),) = kms.asked
    asked = json.loads(body)
    assert (operation, asked["KeyId"], asked["EncryptionContext"]) == ("TrentService.Encrypt", key_id, {"a": "b"})
    assert len(base64.b64decode(asked["Plaintext"])) == 32


def test_a_data_key_goes_round_through_kms(kms_url: str) -> None:
    made = KmsManager.create(kms_url)
    state = made.state()["state"]
    assert KmsManager(state["url"], state["encryptedkey"]).decrypt(made.encrypt("geheim")) == "geheim"
    other = KmsManager(state["url"].replace("context_app=slipway", "context_app=other"), state["encryptedkey"])
    with pytest.raises(EngineError, match=r"or not with this encryption context; .*\(InvalidCiphertextException\)"):
        other.verify()


def test_a_key_of_another_region_or_none_is_named(kms_url: str) -> None:
    with pytest.raises(EngineError, match=r"there is no key 'alias/state-\w+' in eu-west-1; `aws kms list-aliases"):
        KmsManager.create(kms_url.replace("us-east-1", "eu-west-1"))


@pytest.mark.usefixtures("identity")
@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("DisabledException", "the key is disabled; `aws kms enable-key --key-id alias/state --region us-east-1`"),
        (
            "KMSInvalidStateException",
            "the key is about to be deleted, or not ready; while it waits, `aws kms cancel-key",
        ),
        (
            "AccessDeniedException",
            "access denied; the credentials must be allowed kms:Encrypt and kms:Decrypt on the k",
        ),
        ("NotFoundException", "there is no key 'alias/state' in us-east-1"),
        ("IncorrectKeyException", "no key of this account in us-east-1 made this data key"),
        ("InvalidKeyUsageException", "the key does not encrypt; name a symmetric key with the usage ENCRYPT_DECRYPT"),
        ("UnrecognizedClientException", "AWS does not know these credentials"),
        ("ExpiredTokenException", "the AWS credentials have expired"),
    ],
)
def test_what_kms_refuses_is_said_with_the_url_and_the_way_out(code: str, words: str) -> None:
    with OneAnswer(400, kms_refusal(code)) as server:
        with pytest.raises(EngineError) as encrypting:
            KmsManager.create(url_at(server))
        with pytest.raises(EngineError) as decrypting:
            KmsManager(url_at(server), BLOB).decrypt("v1:x:y")
    sent = json.loads(server.asked[0][2])["Plaintext"]
    for refusal, verb in ((encrypting, "encrypt"), (decrypting, "decrypt")):
        assert refusal.value.message.startswith(f"could not {verb} the stack's data key with {url_at(server)}: {words}")
        assert sent not in refusal.value.message


@pytest.mark.usefixtures("identity")
def test_a_value_under_another_data_key_is_refused_without_being_shown(kms: OneAnswer) -> None:
    with pytest.raises(EngineError, match="is encryptedkey another stack's, or an older one") as refusal:
        KmsManager(url_at(kms), BLOB).decrypt(seal(bytes(32), "geheim"))
    assert "geheim" not in refusal.value.message
    assert base64.b64encode(KEY).decode() not in refusal.value.message


@pytest.mark.parametrize(
    ("provider", "words"),
    [
        ({"type": "service", "state": {}}, "secrets provider 'service' of the state is not supported"),
        (
            {"type": "cloud", "state": {"url": "gcpkms://projects/p", "encryptedkey": ""}},
            "secrets provider 'gcpkms' is not",
        ),
        ({"type": "cloud", "state": {"url": "awskms://k?region=r"}}, "'cloud' of the state: it has no 'encryptedkey'"),
        ({"type": "cloud", "state": {"url": "awskms://k?region=r", "encryptedkey": "%"}}, "malformed encryptedkey '%'"),
        ({"type": "passphrase"}, "'passphrase' of the state: it has no 'salt'"),
        (
            {"type": "cloud", "state": {"url": "awskms://?region=r", "encryptedkey": ""}},
            "it names no key: awskms://KEY-ID",
        ),
        ({"type": "cloud", "state": {"url": "awskms://arn:aws:kms:r:1:key/k", "encryptedkey": ""}}, "awskms:///ARN"),
        ({"type": "cloud", "state": {"url": "awskms://k?x=1", "encryptedkey": ""}}, "unknown query parameter 'x'"),
    ],
)
def test_a_provider_that_cannot_be_is_refused_by_name(provider: dict[str, Any], words: str) -> None:
    with pytest.raises(EngineError) as refusal:
        open_manager(provider, lambda: "")
    assert words in refusal.value.message


def test_an_override_by_the_environment_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_CLOUD_SECRET_OVERRIDE", "awskms://other")
    with pytest.raises(EngineError, match="PULUMI_CLOUD_SECRET_OVERRIDE is not supported by the embedded engine"):
        KmsManager("awskms://k?region=us-east-1", BLOB)


def test_a_stack_key_is_not_the_key_of_kms(kms_url: str, moto: str) -> None:
    first, second = KmsManager.create(kms_url), KmsManager.create(kms_url)
    assert first.verify() != second.verify()
    client = boto3.client("kms", endpoint_url=moto, region_name="us-east-1")
    blob = base64.b64decode(first.state()["state"]["encryptedkey"])
    opened = client.decrypt(CiphertextBlob=blob, EncryptionContext={"app": "slipway"})
    assert opened["Plaintext"] == first.verify()
