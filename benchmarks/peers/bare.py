"""The checks without a test runner: `bare.py 0` in one process, `bare.py N` in a child each, N at a time."""

import importlib.util
import os
import sys
from pathlib import Path

import checks  # imports torch
import torch

CHECKS = [check for name, check in vars(checks).items() if name.startswith("test_")]


def passed(file):
    """Return how many checks a submission passes."""
    spec = importlib.util.spec_from_file_location("losses", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return sum(_passes(check, module) for check in CHECKS)


def _passes(check, module):
    try:
        check(module)
    except Exception:
        return False
    return True


def in_children(files, at_once):
    """Return the sum over all files, each graded in a child."""
    running, total = 0, 0
    for file in files:
        if running == at_once:
            total, running = total + _ended(), running - 1
        if os.fork() == 0:
            os._exit(passed(file))
        running += 1
    return total + sum(_ended() for _ in range(running))


def _ended():
    _, status = os.wait()
    return os.waitstatus_to_exitcode(status)


def main():
    """Grade what was handed in."""
    torch.set_num_threads(1)
    torch.testing.assert_close(torch.ones(1), torch.ones(1))  # half a second of imports, here and not in each child
    files, at_once = sorted(Path("handed-in").glob("*/losses.py")), int(sys.argv[1])
    found = in_children(files, at_once) if at_once else sum(map(passed, files))
    Path("passed").write_text(str(found))


main()
