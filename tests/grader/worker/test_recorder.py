"""What is refused while a call is recorded is refused by every way to it, and nothing else is."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import _disable_current_modes

from grader.worker.recorder import Recorder

X = torch.tensor([[1.0, 2.0], [4.0, 3.0]])


def without_modes(call: Callable[[], object]) -> None:
    with _disable_current_modes():
        call()


def in_a_thread(call: Callable[[], object]) -> None:
    thread = threading.Thread(target=call)
    thread.start()
    thread.join()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("way", [without_modes, in_a_thread])
@pytest.mark.parametrize(
    "call",
    [
        lambda: torch.softmax(X, 1),
        lambda: torch.nn.Softmax(1)(X),
        lambda: torch.ops.aten._softmax(X, 1, False),
        lambda: torch.ops.aten._softmax.out(X, 1, False, out=X.clone()),
    ],
    ids=["function", "module", "operator", "out"],
)
def test_refused_operator_is_refused_and_noted_around_the_record(
    way: Callable[[Callable[[], object]], None], call: Callable[[], object]
) -> None:
    recorder, ended = Recorder(["softmax"]), []

    def attempt() -> None:
        with pytest.raises(RuntimeError, match="_softmax is not to be used here"):
            call()
        ended.append(True)

    with recorder:
        way(attempt)
    assert ended
    assert recorder.record()["operators"]["_softmax"] == 1
    assert torch.softmax(X, 1).sum() == 2  # afterwards nothing is refused


def test_what_an_operator_calls_by_itself_is_not_refused() -> None:
    """A mean on the CPU is a sum that is divided; a tensor that is printed is reduced and compared."""
    with Recorder(["sum", "max", "min", "abs", "ne", "ceil", "masked_select"]):
        mean, words = X.mean(), str(X)
    assert mean == 2.5
    assert words.startswith("tensor([[1., 2.],")


def test_refused_operator_that_is_counted_works_and_has_its_gradient() -> None:
    """Whether it counts is decided by who reads the record."""
    x, upstream = X.clone().requires_grad_(), torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    with Recorder(["softmax"]) as recorder:
        result: Tensor = torch.softmax(x, 1)
    result.backward(upstream)
    expected = torch.softmax(X, 1)
    assert torch.equal(result, expected)
    assert torch.allclose(x.grad, expected * (upstream - (upstream * expected).sum(1, keepdim=True)))
    assert recorder.record()["operators"]["_softmax"] == 1
