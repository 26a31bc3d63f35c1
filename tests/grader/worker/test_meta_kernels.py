"""Torch's kernels for tensors without data come by themselves, whoever needs them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("meta_cases.py")
NEED_NONE = ("generator", "nothing")

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="each case is tried in a forked child"),
    pytest.mark.rest,  # what is tried changes with torch
]


@pytest.fixture(scope="module")
def found():
    run = subprocess.run([sys.executable, "-W", "ignore", SCRIPT], capture_output=True, text=True, check=True)
    return dict(line.split(": ", 1) for line in run.stdout.splitlines())


def test_kernels_come_with_whatever_needs_them(found):
    others = {name: what for name, what in found.items() if name not in NEED_NONE}
    assert len(others) == 9
    assert {name: what for name, what in others.items() if what != "came, (2, 4, 6, 6)"} == {}


@pytest.mark.parametrize("name", NEED_NONE)
def test_kernels_stay_away_from_what_does_without_them(found, name):
    assert found[name] == "put off, (2, 4, 6, 6)"
