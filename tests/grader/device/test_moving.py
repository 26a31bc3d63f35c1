"""`to_device`: every tensor in a value lies on the device, and nothing else of the value changes."""

from __future__ import annotations

import pytest
import torch

from grader.suite import to_device
from grader.wire.value import Record


def to_host(value: torch.Tensor) -> torch.Tensor:
    return value.detach().cpu()


def is_simulated(value: torch.Tensor) -> bool:
    return value.device.type == "sim"


HOST = torch.tensor([1.0, 2.0])


def test_tensors_in_lists_tuples_and_dicts_are_moved() -> None:
    moved = to_device({"a": [HOST, 3], "b": (HOST, "text"), "c": {"d": None}})
    assert is_simulated(moved["a"][0]) and is_simulated(moved["b"][0])
    assert (moved["a"][1], moved["b"][1], moved["c"]) == (3, "text", {"d": None})
    assert torch.equal(to_host(moved["a"][0]), HOST)


@pytest.mark.parametrize("required", [False, True])
def test_whether_a_gradient_is_required_is_kept(required: bool) -> None:
    moved = to_device(HOST.clone().requires_grad_(required))
    assert moved.requires_grad is required and moved.is_leaf


def test_moved_tensor_is_a_copy() -> None:
    host = HOST.clone()
    moved = to_device(host)
    host.zero_()
    assert torch.equal(to_host(moved), HOST)


def test_record_becomes_a_tuple() -> None:
    moved = to_device(Record("Found", ("values", "indices"), (HOST, HOST)))
    assert type(moved) is tuple and all(map(is_simulated, moved))
