"""What Windows lacks is asked for nowhere on a learner's way: it is taken away here."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.process.kernel import START_METHOD

PROGRAM = Path(__file__).with_name("elsewhere.py")


@pytest.mark.skipif(sys.platform == "win32", reason="nothing can be taken away there")
def test_learner_needs_nothing_that_windows_lacks(tmp_path: Path) -> None:
    paths, code_page = os.pathsep.join(filter(None, sys.path)), {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    environment = {**os.environ, START_METHOD: "spawn", "PYTHONPATH": paths, **code_page}
    command = [sys.executable, "-W", "ignore", str(PROGRAM), str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, encoding="cp1252", timeout=110)
    told = [line for line in done.stdout.splitlines() if line.startswith("* ")]
    assert told == ["* softmax spawned pass", "* init 0", "* list 0", "* doctor 0", "* hint 0", "* next 0"], done.stderr
