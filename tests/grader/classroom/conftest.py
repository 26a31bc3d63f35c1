"""What the tests of class grading share: the maker of layouts, as a fixture."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def layouts() -> ModuleType:
    """Return the module beside this one that makes each layout; tests have no packages to import it from."""
    name = "torchgrade_tests_layouts"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, HERE / "layouts.py")
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]
