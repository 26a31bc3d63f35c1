"""A call written down gives the same arguments when it is run."""

from __future__ import annotations

import sys
import types

import numpy as np
import pytest
import torch

from grader.proxy.calls import MOST_NUMBERS, Call


@pytest.fixture
def run(monkeypatch):
    """Run a text beside a module whose `f` returns its arguments; return those and what was printed."""

    def again(text):
        module = types.ModuleType("learned")
        module.f = lambda *args, **kwargs: (args, kwargs)
        monkeypatch.setitem(sys.modules, "learned", module)
        printed = []
        exec(text, {"print": printed.append})
        return printed[0]

    return again


def same(one, other):
    assert (one.shape, one.dtype, one.requires_grad, type(one)) == (
        other.shape, other.dtype, other.requires_grad, type(other)
    )  # fmt: skip
    assert one.stride() == other.stride() or not other.numel()
    assert torch.equal(torch.nan_to_num(one.detach()), torch.nan_to_num(other.detach()))


TENSORS = {
    "float": torch.tensor([[0.1, -2.5e-7], [1e30, 3.0]]),
    "double": torch.tensor([1 / 3, 1e-300], dtype=torch.float64),
    "half": torch.tensor([0.1, 3.0], dtype=torch.bfloat16),
    "complex": torch.tensor([1 + 2j], dtype=torch.complex64),
    "integers": torch.tensor([3, -1]),
    "bytes": torch.tensor([255], dtype=torch.uint8),
    "flags": torch.tensor([True, False]),
    "number": torch.tensor(4.0),
    "none": torch.zeros(0, 3),
    "special": torch.tensor([float("inf"), float("nan"), -0.0]),
    "transposed": torch.arange(6.0).reshape(2, 3).t(),
    "with_gradient": torch.tensor([1.0]).requires_grad_(),
    "parameter": torch.nn.Parameter(torch.tensor([1.0])),
}


@pytest.mark.parametrize("tensor", TENSORS.values(), ids=TENSORS)
def test_tensor_comes_out_as_it_was_sent(tensor, run):
    (args, kwargs) = run(Call("f", ["x"], [tensor], {"y": tensor}).text("learned"))
    same(args[0], tensor)
    same(kwargs["y"], tensor)


def test_plain_values_come_out_as_they_were_sent(run):
    given = [1, 2.5, "two\nlines", None, (1,), {"a": [torch.tensor([1.0]), True]}, torch.float64, list(range(30))]
    args, _ = run(Call("f", [f"a{n}" for n in range(9)], given, {}).text("learned"))
    assert repr(args) == repr(tuple(given))


def test_large_tensor_has_its_size_and_says_so(run):
    x = torch.ones(MOST_NUMBERS + 1, 2, dtype=torch.float64)
    text = Call("f", ["x"], [x], {}).text("learned")
    assert "too large to write down" in text
    args, _ = run(text)
    assert (args[0].shape, args[0].dtype) == (x.shape, x.dtype)


def test_arguments_are_those_before_the_call(run):
    x = torch.tensor([1.0])
    call = Call("f", ["x"], [x], {})
    x += 1
    assert run(call.text("learned"))[0][0].item() == 1


@pytest.mark.parametrize("name", ["f", "torch", "print", "argument 1"])
def test_variables_hide_nothing(name, run):
    assert run(Call("f", [name], [torch.tensor([1.0])], {}).text("learned"))[0][0].item() == 1


@pytest.mark.parametrize(
    "value", [object(), torch.Generator(), torch.ones(2, device="meta"), torch.ones(2).to_sparse(), np.ones(2)]
)
def test_what_no_line_makes_gives_no_text(value):
    assert Call("f", ["x"], [[value]], {}).text("learned") is None


def test_text_is_bounded():
    assert Call("f", ["x"], ["a" * 10_000], {}).text("learned") is None
