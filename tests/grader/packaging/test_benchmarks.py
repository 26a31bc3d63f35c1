"""The comparison with other graders runs: its course is cut out of the topic `losses`, which changes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
COMMAND = "benchmarks/peers --only ours --at-once 1 --rounds 1 --count 1 --marginal 0"


def test_peers_grade_a_submission_with_our_checks():
    done = subprocess.run([sys.executable, *COMMAND.split()], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "ours, 1 at once, 1 submissions" in done.stdout
