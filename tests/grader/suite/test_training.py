# ruff: noqa: E501  a change and what it must give stand on one line
"""Trainings are replayed from a known state, and what came back is read by value: what differs first is the failure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.proxy.submission import Submission
from grader.suite import (
    Random,
    Trained,
    Training,
    check_better,
    check_came_from,
    check_held_out,
    check_history,
    check_predictions,
    check_steps,
    draw_digits,
    shifted,
    show_reading,
    simple_accuracies,
)
from grader.suite.drawing import Drawing
from grader.suite.failure import CheckFailure

Learner = Callable[[str], Submission]

NET = """
class Net(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.hidden, self.bn, self.fc = nn.Linear(features, 6), nn.BatchNorm1d(6), nn.Linear(6, 3)

    def forward(self, x):
        return self.fc(torch.tanh(self.bn(self.hidden(x))))


def f(x, y, generator, epochs=2, batch_size=4, lr=0.05):
    net = Net(x.shape[1]).to(x)
    optimizer, losses = torch.optim.SGD(net.parameters(), lr=lr, momentum=0.5), []
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).split(batch_size):
            loss = nn.functional.cross_entropy(net(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(x))
    return net.eval(), losses
"""


class Oracle(nn.Module):
    """The same."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.hidden, self.bn, self.fc = nn.Linear(features, 6), nn.BatchNorm1d(6), nn.Linear(6, 3)

    def forward(self, x: Tensor) -> Any:
        return self.fc(torch.tanh(self.bn(self.hidden(x))))


def training(learner: Learner, *changes: tuple[str, str]) -> Training:
    source = NET
    for old, new in changes:
        assert old in source
        source = source.replace(old, new)
    return Training(
        learner(source),
        "f",
        oracle=lambda x: Oracle(x.shape[1]).to(x.dtype),
        optimizer=lambda parameters, lr: torch.optim.SGD(parameters, lr=lr, momentum=0.5),
        lr=0.05,
        batch_size=4,
    )


def data(n: int = 10) -> tuple[Tensor, Tensor]:
    rng = Random(4)
    return rng.normal(n, 5), rng.labels(n, 3)


def failure_of(check: Callable[..., Any], *args: Any, **options: Any) -> str:
    with pytest.raises(CheckFailure) as failure:
        check(*args, **options)
    return str(failure.value)


def test_right_training_passes(learner: Learner) -> None:
    task = training(learner)
    start, trained = check_steps(task, *data(), 3, epochs=3)
    assert len(trained.losses) == 3
    assert not start.state["fc.weight"].equal(trained.state["fc.weight"])
    check_predictions(task.submission, trained, data()[0])


def test_training_without_epochs_takes_its_own_number_of_them(learner: Learner) -> None:
    assert len(training(learner).run(*data(), 3, None).losses) == 2


@pytest.mark.parametrize(
    "change, words",
    [
        (("            optimizer.zero_grad()\n", ""), "hidden.weight after 2 epochs"),
        (("            optimizer.step()\n", ""), "the loss of epoch 2 of 2"),
        (("momentum=0.5", "momentum=0.4"), "the loss of epoch 2 of 2"),
        (("total += loss.item() * len(rows)", "total += loss.item()"), "the loss of epoch 1 of 2"),
        (("torch.randperm(len(x), generator=generator)", "torch.arange(len(x))"), "the loss of epoch 1 of 2"),
        (("net(x[rows]), y[rows]", "net.eval()(x[rows]), y[rows]"), "the loss of epoch 1 of 2"),
        (("return net.eval(), losses", "return net.eval(), losses[:-1]"), "the number of losses"),
        (("return net.eval(), losses", "return net.eval(), [torch.tensor(loss) for loss in losses]"), "losses: expected a list of floats"),
        (("return net.eval(), losses", "return net.state_dict(), losses"), "the model: expected an nn.Module"),
        (("return net.eval(), losses", "return None, losses"), "the model: expected an nn.Module"),
        (("return net.eval(), losses", "return net.eval()"), "the result: expected the model and its losses"),
        (("return net.eval(), losses", "return net.float().eval(), losses"), "hidden.weight: expected dtype float64"),
        (("return net.eval(), losses", "return nn.Linear(5, 3).to(x), losses"), "keys of the state_dict: expected hidden.weight"),
        (("return net.eval(), losses", "net.fc.bias.data.fill_(torch.nan)\n    return net.eval(), losses"), "fc.bias: expected finite numbers"),
    ],
)  # fmt: skip
def test_first_difference_is_the_failure(learner: Learner, change: tuple[str, str], words: str) -> None:
    one = failure_of(check_steps, training(learner, change), *data(), 3, epochs=2)
    assert words in one or "the loss of epoch 1" in one, one


def test_what_did_not_move_is_told(learner: Learner) -> None:
    change = "optimizer.step()", "net.fc.bias.grad = None; optimizer.step()"
    words = failure_of(check_steps, training(learner, change), *data(4), 3, batch_size=4)
    assert "fc.bias after 1 epoch" in words
    assert "it is as before the training" in words


@pytest.mark.parametrize(
    "change, words",
    [
        (("return net.eval(), losses", "return net, losses"), "model.training: expected False"),
        (("return net.eval(), losses", "net.forward = lambda z: z[:, :3]\n    return net.eval(), losses"), "model(x), against what its weights say"),
        (("return self.fc(torch.tanh(self.bn(self.hidden(x))))", "z = self.fc(torch.tanh(self.bn(self.hidden(x))))\n        return z if len(x) > 1 else z + 1"), "model(x) of one sample alone"),
    ],
)  # fmt: skip
def test_model_that_predicts_something_else_than_its_weights_fails(
    learner: Learner, change: tuple[str, str], words: str
) -> None:
    task = training(learner, change)
    trained = task.run(*data(), 3, 1)
    assert words in failure_of(check_predictions, task.submission, trained, data()[0])


# What was learned


def trained(losses: list[float], change: float = 0.0) -> Trained:
    torch.manual_seed(0)
    model = Oracle(5).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(change * torch.randn_like(parameter))
    return Trained(model.eval(), losses)


def test_simple_answers_are_fitted_on_the_draw() -> None:
    x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [40.0, 40.0], [40.0, 50.0], [50.0, 40.0]])
    found = simple_accuracies(x, torch.tensor([0, 0, 1, 1, 1]), x[1:3], torch.tensor([0, 1]))
    assert found == {"the largest class": 0.5, "the nearest mean": 1.0, "a linear model": 1.0}


def test_margin_is_above_the_best_simple_answer() -> None:
    check_better(0.7, {"one": 0.5, "other": 0.2}, 0.1)
    words = failure_of(check_better, 0.55, {"one": 0.5, "other": 0.2}, 0.1)
    assert "at least 0.60: one has 0.50" in words
    assert "nan" in failure_of(check_better, float("nan"), {"one": 0.5}, 0.1)


def test_weights_resemble_those_before_the_training() -> None:
    check_came_from(trained([], 0.05), trained([]))
    assert "got the weights of the untrained net" in failure_of(check_came_from, trained([]), trained([]))
    other = trained([], 0.05)
    other.state["fc.weight"].neg_()
    assert "got other weights" in failure_of(check_came_from, other, trained([]))


@pytest.mark.parametrize(
    "losses", [[9.0, 1.0], [0.1, 0.05], [1.5, 30.0], [float("nan"), 1.0], [1.2, float("nan")]]
)
def test_made_up_losses_are_told(losses: list[float]) -> None:
    assert "the loss of the" in failure_of(check_history, trained(losses, 0.3), trained([1.0]), *data())


def test_images_are_moved_whole() -> None:
    images = torch.zeros(40, 2, 9, 7)
    images[:, 0, 4, 3], images[:, 1, 4, 3] = 1.0, 2.0
    moved = shifted(images, 2, Random(1))
    places = [tuple(place) for place in moved[:, 0].nonzero()[:, 1:].tolist()]
    assert moved[:, 1].equal(2 * moved[:, 0])
    assert len(places) == 40
    assert {row for row, _ in places} == {2, 3, 4, 5, 6}
    assert {column for _, column in places} == {1, 2, 3, 4, 5}


def test_digits_are_drawn_anew_and_renamed() -> None:
    one, other = (draw_digits(Random(seed), 30, 20) for seed in (1, 2))
    assert [tuple(part.shape) for part in one] == [(30, 1, 28, 28), (30,), (20, 1, 28, 28), (20,)]
    assert not one[0].equal(other[0])


@pytest.mark.parametrize("side", [28, 14])
def test_reading_is_shown_under_the_real_names_of_the_digits(side: int) -> None:
    """Class k of this draw is the digit real[k]; here every digit d is read as d + 1, but for the first."""
    digits, drawing = draw_digits(Random(3), 5, 40, side=side), Drawing()
    truth = digits.real[digits[3]]
    read = (truth + (torch.arange(40) > 0)) % 10
    show_reading(drawing, digits, digits.real.argsort()[read])
    confusion, misread = drawing.pictures
    assert sum(confusion.values[0][d][(d + 1) % 10] or 0 for d in range(10)) == 39
    assert confusion.values[0][int(truth[0])][int(truth[0])] == 1
    assert misread.panels == tuple(f"{int(d)}, read as {(int(d) + 1) % 10}" for d in truth[1:13])
    assert len(misread.values) == 12 and len(misread.values[0]) == side


def test_whole_training_is_checked_on_held_out_data(learner: Learner) -> None:
    x = Random(2).normal(400, 2)
    y = (x[:, 0].abs() > 0.7).long()  # which no line divides
    parts = x[:300], y[:300], x[300:], y[300:]
    quick = "lr=0.05", "lr=0.2"
    assert len(check_held_out(training(learner, quick), parts, 5, 20, 0.1).losses) == 20
    lazy = "optimizer.step()", "pass"
    assert "accuracy by the weights: expected at least" in failure_of(
        check_held_out, training(learner, lazy), parts, 5, 2, 0.1
    )
