"""What was learned: held-out data against what simple answers reach on the same draw, and the history of a training."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from grader.data.load import load
from grader.proxy.submission import Submission
from grader.suite.compare import check_that
from grader.suite.drawing import Drawing
from grader.suite.failure import CheckFailure, Evidence
from grader.suite.random import Random
from grader.suite.training import Trained, Training, check_predictions, predicted

RIDGE = 10.0  # what keeps the weights of a linear model small
LEAST_KEPT, MOST_KEPT = 0.1, 0.9999  # cosines between the weights of a layer before and after a training
MOST_SHOWN = 12  # of the digits that were misread
Digits = tuple[Tensor, Tensor, Tensor, Tensor]


class RenamedDigits(Digits):
    """Digits whose classes have other names than they bear: class k is the digit `real[k]`."""

    real: Tensor


def shifted(images: Tensor, by: int, rng: Random) -> Tensor:
    """Move each image (N, C, H, W) by up to so many pixels up or down, left or right; what comes in is 0."""
    n, _, h, w = images.shape
    wide = functional.pad(images, (by,) * 4)
    rows, columns = (rng.integers(0, 2 * by + 1, n)[:, None] + torch.arange(size) for size in (h, w))
    moved = wide[torch.arange(n)[:, None, None], :, rows[:, :, None], columns[:, None, :]]  # (N, H, W, C)
    # clone, since one channel makes any strides count as contiguous, and a view of a convolution would fail on them
    return moved.permute(0, 3, 1, 2).clone(memory_format=torch.contiguous_format)


def draw_digits(rng: Random, train: int, test: int, shift: int = 4, side: int = 28) -> RenamedDigits:
    """Draw real digits, shifted at random and their classes renamed: x and y to train on, x and y that are held out.

    A linear answer is far behind a convolution on them, and no weights that were made before know the names.
    """
    data: Any = load("mnist")
    names, drawn = rng.permutation(10), list[Tensor]()
    for part, number in ((data.train, train), (data.test, test)):
        rows = rng.permutation(len(part.y))[:number]
        drawn += [functional.avg_pool2d(shifted(part.x[rows], shift, rng), 28 // side), names[part.y[rows]]]
    digits = RenamedDigits((drawn[0], drawn[1], drawn[2], drawn[3]))
    digits.real = names.argsort()
    return digits


def show_reading(draw: Drawing, digits: RenamedDigits, chosen: Tensor) -> None:
    """Attach what the held-out digits were taken for, under their real names, and the first that were misread."""
    _, _, images, labels = digits
    truth, read = digits.real[labels], digits.real[chosen]
    counts = torch.bincount(10 * truth + read, minlength=100).reshape(10, 10)
    draw.picture("what each digit was read as", "confusion", counts)
    wrong = (truth != read).nonzero().flatten()[:MOST_SHOWN]
    panels = [f"{int(truth[i])}, read as {int(read[i])}" for i in wrong]
    draw.picture("digits that were misread", "images", images[wrong, 0], panels=panels)


def simple_accuracies(x: Tensor, y: Tensor, x_test: Tensor, y_test: Tensor) -> dict[str, float]:
    """Return what answers without training by steps reach on held-out data, fitted here on the same draw.

    The largest class, the nearest mean of a class, and a linear model by least squares.
    """
    rows, tested = x.flatten(1).double(), x_test.flatten(1).double()
    sides = functional.one_hot(y).double()
    means = (sides.t() @ rows) / sides.sum(0).clamp(min=1)[:, None]
    ones = [torch.cat([part, part.new_ones(len(part), 1)], 1) for part in (rows, tested)]
    products = ones[0] @ ones[0].t() + RIDGE * torch.eye(len(y), dtype=torch.float64)
    linear = ones[1] @ (ones[0].t() @ torch.linalg.solve(products, sides - sides.mean(0)))
    answers = {
        "the largest class": sides.sum(0).argmax().expand(len(y_test)),
        "the nearest mean": torch.cdist(tested, means).argmin(1),
        "a linear model": linear.argmax(1),
    }
    return {name: share_right(answer, y_test) for name, answer in answers.items()}


def share_right(classes: Tensor, y: Tensor) -> float:
    """Return which share of the classes is right; of scores (N, K) the largest counts."""
    chosen = classes.argmax(1) if classes.dim() == 2 else classes
    return (chosen == y).double().mean().item()


def check_better(got: float, simple: Mapping[str, float], margin: float, what: str = "accuracy") -> None:
    """Check that a trained model is better than the best of the simple answers, by a margin.

    Raises:
        CheckFailure: it is not; the answer that is nearly as good, or better, is named.
    """
    name = max(simple, key=lambda answer: simple[answer])
    least = simple[name] + margin
    if not got >= least:
        band = "no better" if not got > simple[name] else "hardly better"
        expected = f"at least {least:.2f}: {name} has {simple[name]:.2f} of the same held-out data"
        raise CheckFailure(f"{what} by the weights", expected, f"{got:.2f}", Evidence("property", band))


def check_history(
    trained: Trained, start: Trained, x: Any, y: Tensor, loss: Any = functional.cross_entropy
) -> None:
    """Check the losses of a long training against what its weights, and those before it, lose on the training data.

    Raises:
        CheckFailure: the first is not that of a net that begins, the last not that of the net that came back.
    """
    first, last = trained.losses[0], trained.losses[-1]
    # as the losses were made: in training
    models = [copy.deepcopy(each.model).train() for each in (start, trained)]
    before, after = (float(loss(predicted(model, x), y)) for model in models)
    begun = after < first <= 1.5 * before + 0.5
    expected = f"between {before:.2g}, of the untrained net, and {after:.2g}, of the trained one"
    check_that(begun and last < first, "the loss of the first epoch", expected, f"{first:.2g}")
    ended = last <= 3 * after + 0.5 and after <= 5 * last + 1.0
    check_that(
        ended, "the loss of the last epoch", f"about {after:.2g}, of the net that came back", f"{last:.2g}"
    )


def check_came_from(trained: Trained, start: Trained, least: float = LEAST_KEPT) -> None:
    """Check that each layer's weights were moved by the training and not put there: they still resemble the first ones.

    `least` is the cosine between both that they have to have; of unrelated weights it is about 0.

    Raises:
        CheckFailure: a layer stayed as it was, or has nothing of the untrained net.
    """
    for key, value in start.state.items():
        if value.dim() < 2:
            continue
        alike = functional.cosine_similarity(value.flatten(), trained.state[key].flatten(), dim=0).item()
        moved = "other weights" if alike < least else "the weights of the untrained net"
        expected = "weights that the training moved from those of the untrained net"
        check_that(least <= alike <= MOST_KEPT, key, expected, moved)


def check_learning(
    submission: Submission,
    start: Trained,
    trained: Trained,
    data: Digits,
    margin: float,
    loss: Any = functional.cross_entropy,
) -> Tensor:
    """Check what a training made of a net: it reads held-out data better than any simple answer, and learned to do so.

    Args:
        submission: where the model lives; it is in evaluation there.
        start: the net before the training.
        trained: the net after it, with the losses on the way.
        data: x and y that it was trained on, x and y that are held out; those labels never leave the judge.
        margin: by how much it has to be better.
        loss: of predictions and targets.

    Returns:
        What the weights predict of the held-out data.

    Raises:
        CheckFailure: it predicts something else than its weights do, hardly better than a simple answer, comes from
            elsewhere, or from another history.
    """
    x, y, x_test, y_test = data
    scores = check_predictions(submission, trained, x_test)
    check_better(share_right(scores, y_test), simple_accuracies(*data), margin)
    check_came_from(trained, start)
    check_history(trained, start, x, y, loss)
    return scores


def check_held_out(training: Training, data: Digits, seed: int, epochs: int | None, margin: float) -> Trained:
    """Check a whole training by `check_learning`, from the untrained net under this seed.

    Args:
        training: the function, and what it promises.
        data: as for `check_learning`.
        seed: of the initial weights and of the batches.
        epochs: how often the samples are gone over; None for as often as the function does by default.
        margin: as for `check_learning`.

    Returns:
        The net that came back.

    Raises:
        CheckFailure: as for `check_learning`.
    """
    x, y, *_ = data
    start = training.run(x, y, seed, 0)
    trained = training.run(x, y, seed, epochs)
    check_learning(training.submission, start, trained, data, margin, training.loss)
    return trained
