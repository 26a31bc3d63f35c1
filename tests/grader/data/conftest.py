"""Copies of the data sets that a test may spoil, a data folder of its own, and a confined child."""

from __future__ import annotations

import importlib.util
import shutil
import struct
import sys
from pathlib import Path
from typing import Any

import pytest

from grader.data import manifest

HERE = Path(__file__).parent
IDX_CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def _load(path: Path) -> Any:
    name = f"torchgrade_tests_data_{path.parent.name}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_confine = _load(HERE.parent / "confine" / "conftest.py")
confined, scratch = _confine.confined, _confine.scratch


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A data folder of the test's own: no test sees or changes that of whoever runs it."""
    folder = tmp_path / "home"
    monkeypatch.setenv(manifest.HOME_VARIABLE, str(folder))
    return folder


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A copy of datasets/ that takes the place of the real one."""
    folder = tmp_path / "copy" / "datasets"
    shutil.copytree(manifest.shipped_folder(), folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(manifest, "PACKAGE", folder.parent / "grader")
    return folder


@pytest.fixture
def idx():
    """Writes an IDX file: the bytes of an array, with the header written by hand."""

    def write(array):
        code = IDX_CODES[array.dtype.str[1:]]
        header = struct.pack(f">2x2B{array.ndim}I", code, array.ndim, *array.shape)
        return header + array.astype(array.dtype.newbyteorder(">")).tobytes()

    return write
