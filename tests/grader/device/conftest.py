"""Each test file here is played in an interpreter of its own: see `apart`."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

spec = importlib.util.spec_from_file_location("apart", Path(__file__).with_name("apart.py"))
assert spec is not None and spec.loader is not None
apart = importlib.util.module_from_spec(spec)
spec.loader.exec_module(apart)


@pytest.fixture(scope="module", autouse=True)
def interpreter(request: pytest.FixtureRequest) -> Iterator[Any]:
    """The interpreter that plays this file's tests."""
    started = apart.Apart(str(request.path))
    yield started
    started.close()


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool:
    """Play the test apart, and fail with what it says."""
    names = pyfuncitem._fixtureinfo.argnames
    arguments = {name: pyfuncitem.funcargs[name] for name in names}
    failure = pyfuncitem.funcargs["interpreter"].play(pyfuncitem.originalname, arguments)
    if failure is not None:
        pytest.fail(failure, pytrace=False)
    return True
