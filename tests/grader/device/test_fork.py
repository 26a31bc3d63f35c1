"""The device works in a child of the process that registered it; here the parent never runs a backward."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable

import torch
import torch.nn.functional as F

from grader.device.simulated import to_device


def to_host(value: torch.Tensor) -> torch.Tensor:
    return value.detach().cpu()


def in_child(work: Callable[[], None]) -> None:
    """Do the work in a forked child, and raise if it fails there."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_child_runs_forward_and_backward() -> None:
    """A forked child computes gradients on the device."""

    def work() -> None:
        w = torch.randn(4, 3, 3, 3, device="sim", requires_grad=True)
        F.conv2d(torch.ones(2, 3, 5, 5, device="sim"), w).square().sum().backward()
        assert w.grad is not None and w.grad.device.type == "sim" and w.grad.abs().sum().item() > 0

    in_child(work)
    in_child(work)


def test_child_writes_to_its_own_memory() -> None:
    """What a child writes to a device tensor of its parent stays in the child."""
    made_before = to_device(torch.tensor([1.0, 2.0]))

    def work() -> None:
        assert made_before.zero_().sum().item() == 0

    in_child(work)
    assert to_host(made_before).tolist() == [1.0, 2.0]


def test_child_runs_a_backward_on_the_host() -> None:
    """A backward without device tensors works in a child as well."""

    def work() -> None:
        x = torch.ones(3, requires_grad=True)
        x.exp().sum().backward()
        assert x.grad is not None

    in_child(work)


def test_first_backward_of_a_child_is_quick() -> None:
    """Starting the device's thread costs a child little."""

    def work() -> None:
        x = to_device(torch.ones(3)).requires_grad_()
        start = time.process_time()
        x.exp().sum().backward()
        assert time.process_time() - start < 0.1

    in_child(work)


def test_registration_is_cheap() -> None:
    """Registration takes a small part of what importing torch takes."""
    assert float(os.environ["REGISTRATION_SECONDS"]) < 0.2
