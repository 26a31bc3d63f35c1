"""What makes workers cheap changes nothing of what they compute."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from typing import Any

import pytest

from grader.worker.warm_up import warm_up
from grader.worker.worker import Worker


def played(program: str) -> str:
    """Return what a program prints in an interpreter of its own."""
    command = [sys.executable, "-c", textwrap.dedent(program)]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=True).stdout.strip()


def test_a_gradient_from_above_needs_no_symbolic_shapes() -> None:
    """Sizes are compared, a wrong one is refused as torch does, and nothing large is imported."""
    program = """
        import sys, torch
        from grader.process.prepare import prepare_torch
        prepare_torch()
        x = torch.ones(3, requires_grad=True)
        print(torch.autograd.grad(2 * x, x, torch.ones(3))[0].tolist())
        try:
            (2 * x).backward(torch.ones(1, 3))
        except RuntimeError as problem:
            print(str(problem)[:17])
        print("sympy" in sys.modules)
    """
    assert played(program).splitlines() == ["[2.0, 2.0, 2.0]", "Mismatch in shape", "False"]


def test_whoever_wants_more_of_symbolic_shapes_gets_the_original() -> None:
    """The stand-in makes way, for what it lacks and for sizes that are no numbers."""
    program = """
        import sys, torch
        from grader.process.prepare import NAME, stand_in
        stand_in()
        from torch.fx.experimental.symbolic_shapes import guard_int
        stand_in()
        print(guard_int(3), sys.modules[NAME].__file__ is not None)
        x = torch.ones(3, requires_grad=True)
        print(torch.autograd.grad(2 * x, x, torch.ones(3))[0].tolist())
    """
    assert played(program).splitlines() == ["3 True", "[2.0, 2.0, 2.0]"]


def test_close_tensors_are_compared_without_importing_distributed_ones() -> None:
    """A check that a learner writes with assert_close begins at once, and tells what differs."""
    program = """
        import sys, torch
        from grader.process.prepare import prepare_torch
        prepare_torch()
        torch.testing.assert_close(torch.ones(2), torch.ones(2))
        try:
            torch.testing.assert_close(torch.ones(2), torch.zeros(2))
        except AssertionError as problem:
            print(str(problem)[:27])
        print("torch.distributed.tensor" in sys.modules)
    """
    assert played(program).splitlines() == ["Tensor-likes are not close!", "False"]


def test_of_what_a_server_warms_up_with_only_the_failure_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """The example is loaded, called and trained."""
    failed, handle = [], Worker.handle

    def watched(worker: Worker, header: Any, buffers: Any) -> Any:
        answer = handle(worker, header, buffers)
        failed.extend([header.get("name", "load")] * ("raised" in answer[0]))
        return answer

    monkeypatch.setattr(Worker, "handle", watched)
    warm_up()
    assert failed == ["failing"]
