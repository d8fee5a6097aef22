"""A folder and a bucket keep objects alike."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any, cast
from urllib.parse import urlsplit

import boto3
import pytest

from slipway.engine.backend.bucket import Bucket
from slipway.engine.backend.folder import Folder
from slipway.engine.backend.lock import break_locks, locked
from slipway.engine.backend.stacks import Backend, StackRef
from slipway.engine.backend.storage import Storage
from slipway.engine.errors import EngineError

REF = StackRef("app", "dev")


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    if request.param == "folder":
        yield Folder(tmp_path, f"file://{tmp_path}")
    else:
        yield Bucket(request.getfixturevalue("bucket_url"))


def test_what_is_written_is_read_and_what_is_not_there_is_none(storage: Storage) -> None:
    assert storage.read("a/b.json") is None
    storage.write("a/b.json", b"1")
    storage.write("a/b.json", b"2")
    assert storage.read("a/b.json") == b"2"
    storage.delete("a/b.json")
    storage.delete("a/b.json")
    assert storage.read("a/b.json") is None


def test_a_backup_holds_what_was_there_before(storage: Storage) -> None:
    for number in (b"1", b"2", b"3"):
        storage.write("a/b.json", number, backup="a/b.json.bak")
        first = number == b"1"
        assert storage.read("a/b.json.bak") == (None if first else bytes([number[0] - 1]))


def test_keys_are_found_by_how_they_begin(storage: Storage) -> None:
    for key in ("a/b.json", "a/b.json.bak", "a/c/d.json", "ab/e.json"):
        storage.write(key, b"")
    assert storage.keys("a/") == ["a/b.json", "a/b.json.bak", "a/c/d.json"]
    assert storage.keys("a/b.json") == ["a/b.json", "a/b.json.bak"]
    assert storage.keys("a/c/") == ["a/c/d.json"]
    assert storage.keys("none/") == []


def test_only_one_of_several_creates_an_object(storage: Storage) -> None:
    with ThreadPoolExecutor(4) as tries:
        done = list(tries.map(lambda number: storage.create("a/b.json", b"%d" % number), range(4)))
    assert sorted(done) == [False, False, False, True]
    assert storage.read("a/b.json") == b"%d" % done.index(True)
    assert storage.keys("a/") == ["a/b.json"]


def test_an_object_is_moved_and_a_missing_one_is_no_error(storage: Storage) -> None:
    storage.write("a/b.json", b"1")
    storage.move("a/b.json", "c/d.json")
    storage.move("a/b.json", "c/e.json")
    assert (storage.keys("a"), storage.keys("c")) == ([], ["c/d.json"])
    assert storage.read("c/d.json") == b"1"


def test_a_cleared_folder_is_empty_and_its_neighbour_is_not(storage: Storage) -> None:
    for key in ("a/b.json", "a/c/d.json", "ab/e.json"):
        storage.write(key, b"")
    storage.clear("a")
    storage.clear("a")
    assert storage.keys("a/") == []
    assert storage.keys("ab/") == ["ab/e.json"]


def test_a_stack_is_made_once(storage: Storage) -> None:
    backend = Backend(storage)
    backend.create(REF)
    with pytest.raises(EngineError, match="stack 'organization/app/dev' already exists"):
        backend.create(REF)
    assert storage.read(".pulumi/meta.yaml") == b"version: 1\n"
    assert [ref.qualified for ref in backend.stacks()] == ["organization/app/dev"]


def test_a_lock_keeps_others_out_names_its_holder_and_is_given_back(storage: Storage) -> None:
    backend = Backend(storage)
    with locked(backend, REF):
        (key,) = storage.keys(".pulumi/locks/organization/app/dev/")
        with pytest.raises(EngineError, match=r"locked by 1 lock") as refusal, locked(backend, REF):
            pass
        url = f"{storage.url.partition('?')[0]}/{key}"
        assert f"\n  {url}: created by " in refusal.value.message
        assert f"(pid {os.getpid()}) at 20" in refusal.value.message
    assert storage.keys(".pulumi/locks/") == []
    storage.write(".pulumi/locks/organization/app/dev/x.json", b"{}")
    assert break_locks(backend, REF) == 1
    with locked(backend, REF):
        pass


class Meeting:
    """A storage whose two users meet around each write: neither writes before both have looked, and both write then."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._barrier = Barrier(2, timeout=30)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)

    def write(self, key: str, data: bytes, *, backup: str | None = None) -> None:
        self._barrier.wait()
        self._storage.write(key, data, backup=backup)
        self._barrier.wait()


def test_of_two_that_lock_at_the_same_moment_one_gives_way_at_least(storage: Storage) -> None:
    backend = Backend(cast("Storage", Meeting(storage)))

    def work(_: int) -> str:
        try:
            with locked(backend, REF):
                return "worked alone"
        except EngineError as error:
            return error.message.partition(".")[0]

    with ThreadPoolExecutor(2) as both:
        done = list(both.map(work, range(2)))
    assert "the stack is currently locked by 1 lock(s)" in done
    assert storage.keys(".pulumi/locks/") == []


def test_what_a_store_shows_of_its_folders_is_no_object(bucket_url: str, moto: str) -> None:
    client = boto3.client("s3", endpoint_url=moto, region_name="us-east-1")
    client.put_object(Bucket=urlsplit(bucket_url).netloc, Key="team/ml/.pulumi/stacks/app/", Body=b"")
    assert Bucket(bucket_url).keys(".pulumi/stacks/") == []
    assert list(Backend(Bucket(bucket_url)).stacks()) == []


def test_an_old_layout_and_a_newer_one_are_refused(storage: Storage) -> None:
    storage.write(".pulumi/stacks/dev.json", b"{}")
    with pytest.raises(EngineError, match=r"layout without projects .* `pulumi state upgrade`"):
        Backend(storage).create(REF)
    storage.write(".pulumi/meta.yaml", b"version: 2\n")
    with pytest.raises(EngineError, match=r"meta\.yaml: state layout 'version: 2'"):
        Backend(storage).create(REF)


def test_a_compressed_state_is_refused_on_either(storage: Storage) -> None:
    storage.write(".pulumi/stacks/app/dev.json.zst", b"")
    with pytest.raises(EngineError, match=r"dev\.json\.zst: a compressed state is not supported"):
        Backend(storage).load(REF)


@pytest.mark.slow
def test_a_bucket_with_more_objects_than_one_answer_holds_is_listed_and_cleared_whole(bucket_url: str) -> None:
    from moto.s3.models import s3_backends  # noqa: PLC0415 - a thousand requests would take their time

    name = urlsplit(bucket_url).netloc
    moto = s3_backends["123456789012"]["aws"]
    for number in range(1005):
        moto.put_object(name, f"team/ml/.pulumi/history/app/dev/{number}.json", b"")
    bucket = Bucket(bucket_url)
    assert len(bucket.keys(".pulumi/history/app/dev/")) == 1005
    bucket.clear(".pulumi/history/app/dev")
    assert bucket.keys(".pulumi/") == []


def test_a_bucket_encrypts_as_its_url_says(bucket_url: str, moto: str) -> None:
    bucket = Bucket(f"{bucket_url}&ssetype=aws:kms&kmskeyid=alias/aws/s3")
    bucket.write("a.json", b"1", backup="a.json.bak")
    bucket.write("a.json", b"2", backup="a.json.bak")
    client = boto3.client("s3", endpoint_url=moto, region_name="us-east-1")
    for key in ("a.json", "a.json.bak"):
        found = client.head_object(Bucket=urlsplit(bucket_url).netloc, Key=f"team/ml/{key}")
        assert (found["ServerSideEncryption"], found["SSEKMSKeyId"]) == ("aws:kms", "alias/aws/s3")


def test_what_the_real_engine_keeps_beside_a_file_goes_when_the_file_changes(tmp_path: Path) -> None:
    folder = Folder(tmp_path, "")
    attributes = tmp_path / "a.json.attrs"
    changes: tuple[Callable[[], None], ...] = (
        lambda: folder.write("a.json", b"2"),
        lambda: folder.move("a.json", "b.json"),
        lambda: folder.delete("a.json"),
    )
    for change in changes:
        folder.write("a.json", b"1")
        attributes.write_text("{}")
        assert folder.keys("a") == ["a.json"]
        change()
        assert not attributes.exists()
