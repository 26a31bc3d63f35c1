"""Torch does its work in a confined worker.

A process of its own plays the server: one that has run a backward, as this one may have, cannot fork.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

WANT = {
    "matmul": 27000000.0,
    "backward": [2.0, 2.0, 2.0],
    "gradcheck": True,
    "save_and_load": (["bias", "weight"], [3, 2][::-1]),
    "train": 2,
    "recurrent_and_attention": ([5, 2, 4], [2, 3, 8]),
    "late_imports": 10,
    "source_of_torch": (True, True),
    "threads": [216000000.0],
    "linear_algebra": ([1.0, 1.0, 1.0], [4]),
    "whereabouts": (True, True, True),
    "too_much_memory": True,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """What the server reports."""
    variables = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    program = Path(__file__).with_name("at_work.py")
    command = [sys.executable, str(program), str(tmp_path_factory.mktemp("scratch"))]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=100, check=True)
    assert done.stderr == ""
    return json.loads(done.stdout)


@pytest.mark.parametrize("work", WANT)
def test_torch_works_without_a_warning(server, work):
    assert server["work"][work] == repr((WANT[work], []))


def test_confining_a_worker_takes_milliseconds(server):
    assert server["milliseconds"] < 30  # 1.1 on an idle machine; the margin is for a busy one
