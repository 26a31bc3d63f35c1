"""A training loop in a confined worker finds everything imported, and its first step is quick."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from grader.process.kernel import START_METHOD

PROGRAM = Path(__file__).with_name("training.py")


@pytest.fixture(scope="module", params=["forked", "spawned"])
def trained(request: pytest.FixtureRequest) -> Any:
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        START_METHOD: "fork" if request.param == "forked" else "spawn",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    command = [sys.executable, str(PROGRAM)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=110, check=True)
    return {"way": request.param, **json.loads(done.stdout)}


def test_training_works_without_the_compiler(trained: Any) -> None:
    assert not any(name.startswith("torch._dynamo") for name in trained["train"])


@pytest.mark.skipif(not version("torch").startswith("2.13."), reason="each torch imports other modules late")
def test_training_imports_nothing_late_in_a_forked_worker(trained: Any) -> None:
    if trained["way"] == "forked":
        assert trained["train"] == []


def test_first_step_of_an_optimiser_is_quick(trained: Any) -> None:
    assert trained["first_step"] < 0.2  # half a second to a second with the compiler
