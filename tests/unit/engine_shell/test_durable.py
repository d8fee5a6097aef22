"""States survive kills and full disks."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from slipway.engine.backend.durable import read_bytes, write_durably
from slipway.engine.backend.folder import Folder
from slipway.engine.backend.stacks import Backend, StackRef
from slipway.engine.errors import EngineError

WRITER = """
import itertools, sys
from pathlib import Path
from slipway.engine.backend.folder import Folder
from slipway.engine.backend.stacks import Backend, StackRef

backend, ref = Backend(Folder(Path(sys.argv[1]), "")), StackRef("app", "dev")
for number in itertools.count():
    backend.save(ref, b'{"resources":[' + b",".join([b'"%d"' % number] * 20000) + b"]}")
    print(number, flush=True)
"""
FULL = """
import resource, signal, sys
from pathlib import Path
from slipway.engine.backend.durable import write_durably
from slipway.engine.errors import EngineError

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_durably(Path(sys.argv[1]), b"x" * 5000)
except EngineError as error:
    print(error.message)
"""


def checkpoint_in(root: Path) -> Path:
    return root / ".pulumi" / "stacks" / "app" / "dev.json"


@pytest.mark.slow
def test_a_state_is_whole_whenever_its_writer_is_killed(tmp_path: Path) -> None:
    backend = Backend(Folder(tmp_path, ""))
    for after in (2, 5, 9):
        argv = [sys.executable, "-c", WRITER, str(tmp_path)]
        with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for _ in range(after):
                done = int(process.stdout.readline())
            process.send_signal(signal.SIGKILL)
        deployment = json.loads(checkpoint_in(tmp_path).read_text())["checkpoint"]["latest"]
        (number,) = set(deployment["resources"])
        assert int(number) >= done
        before = json.loads(checkpoint_in(tmp_path).with_name("dev.json.bak").read_text())
        assert len(set(before["checkpoint"]["latest"]["resources"])) == 1
        assert [found.name for found in backend.stacks()] == ["dev"]


@pytest.mark.slow
def test_a_disk_that_takes_no_more_leaves_the_old_state_and_names_the_path(tmp_path: Path) -> None:
    file = tmp_path / "dev.json"
    file.write_bytes(b"old")
    done = subprocess.run([sys.executable, "-c", FULL, str(file)], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"could not write {file}: ")
    assert file.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["dev.json"]


def test_a_backup_is_what_stood_there_before(tmp_path: Path) -> None:
    file, backup = tmp_path / "a.json", tmp_path / "a.json.bak"
    for text in (b"1", b"2", b"3"):
        write_durably(file, text, backup=backup)
    assert (file.read_bytes(), backup.read_bytes()) == (b"3", b"2")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "a.json.bak"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EngineError, match=f"could not make the folder {tmp_path}/file/x: "):
        write_durably(tmp_path / "file" / "x" / "dev.json", b"")
    assert read_bytes(tmp_path / "file" / "x") is None


def test_a_state_of_version_four_names_its_features_and_stale_attributes_go(tmp_path: Path) -> None:
    backend, ref = Backend(Folder(tmp_path, "")), StackRef("app", "dev")
    backend.create(ref)
    attributes = checkpoint_in(tmp_path).with_name("dev.json.attrs")
    attributes.write_text("{}")
    backend.save(ref, b'{"resources":[]}', features=("hooks",))
    assert not attributes.exists()
    assert json.loads(checkpoint_in(tmp_path).read_text())["version"] == 4
    assert backend.load(ref).features == ("hooks",)


def test_a_compressed_state_is_refused_with_the_way_out(tmp_path: Path) -> None:
    backend, ref = Backend(Folder(tmp_path, "")), StackRef("app", "dev")
    backend.create(ref)
    checkpoint_in(tmp_path).rename(tmp_path / ".pulumi" / "stacks" / "app" / "dev.json.gz")
    with pytest.raises(EngineError, match=r"a compressed state is not supported .* PULUMI_DIY_BACKEND_GZIP"):
        backend.load(ref)
