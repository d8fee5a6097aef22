"""A code package depends on what is in it and on nothing else."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from infra.packaging import Member, archive_bytes, content_digest, members

if TYPE_CHECKING:
    from random import Random

names = st.text(alphabet="abcdefgh", min_size=1, max_size=6)
contents = st.dictionaries(names, st.tuples(st.binary(max_size=200), st.booleans()), min_size=1, max_size=5)


def written(files: dict[str, tuple[bytes, bool]], order: list[str], *, umask: int, time: int) -> list[Member]:
    """Return the members of a folder made in some order, under some umask, at some time."""
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent, "training")
        folder.mkdir()
        before = os.umask(umask)
        try:
            for name in order:
                content, executable = files[name]
                mode = 0o777 if executable else 0o666
                descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT, mode)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(content)
                os.utime(folder / name, (time, time))
        finally:
            os.umask(before)
        return members(folder)


@given(
    contents,
    st.randoms(use_true_random=False),
    st.sampled_from([0o000, 0o022, 0o027, 0o077]),
    st.integers(0, 2_000_000_000),
)
def test_neither_order_nor_umask_nor_times_change_digest_or_bytes(
    files: dict[str, tuple[bytes, bool]], random: Random, umask: int, time: int
) -> None:
    order = list(files)
    random.shuffle(order)
    one = written(files, list(files), umask=0o022, time=1_000_000)
    other = written(files, order, umask=umask, time=time)
    assert content_digest(one) == content_digest(other)
    assert archive_bytes(one) == archive_bytes(other)


@given(contents, contents)
def test_two_packages_have_one_digest_only_if_they_are_equal(
    one: dict[str, tuple[bytes, bool]], other: dict[str, tuple[bytes, bool]]
) -> None:
    same = one == other
    first, second = (
        [Member(path=name, executable=mode, content=content) for name, (content, mode) in files.items()]
        for files in (one, other)
    )
    assert (content_digest(first) == content_digest(second)) == same


@given(st.binary(min_size=0, max_size=300_000))
def test_any_gzip_reader_gets_the_files_back(content: bytes) -> None:
    data = archive_bytes([Member(path="serving/model.bin", executable=False, content=content)])
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(data))) as archive:
        file = archive.extractfile("serving/model.bin")
        assert file is not None
        assert file.read() == content
