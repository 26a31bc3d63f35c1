"""Torch's optimisers do the same without the compiler, and do not import it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).with_name("optimisers.py")


def played(way: str) -> Any:
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    command = [sys.executable, str(PROGRAM), way]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100, check=True)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def away() -> Any:
    return played("away")


@pytest.fixture(scope="module")
def as_torch() -> Any:
    return played("as torch")


def test_optimisers_do_not_import_the_compiler(away: Any) -> None:
    assert away["compiler"] is False


def test_every_optimiser_steps_as_torch_does(away: Any, as_torch: Any) -> None:
    assert len(away["steps"]) > 10
    assert away["steps"] == as_torch["steps"]


def test_gradient_flows_through_a_differentiable_step(away: Any, as_torch: Any) -> None:
    assert away["through"] == as_torch["through"]


def test_grad_mode_is_restored_after_a_step_that_raises(away: Any) -> None:
    assert away["broken"] is True
