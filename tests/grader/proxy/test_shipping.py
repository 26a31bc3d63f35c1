"""A suite ships small source to the worker: it acts there, and is asserted here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from grader.judge.references import load_file
from grader.proxy.errors import ArgumentChanged, SubmissionError
from grader.proxy.handle import Handle
from grader.proxy.submission import Submission

Learner = Callable[..., Submission]

LEARNED = """
    def differentiate(function, x):
        x = x.detach().requires_grad_()
        return torch.autograd.grad(function(x).sum(), x)[0]

    class Scale:
        def __init__(self, by):
            self.by = by

    def save(x, path):
        torch.save(x, path)

    def size(path):
        import os
        return os.path.getsize(path)
"""


def square(scale: float) -> Any:
    return lambda x: scale * x * x


def train(submission: Any, steps: int, lr: float) -> dict[str, Any]:
    w = torch.zeros(2, requires_grad=True)
    losses = []
    for _ in range(steps):
        gradient = submission.differentiate(lambda v: (v - 1).square(), w)
        losses.append(float((w.detach() - 1).square().sum()))
        with torch.no_grad():
            w -= lr * gradient
    return {"losses": losses, "w": w.detach()}


def scale_of(submission: Any, thing: Any) -> float:
    result: float = thing.by * submission.Scale(2.0).by
    return result


def fail(submission: Any) -> None:
    raise ValueError("in the scenario")


def look_around(submission: Any) -> Any:
    return sorted(name for name in globals() if not name.startswith("__"))


def change(submission: Any, x: torch.Tensor) -> None:
    x.zero_()


def write_and_read(submission: Any, folder: str) -> Any:
    import os

    path = os.path.join(folder, "values.pt")
    submission.save(torch.arange(3.0), path)
    return torch.load(path), submission.size(path), sorted(os.listdir(folder))


@pytest.fixture
def submission(learner: Learner) -> Submission:
    return learner(LEARNED)


def test_built_function_is_passed_back(submission: Submission) -> None:
    function = submission.build(square, 3.0)
    assert isinstance(function, Handle)
    assert submission.differentiate(function, torch.tensor([2.0])).tolist() == [12.0]
    assert function(torch.tensor([2.0])).tolist() == [12.0]


def test_scenario_returns_plain_evidence(submission: Submission) -> None:
    evidence = submission.run(train, 20, lr=0.3)
    assert len(evidence["losses"]) == 20 and evidence["losses"][-1] < 1e-3
    assert torch.allclose(evidence["w"], torch.ones(2), atol=1e-2)


def test_scenario_takes_handles(submission: Submission) -> None:
    assert submission.run(scale_of, submission.Scale(4.0)) == 8.0


def test_exception_of_a_scenario_arrives(submission: Submission) -> None:
    with pytest.raises(ValueError, match="in the scenario") as failure:
        submission.run(fail)
    assert isinstance(failure.value, SubmissionError)


def test_scenario_sees_nothing_of_the_suite(submission: Submission) -> None:
    assert submission.run(look_around) == ["look_around", "math", "np", "torch"]


def test_scenario_may_not_change_arguments_either(submission: Submission) -> None:
    x = torch.ones(2)
    with pytest.raises(ArgumentChanged):
        submission.run(change, x)
    assert x.tolist() == [1.0, 1.0]


def test_files_are_written_and_read_in_the_scratch_folder(submission: Submission) -> None:
    x, size, names = submission.run(write_and_read, submission.scratch)
    assert x.tolist() == [0.0, 1.0, 2.0] and size > 0 and names == ["values.pt"]


def test_files_stay_for_later_calls_of_the_test(submission: Submission) -> None:
    path = submission.scratch + "/a.pt"
    submission.save(torch.ones(2), path)
    assert submission.size(path) > 0


def test_functions_with_equal_code_ship_as_they_are_written(learner: Learner, tmp_path: Path) -> None:
    """A default is no part of the code, and what is remembered of a function is its source and no other's."""
    functions = []
    for name, default in (("one", 2.0), ("two", 3.0)):
        file = tmp_path / f"{name}.py"
        file.write_text(f"def given(submission, by={default}):\n    return by\n")
        functions.append(load_file(file, f"torchgrade_tests_{name}").given)
    assert functions[0].__code__ == functions[1].__code__
    submission = learner(LEARNED)
    assert [submission.run(function) for function in (*functions, *functions)] == [2.0, 3.0, 2.0, 3.0]
