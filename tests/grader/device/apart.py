"""Plays tests in a fresh interpreter: the device must be registered before a process's first backward.

Run as a program with a test file; each line in asks for one test, each line out says what went wrong, or
null.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import time
import traceback
from types import ModuleType
from typing import Any


class Apart:
    """A fresh interpreter with the device registered, which plays the tests of one file."""

    def __init__(self, path: str) -> None:
        """Start it."""
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "OMP_NUM_THREADS": "1",
        }
        command = [sys.executable, __file__, path]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def play(self, name: str, arguments: dict[str, Any]) -> str | None:
        """Play one test; return its traceback if it failed."""
        assert self.process.stdin is not None and self.process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(json.dumps([name, arguments]) + "\n")
            self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            return f"the interpreter died with status {self.process.wait()}"
        failure: str | None = json.loads(answer)
        return failure

    def close(self) -> None:
        """End it."""
        self.process.communicate()


def register_measured() -> None:
    """Register the device and leave the seconds that it took where a test can read them."""
    import torch

    torch.set_num_threads(1)
    start = time.process_time()
    from grader.device.simulated import register

    register()
    os.environ["REGISTRATION_SECONDS"] = str(time.process_time() - start)


def load(path: str) -> ModuleType:
    """Import a test file by its path."""
    spec = importlib.util.spec_from_file_location("played", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def played(module: ModuleType, name: str, arguments: dict[str, Any]) -> str | None:
    """Play one test of a module."""
    try:
        getattr(module, name)(**arguments)
    except BaseException:
        return traceback.format_exc()
    return None


def main() -> None:
    """Answer requests until there are no more."""
    register_measured()
    answers, sys.stdout = sys.stdout, sys.stderr
    module = load(sys.argv[1])
    for line in sys.stdin:
        name, arguments = json.loads(line)
        print(json.dumps(played(module, name, arguments)), file=answers, flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
