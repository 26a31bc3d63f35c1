"""Answers that are cheap to send and dear to read end a test."""

from __future__ import annotations

import time

import pytest

from grader.proxy.cpu_budget import CpuBudget
from grader.proxy.tensors import Mirrors
from grader.sandbox.transport import WorkerLied
from grader.wire.frame import MAX_MIRRORS, BadFrame
from grader.wire.tensor import StorageReader

SPEC = {"dtype": "float64", "offset": 0, "device": "cpu", "requires_grad": True, "storage": 0}


def born(mirrors: Mirrors, number: int, length: int) -> None:
    """Let an answer announce a leaf of so many equal elements."""
    tensor = {**SPEC, "shape": [length], "stride": [0]}
    message = {"number": -1 - number, "tensor": tensor, "grad": None, "parameter": True}
    mirrors.create(message, StorageReader([bytearray(8)]))


def test_patience_ends():
    budget = CpuBudget(0.01)
    with budget:
        end = time.process_time() + 0.02
        while time.process_time() < end:
            pass
    with pytest.raises(WorkerLied, match="too long to read"), budget:
        pass


def test_waiting_costs_no_patience():
    budget = CpuBudget(0.05)
    for _ in range(3):
        with budget:
            time.sleep(0.05)


def test_leaves_of_several_answers_are_counted_together():
    mirrors = Mirrors()
    for number in range(MAX_MIRRORS):
        born(mirrors, number, 1)
    with pytest.raises(BadFrame, match="tensors to keep"):
        born(mirrors, MAX_MIRRORS, 1)


def test_large_leaves_of_several_answers_are_counted_together():
    mirrors = Mirrors()
    born(mirrors, 0, 2**24)
    born(mirrors, 1, 2**24)
    with pytest.raises(BadFrame, match="bytes of them"):
        born(mirrors, 2, 2**10)
