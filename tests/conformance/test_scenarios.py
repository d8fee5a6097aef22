"""The embedded engine against recordings of the real one (ORIGIN.md)."""

import argparse
import difflib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent
VISIBLE = HERE / "visible"
OPTIONS = argparse.Namespace(
    ignore="", messages="exact", skip="", control=False, strict=False, limit=120, record=False, export=False
)


@pytest.fixture(scope="module")
def runner() -> ModuleType:
    spec = importlib.util.spec_from_file_location("conformance_run", HERE / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(path.parent.name for path in VISIBLE.glob("*/steps.json")))
def test_the_engine_does_what_the_real_one_did(name: str, runner: ModuleType) -> None:
    cli = [sys.executable, "-m", "slipway.engine"]
    _, word, differences, _ = runner.one(VISIBLE / name, cli, OPTIONS)
    shown = []
    for step, file, want, got in differences:
        diff = difflib.unified_diff(want, got, f"recorded {step}/{file}", f"found {step}/{file}", lineterm="", n=2)
        shown += [line[:400] for line in list(diff)[:60]]
    assert word == "pass", "\n".join([f"{name}: {word}", *shown])
