"""Copies of the data sets that a test may spoil, and a confined child."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from grader.data import manifest

HERE = Path(__file__).parent


def _load(path: Path) -> Any:
    name = f"torchgrade_tests_data_{path.parent.name}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_confine = _load(HERE.parent / "confine" / "conftest.py")
confined, scratch = _confine.confined, _confine.scratch


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A copy of datasets/ that takes the place of the real one."""
    folder = tmp_path / "copy" / "datasets"
    shutil.copytree(manifest.shipped_folder(), folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(manifest, "PACKAGE", folder.parent / "grader")
    return folder
